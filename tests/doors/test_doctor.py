"""The doctor finds what is wrong with a home, and says it in a sentence."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from huabiao.doors.cli import main
from huabiao.node.node import start
from huabiao.state import BlockLog


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home that was founded, ran, and was closed."""
    start(tmp_path / "home", "intl", lambda line: None).close()
    return tmp_path / "home"


def findings(home: Path) -> dict[str, Any]:
    environment = {"HUABIAO_HOME": str(home), "HUABIAO_URL": "http://127.0.0.1:9"}
    told = CliRunner().invoke(main, ["doctor", "--json"], env=environment)
    assert "Traceback" not in told.output
    found = json.loads(told.stdout.strip().splitlines()[-1])["findings"]
    return {each["about"].partition(" · ")[2]: each for each in found}


def test_a_home_that_is_well(home: Path) -> None:
    found = findings(home)
    for about in ("genesis", "member key", "block log", "memory", "disk"):
        assert found[about]["ok"], found[about]


def test_a_damaged_log_is_found_with_its_place(home: Path) -> None:
    log = BlockLog.open(home / "blocks")
    for height in (1, 2, 3):
        log.append(height, bytes(100))
    path, (at, _) = log.segments[0].path, log.segments[0].span(2)
    log.close()
    assert "高度 3" in findings(home)["block log"]["sentence"]
    written = bytearray(path.read_bytes())
    written[at + 40] ^= 1
    path.write_bytes(written)
    broken = findings(home)["block log"]
    assert not broken["ok"] and f"offset {at} of {path.name}" in broken["sentence"]
    assert path.read_bytes() == bytes(written), "the doctor touched it"


def test_a_damaged_genesis_and_a_lost_passphrase(home: Path) -> None:
    secret = (home / "passphrase").read_bytes()
    (home / "passphrase").write_bytes(b"another one")
    assert not findings(home)["member key"]["ok"]
    (home / "passphrase").write_bytes(secret)
    (home / "genesis").write_bytes(b"\xc1")
    assert not findings(home)["genesis"]["ok"]


def test_an_open_passphrase_file(home: Path) -> None:
    os.chmod(home / "passphrase", 0o644)
    found = findings(home)["passphrase"]
    assert not found["ok"] and "chmod 600" in found["sentence"]
