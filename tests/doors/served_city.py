"""A city that is being served, as the tests of this room reach it."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from click.testing import CliRunner, Result

from huabiao.client.remote import Remote
from huabiao.client.signing import call
from huabiao.client.wallets import open_identity
from huabiao.crypto.keys import Keys
from huabiao.doors.cli import main
from huabiao.node.node import Node


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
