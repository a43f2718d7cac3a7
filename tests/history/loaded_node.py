"""A node in this process under load, and the command line beside it."""

import asyncio
import json
import secrets
import threading
import time
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from huabiao.client.port import Outcome
from huabiao.client.signing import call, sign_envelope
from huabiao.client.wallets import open_identity
from huabiao.doors.cli import main
from huabiao.node.node import Node


class Load:
    """A client that notarises without pause and remembers what it was told."""

    def __init__(self, node: Node, home: Path) -> None:
        self.node, self.keys = node, open_identity(home, "operator", "intl")
        self.told: list[Outcome] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._go, daemon=True)
        self._thread.start()

    def _go(self) -> None:
        while not self._stop.is_set():
            until = int(time.time() * 1000) + 60_000
            raw = sign_envelope(
                self.node.port.chain, self.keys,
                [call("evidence", "notarize", digests=[secrets.token_bytes(32)])],
                valid_until=until, salt=secrets.token_bytes(8),
            )  # fmt: skip
            self.told += asyncio.run(self.node.port.submit([raw]))

    def wait_for(self, count: int) -> None:
        end = time.monotonic() + 30
        while len(self.told) < count:
            assert time.monotonic() < end
            time.sleep(0.01)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(10)


def run(*words: str, code: int = 0) -> Any:
    done = CliRunner().invoke(main, [*words, "--json"])
    assert done.exit_code == code, (done.output, done.exception)
    return json.loads(done.stdout.splitlines()[-1]) if code == 0 else done.output
