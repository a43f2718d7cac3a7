"""
A wallet, a verifier and an issuer that others wrote, as one process beside ours.

    other_wallet/peer.mjs   on Node: oid4vc-ts and sd-jwt-js of the OpenWallet
                            Foundation, dcql, jose, and Digital Bazaar's packages

Their versions are in other_wallet/package-lock.json. `npm ci` fetches them once.
"""

import fcntl
import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROGRAM = Path(__file__).with_name("other_wallet")
NPM_CI = ["npm", "ci", "--no-fund", "--no-audit", "--ignore-scripts"]


class Refused(Exception):
    """What the other implementation says against it."""


class Peer:
    """The other process: a task a line, an answer a line."""

    def __init__(self, process: "subprocess.Popen[str]", city: str) -> None:
        self._process, self._city = process, city

    def do(self, name: str, **facts: Any) -> Any:
        """What a task gives; Refused with the other side's sentence."""
        told, heard = self._process.stdin, self._process.stdout
        assert told is not None and heard is not None
        told.write(json.dumps({"do": name, "city": self._city, **facts}) + "\n")
        told.flush()
        line = heard.readline()
        assert line, f"the other process ended at {name}; its stderr says why"
        answer = json.loads(line)
        if "refused" in answer:
            raise Refused(answer["refused"])
        return answer["ok"]


def install() -> None:
    """Fetch the packages, unless those of the lock file are there."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        raise RuntimeError(
            "此测试需要 Node 20 与 npm（apt install nodejs npm）。"
            " This test needs Node 20 and npm: apt install nodejs npm."
        )
    lock, done = PROGRAM / "package-lock.json", PROGRAM / "node_modules/.installed"
    with lock.open("rb") as wanted:
        fcntl.flock(wanted, fcntl.LOCK_EX)  # two workers may come here at once
        if not done.exists() or done.read_bytes() != lock.read_bytes():
            subprocess.run(NPM_CI, cwd=PROGRAM, check=True, timeout=600)
            done.write_bytes(lock.read_bytes())


@contextmanager
def peer_at(city: str) -> Iterator[Peer]:
    """The process, which resolves DIDs at a city, until the block is left."""
    install()
    process = subprocess.Popen(
        ["node", "peer.mjs"], cwd=PROGRAM, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        yield Peer(process, city)
    finally:
        process.communicate(timeout=20)
