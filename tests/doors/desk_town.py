"""A desk in a process of its own, and a wallet in another: a valid case to spoil."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from served_city import Served

from huabiao.client.signing import call
from huabiao.client.wallets import open_identity
from huabiao.crypto.keys import Keys
from huabiao.services.credentials import Signer
from huabiao.services.credentials.dids import chain_signer
from huabiao.testing.ports import free_port

TYPE, LIST = "PilotLicence", "pilots"
CLAIMS = {"name": "赵机长", "level": 3, "address": {"city": "北京", "street": "长安街"}}


@dataclass
class DeskTown:
    """A city, the desk of `airport` (issuer and verifier), and the home of `pilot`."""

    served: Served
    base: str
    home: Path
    folder: Path

    def wallet(self, *words: str, home: Path | None = None) -> Any:
        """A command in a process of its own: its JSON, or its sentence."""
        done = subprocess.run(
            [sys.executable, "-m", "huabiao", *words, "--json"],
            env=self.environment(home or self.home), capture_output=True, text=True,
            timeout=60,
        )  # fmt: skip
        if done.returncode:
            return done.stdout.strip() or done.stderr.strip()
        return json.loads(done.stdout.strip().splitlines()[-1])

    def environment(self, home: Path) -> dict[str, str]:
        return os.environ | {
            "HUABIAO_HOME": str(home), "HUABIAO_URL": self.served.url,
            "HUABIAO_DESK": self.base, "HUABIAO_OUTGOING": "127.0.0.0/8",
        }  # fmt: skip

    def office(self, *words: str) -> Any:
        """A command of the desk's organisation."""
        return self.served.json("desk", *words, "--as", "airport")

    def offer(self, *words: str, claims: dict[str, Any] = CLAIMS) -> Any:
        path = self.folder / "claims.json"
        path.write_text(json.dumps(claims), "utf-8")
        return self.office(
            "offer", str(path), "--list", LIST, "--desk", self.base, *words
        )

    def ask(self, *words: str) -> Any:
        return self.office("ask", "--type", TYPE, "--desk", self.base, *words)

    def keys(self, name: str = "pilot") -> Keys:
        return open_identity(self.home, name, "intl", make=True)

    def holder(self) -> Signer:
        return chain_signer(self.keys(), self.served.remote().chain)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return httpx.post(self.base + path, trust_env=False, **options)

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.base + path, trust_env=False)


def asked(link: str) -> dict[str, str]:
    """The parameters of a link."""
    return {n: v[0] for n, v in parse_qs(urlsplit(link).query).items()}


def prepare(served: Served) -> None:
    """Let `airport` be accredited for the type, with a status list of its own; once in
    a city."""
    if served.node.ledger.read(f"credentials/lists/{LIST}") is not None:
        return
    served.grant("accreditation", "root", "accreditor")
    far, city = 1_999_999_999_000, served.remote()
    for sender, made in (
        ("accreditor", call("accreditation", "accredit_body", types=[TYPE], until=far,
                            account=served.keys("air board").account)),
        ("air board", call("accreditation", "accredit_issuer", credential_type=TYPE,
                           until=far, account=served.keys("airport").account)),
    ):  # fmt: skip
        outcome = city.send(served.keys(sender), made)
        assert outcome.accepted, outcome
    opened = served.json("credential", "open", LIST, "--type", TYPE, "--as", "airport")
    assert opened["accepted"], opened


def start_desk(served: Served, folder: Path) -> tuple[DeskTown, subprocess.Popen[str]]:
    """The desk as a process; it listens when it has said so."""
    prepare(served)
    port = free_port()
    town = DeskTown(served, f"http://127.0.0.1:{port}", folder / "wallet", folder)
    town.home.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "huabiao", "desk", "serve", "--port", str(port),
         "--as", "airport", "--json"],
        env=town.environment(served.home), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    told = json.loads(process.stdout.readline())
    assert told == {"desk": town.base}
    return town, process
