"""The read model's process: killed, it comes back; its node killed, it goes."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from huabiao.client.signing import call, sign_envelope
from huabiao.client.wallets import open_identity
from huabiao.node.node import Node, start


def wait_until(holds: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end, what
        time.sleep(0.02)


def followers(folder: Path) -> list[int]:
    """The read model processes of a home, by what they were started with."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            continue
        if b"huabiao.node.read_model" in words and str(folder).encode() in words:
            found.append(int(process.name))
    return found


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    running = start(tmp_path / "home", "intl", lambda line: None)
    yield running
    running.close()


async def notarise(node: Node, number: int) -> None:
    keys = open_identity(node.home.folder, "operator", "intl")
    digests = call("evidence", "notarize", digests=[number.to_bytes(32, "big")])
    (outcome,) = await node.port.submit(
        [sign_envelope(node.port.chain, keys, [digests])]
    )
    assert outcome.accepted, outcome


def test_killed_it_is_started_again_and_misses_nothing(node: Node) -> None:

    asyncio.run(notarise(node, 1))
    assert node.index.wait_for(1, 30)
    (pid,) = followers(node.home.folder)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: "重启" in node.index.failure, "the death was not noticed")
    asyncio.run(notarise(node, 2))
    assert node.index.wait_for(2, 30), "the successor did not catch up"
    assert node.index.failure == ""
    assert len(node.index.latest()) == 2
    assert followers(node.home.folder) != [pid]


def test_it_does_not_outlive_its_node(tmp_path: Path) -> None:
    home = tmp_path / "home"
    child = subprocess.Popen(
        [sys.executable, "-c", "import sys, time, pathlib;"
         "from huabiao.node.node import start;"
         "start(pathlib.Path(sys.argv[1]), 'intl', lambda line: None);"
         "print('up', flush=True); time.sleep(600)", str(home)],
        stdout=subprocess.PIPE,
    )  # fmt: skip
    assert child.stdout is not None and child.stdout.readline() == b"up\n"
    wait_until(lambda: len(followers(home)) == 1, "no read model was started")
    child.kill()
    child.wait()
    wait_until(lambda: not followers(home), "the read model outlived its node")


def test_without_its_file_the_index_is_built_again(tmp_path: Path) -> None:

    folder = tmp_path / "home"
    first = start(folder, "intl", lambda line: None)
    asyncio.run(notarise(first, 1))
    assert first.index.wait_for(1, 30)
    first.close()
    assert not followers(folder)
    for path in folder.glob("index.sqlite*"):
        path.unlink()
    again = start(folder, "intl", lambda line: None)
    assert again.index.wait_for(1, 30)
    assert [each["code"] for each in again.index.latest()] == ["ok"]
    assert again.index.entries("governance", "sources", limit=1), "founding is missing"
    again.close()
