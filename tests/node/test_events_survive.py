"""
Kills: of the node, of the receiver of its webhooks, of the NATS server. Whatever was
accepted arrives all the same, at both, in order.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nats
import pytest
from webhook_receiver import Receiver

from huabiao.client.remote import Remote
from huabiao.client.wallets import open_identity
from huabiao.testing.ports import free_port

ROUNDS = 4
Process = subprocess.Popen[bytes]


def wait_until(holds: Callable[[], Any], what: str) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, what
        time.sleep(0.05)


class Machine:
    """A node and a NATS server as processes that can be killed."""

    def __init__(self, folder: Path) -> None:
        self.home, self.store = folder / "home", folder / "nats"
        self.port, self.nats_port = free_port(), free_port()
        self.url = f"nats://127.0.0.1:{self.nats_port}"
        self.node: Process | None = None
        self.nats: Process | None = None

    def start_nats(self) -> None:
        program = Path(sys.executable).with_name("nats-server")
        self.nats = subprocess.Popen(
            [program, "-js", "-sd", str(self.store), "-a", "127.0.0.1",
             "-p", str(self.nats_port)],
            stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def start_node(self) -> Remote:
        self.node = subprocess.Popen(
            [sys.executable, "-m", "huabiao", "up", "--home", str(self.home),
             "--port", str(self.port), "--json"],
            stdout=subprocess.PIPE,
            env={**os.environ, "HUABIAO_NATS": self.url,
                 "HUABIAO_OUTGOING": "127.0.0.0/8"},
        )  # fmt: skip
        assert self.node.stdout is not None
        assert json.loads(self.node.stdout.readline())["url"]
        return Remote(f"http://127.0.0.1:{self.port}")

    def kill(self, process: Process | None) -> None:
        if process is not None:
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path)
    yield made
    made.kill(made.node)
    made.kill(made.nats)


def act(city: Remote, home: Path, number: int) -> None:
    """A digest is notarised, in a block of its own."""
    keys = open_identity(home, "operator", "intl")
    digests = [f"{number:064x}"]
    outcome = city.call(keys, "evidence", "notarize", "", {"digests": digests})
    assert outcome.accepted, outcome


def stored(url: str) -> list[dict[str, Any]]:
    """Every message of the stream, in its order."""

    async def read() -> list[dict[str, Any]]:
        connection = await nats.connect(url)
        stream = connection.jetstream()
        last = (await stream.stream_info("HUABIAO")).state
        found = [
            json.loads((await stream.get_msg("HUABIAO", seq)).data or b"")
            for seq in range(last.first_seq, last.last_seq + 1)
        ]
        await connection.close()
        return found

    return asyncio.run(read())


def check_published(url: str, heights: range) -> None:
    """Every event of every block stands in the stream once, in order."""

    def published() -> list[str]:
        return [m["cursor"] for m in stored(url) if m["scenario"] == "evidence"]

    def reached() -> bool:
        return set(heights) <= {int(each.partition("-")[0]) for each in published()}

    wait_until(reached, "not everything was published")
    cursors = published()
    assert cursors == list(dict.fromkeys(cursors)), "a repeat was not recognised"
    order = [int(each.partition("-")[0]) for each in cursors]
    assert order == sorted(order) and set(order) == set(heights)


@pytest.mark.long
def test_kills_lose_no_event(machine: Machine) -> None:
    receiver = Receiver()
    machine.start_nats()
    city = machine.start_node()
    keys = open_identity(machine.home, "operator", "intl")
    wanted = {"url": receiver.url, "scenario": "evidence", "after": "0"}
    secret = city.as_(keys).post("/api/webhooks", wanted)["secret"]
    receiver.secret = secret
    seen: list[dict[str, Any]] = []
    heights = range(1, ROUNDS + 1)

    def told() -> list[int]:
        return sorted({each["height"] for each in [*seen, *receiver.events]})

    for number in range(ROUNDS):
        act(city, machine.home, number)
        if number == 0:
            wait_until(lambda: told(), "the first event did not arrive")
            seen += receiver.events
            receiver.close()
        if number == 1:
            machine.kill(machine.nats)
        if number == 2:
            machine.kill(machine.node)
            machine.start_nats()
            city = machine.start_node()
            receiver = Receiver(receiver.port)
            receiver.secret = secret
    wait_until(lambda: told() == list(heights), f"the receiver has {told()}")
    assert not receiver.wrong
    order = [each["height"] for each in receiver.events]
    assert order == sorted(order)
    receiver.close()
    check_published(machine.url, heights)
