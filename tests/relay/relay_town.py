"""Chains that are served over HTTP, with a contract on each that greets the others."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from click.testing import CliRunner, Result
from crossing_city import GREETINGS

from huabiao.client.remote import Remote
from huabiao.client.signing import call
from huabiao.client.wallets import open_identity
from huabiao.codec import decode
from huabiao.crypto.keys import Keys
from huabiao.doors.api import build_app
from huabiao.doors.cli import main
from huabiao.node.node import Node, start
from huabiao.services.relay import Relay
from huabiao.testing.founding import found_home

MINUTE = 60_000
HUABIAO = [sys.executable, "-m", "huabiao"]


def wait_until(holds: Callable[[], bool], seconds: float = 40) -> None:
    """Wait for what another thread or process is about to do."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


@dataclass(eq=False)
class Served:
    """A chain at an address, and the folder with its keys."""

    name: str
    home: Path
    url: str
    node: Node
    opened: dict[str, Keys] = field(default_factory=dict)

    @property
    def remote(self) -> Remote:
        return Remote(self.url)

    def keys(self, name: str) -> Keys:
        """An identity; once opened it stays so: a key file opens slowly, on purpose."""
        if name not in self.opened:
            suite = self.node.port.suite_name
            self.opened[name] = open_identity(self.home, name, suite, make=True)
        return self.opened[name]

    def run(self, *words: str) -> Result:
        """A command of the command line, here."""
        environment = {"HUABIAO_HOME": str(self.home), "HUABIAO_URL": self.url}
        return CliRunner().invoke(main, list(words), env=environment)

    def json(self, *words: str) -> Any:
        result = self.run(*words, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout.strip().splitlines()[-1])

    def do(self, name: str, contract: str, operation: str, key: str = "", **args: Any):
        """One call that must be accepted."""
        with self.remote as city:
            outcome = city.send(self.keys(name), call(contract, operation, key, **args))
        assert outcome.accepted, outcome
        return outcome

    def greet(self, route: str, *words: str, within: int = 10 * MINUTE) -> int:
        """Send a packet; gives its number."""
        flow = self.read(f"packets/flows/{route}")
        timeout = int(time.time() * 1000) + within
        self.do("citizen", "greetings", "greet", route=route, words=list(words),
                timeout=timeout)  # fmt: skip
        return flow[0] if flow else 1

    def read(self, key: str) -> Any:
        stored = self.node.port.read(key)
        return None if stored is None else decode(stored)

    def state(self, key: str) -> str:
        return self.read(f"packets/record/{key}")[0]


@contextmanager
def serving(name: str, home: Path, port: int = 0) -> Iterator[Served]:
    """The node of a founded home, and its doors, in this process."""
    node = start(home, None, lambda line: None)
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    node.index.latest(1)  # waits for the read model's process
    app = build_app(node.port, node.index, node.services())
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    wait_until(lambda: server.started)
    yield Served(name, home, f"http://127.0.0.1:{listener.getsockname()[1]}", node)
    server.should_exit = True
    thread.join(10)
    listener.close()
    node.close()


def lay_out(folder: Path, suites: dict[str, str]) -> dict[str, Path]:
    """A founded home for each chain."""
    return {
        name: found_home(folder / name, name, suite, [GREETINGS]).folder
        for name, suite in suites.items()
    }


def connect(one: Served, other: Served, *terms: str, period: str = "7d") -> None:
    """Both follow each other and open a route, by the commands of their operators."""
    for here, there in ((one, other), (other, one)):
        here.json("chain", "follow", there.url, "--period", period, "--as", "operator")
        here.json("chain", "route", there.name, "--counterpart", here.name,
                  "--as", "operator", *terms)  # fmt: skip


class Heard:
    """What a relay said."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, about: str, line: str) -> None:
        self.lines.append(line)


def relay_of(folder: Path, *urls: str, **options: Any) -> tuple[Relay, Heard]:
    """A relay in this process, with keys in a folder of its own."""
    heard = Heard()

    def signer(chain: str, suite: str, founding: str, url: str) -> Keys:
        return open_identity(folder, f"relay-{suite}", suite, True, founding)

    return Relay(urls, signer, heard.say, **options), heard


@contextmanager
def running(relay: Relay) -> Iterator[Relay]:
    """A relay that works in a thread until the block ends."""
    stop = threading.Event()
    thread = threading.Thread(target=relay.run, args=(stop,))
    thread.start()
    try:
        yield relay
    finally:
        stop.set()
        thread.join(60)
        assert not thread.is_alive()


@contextmanager
def relay_process(home: Path, *urls: str) -> "Iterator[subprocess.Popen[bytes]]":
    """`huabiao relay` as a process of its own."""
    process = subprocess.Popen(
        [*HUABIAO, "relay", *urls, "--home", str(home)],
        env=os.environ | {"HUABIAO_PASSPHRASE": "test"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait(20)


def copy_home(source: Path, target: Path) -> Path:
    """A second machine with the same keys and the same past: what makes a fork."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("lock", "run.json"))
    return target
