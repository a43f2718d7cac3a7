"""A city that ran before there were levels is upgraded and gets a district."""

import subprocess
import sys

import pytest
from older_chain import found_older
from running_levels import Town, stop, up

from huabiao.client.remote import Remote
from huabiao.testing.ports import free_port

pytestmark = pytest.mark.long


def test_an_older_city_says_what_to_do_and_is_connected_then(tmp_path):
    found_older(tmp_path)
    port = free_port()
    words = ("--home", str(tmp_path), "--port", str(port))
    wanted = ("--districts", f"haidian:sm:{free_port()}")
    process = subprocess.Popen(
        [sys.executable, "-m", "huabiao", "up", *words, *wanted],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        said = next(line for line in process.stdout if "contract upgrade" in line)
        assert "尚未与海淀区对接" in said and "levels" in said
        with Remote(f"http://127.0.0.1:{port}") as door:
            upgraded = Town(tmp_path, door).json(
                "contract", "upgrade", "--as", "operator"
            )
            assert upgraded["accepted"]
        stop(process)
    finally:
        process.kill()
    process, told = up(tmp_path, "--port", str(port))
    with Remote(told["url"]) as door:
        (haidian,) = door.get("/api/levels")["chains"]
    stop(process)
    assert haidian["route"] == "haidian" and haidian["state"] == "following"
