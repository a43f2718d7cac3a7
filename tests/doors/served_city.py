"""A city that is being served, as the tests of this room reach it."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from click.testing import CliRunner, Result

from huabiao.client.remote import Remote
from huabiao.client.signing import call
from huabiao.client.wallets import open_identity
from huabiao.crypto.keys import Keys
from huabiao.doors.api import build_app
from huabiao.doors.cli import main
from huabiao.node.node import Node, start


@dataclass
class Served:
    """A city at an address, and the folder with its keys."""

    node: Node
    home: Path
    url: str
    services: dict[str, Any]

    def remote(self, *identity: str) -> Remote:
        city = Remote(self.url)
        return city.as_(self.keys(identity[0])) if identity else city

    def keys(self, name: str) -> Keys:
        return open_identity(self.home, name, "intl", make=True)

    def browser(self, name: str = "") -> httpx.Client:
        """A browser before the pages, signed in with the key of a name."""
        browser = httpx.Client(base_url=self.url, timeout=30)
        if name:
            token = self.remote().token(self.keys(name))["token"]
            assert browser.post("/me", data={"token": token}).status_code == 303
        return browser

    def grant(self, scenario: str, role: str, name: str) -> None:
        outcome = self.remote().send(
            self.keys("operator"),
            call("governance", "grant_role", "test", scenario=scenario, role=role,
                 account=self.keys(name).account),
        )  # fmt: skip
        assert outcome.accepted, outcome

    def run(self, *words: str) -> Result:
        """A command of the command line."""
        environment = {"HUABIAO_HOME": str(self.home), "HUABIAO_URL": self.url}
        return CliRunner().invoke(main, list(words), env=environment)

    def json(self, *words: str) -> Any:
        """The JSON object that a command prints last."""
        result = self.run(*words, "--json")
        return json.loads(result.stdout.strip().splitlines()[-1])


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait for what another thread is about to do."""
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


@contextmanager
def serving(home: Path, suite: str) -> Iterator[Served]:
    """A node in a folder, served at a port of its own until the block is left."""
    node = start(home, suite, lambda line: None)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    node.index.latest(1)  # waits for the read model's process
    services = node.services()
    app = build_app(node.port, node.index, services)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    wait_until(lambda: server.started)
    yield Served(node, home, url, services)
    server.should_exit = True
    thread.join(10)
    listener.close()
    node.close()
