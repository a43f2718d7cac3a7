"""
The composition root: opens a home, wires ledger, engine and read model.

`start` brings up a node in this process; its doors are huabiao.node.serving's.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from huabiao.doors.webhooks import Hooks
from huabiao.engines.engine import Engine
from huabiao.engines.verification import Verification
from huabiao.ledger.adoption import begin_again
from huabiao.ledger.ledger import Ledger
from huabiao.ledger.recovery import open_ledger
from huabiao.node.certificate import DoorCertificate
from huabiao.node.data_gateways import DataGateways
from huabiao.node.ending_keys import EndingKeys
from huabiao.node.engine_of import make_engine
from huabiao.node.following import ReadModel
from huabiao.node.header_keys import AMONG_OTHERS_S, HeaderKeys
from huabiao.node.home import (
    Home,
    lock_home,
    open_home,
    suite_of,
)
from huabiao.node.joining import introduction
from huabiao.node.local_port import LocalPort
from huabiao.node.place import read_place
from huabiao.node.progress import every_second
from huabiao.services.attempts import DRAWING, Attempts
from huabiao.services.credentials.publisher import open_publisher
from huabiao.services.did.city_reader import city_resolver
from huabiao.services.epcis import KeptDocuments
from huabiao.services.gateway import subject_tag, tag_key
from huabiao.services.index import FollowedIndex
from huabiao.services.licences import Codes, open_codes
from huabiao.services.pairwise import Pairwise
from huabiao.services.sign_in import SignIn, open_sign_in
from huabiao.services.subject_tags import SubjectTags
from huabiao.services.vault import Vault, open_vault
from huabiao.services.vault.erasing import Eraser

Say = Callable[[str], None]


@dataclass
class Node:
    """A running node; `close` stops it in order."""

    home: Home
    ledger: Ledger
    engine: Engine
    port: LocalPort
    read_model: ReadModel
    verification: Verification
    lock: IO[bytes]
    tags: SubjectTags
    vault: Vault
    eraser: Eraser
    codes: Codes
    attempts: Attempts
    draws: Attempts
    hooks: Hooks
    sign_in: SignIn
    certificate: DoorCertificate | None = None
    """The doors speak HTTPS with it."""

    @property
    def index(self) -> FollowedIndex:
        return self.read_model.index

    def services(self) -> dict[str, Any]:
        """What its doors reach beside the ledger; the day adds gateways to it."""
        return {
            "gateways": DataGateways(self.home.folder, self.port, self.tags),
            "tags": self.tags,
            "tag_of": lambda number: subject_tag(tag_key(self.home.folder), number),
            "vault": self.vault,
            "dids": city_resolver(self.port, self.index),
            "pairwise": Pairwise(self.home.folder),
            "status_lists": open_publisher(self.home.folder, self.port.suite_name),
            "codes": self.codes,
            "attempts": self.attempts,
            "draws": self.draws,
            "webhooks": self.hooks,
            "sign_in": self.sign_in,
            "documents": KeptDocuments(self.home.folder / "documents"),
        }

    def close(self) -> None:
        self.eraser.close()
        self.engine.stop()
        self.read_model.close()
        self.verification.close()
        self.ledger.close()
        self.tags.close()
        self.attempts.close()
        self.draws.close()
        self.hooks.close()
        self.sign_in.close()
        self.home.run_file.unlink(missing_ok=True)
        self.lock.close()


def start(
    folder: Path, suite: str | None = None, say: Say = print, on_step: Any = None,
    verification: Verification | None = None,
) -> Node:  # fmt: skip
    """
    Open or found a home and bring up everything but the doors; nodes of one process may
    share a `verification`.
    """
    home = Home(folder)
    lock = lock_home(home)
    now = int(time.time() * 1000)
    place = read_place(home)
    genesis, _ = open_home(home, suite or suite_of(home) or "intl", now)
    many = place is not None and place.engine == "cometbft"
    if begin_again(folder):
        say("上次加入未完成，重新开始。 The last try to join did not end: again.")
    ledger = Ledger(folder, genesis, on_step, certified_later=many)
    for notice in ledger.log.notices:
        say(notice)
    again = open_ledger(ledger, every_second(say, "重放区块", "replaying blocks"))
    if again:
        say(f"由日志重放了 {again} 个区块。 Replayed {again} blocks from the log.")
    verification = verification or Verification(genesis.suite)
    signers = HeaderKeys(folder, AMONG_OTHERS_S if many else None)
    engine = make_engine(folder, place, ledger, signers, verification)
    port = LocalPort(engine, verification)
    port.warnings.append(lambda: " ".join(signers.warnings()))
    port.alerts.extend(ledger.log.notices)
    port.warnings.append(EndingKeys(folder, ledger.read, ledger.digest).warning)
    if many and place is not None:
        port.introduction = introduction(folder, place, genesis)
    read_model = ReadModel(folder, port)
    tags = SubjectTags(folder / "subjects.sqlite")
    vault = open_vault(folder, genesis.suite, os.environ.get("HUABIAO_VAULT"))
    eraser = Eraser(vault, port, read_model.index)
    verification.start()
    engine.start()
    read_model.start()
    eraser.start()
    return Node(
        home, ledger, engine, port, read_model, verification, lock, tags, vault, eraser,
        *_open_licences(folder, genesis.suite), Hooks(folder / "webhooks.sqlite"),
        open_sign_in(folder, genesis.suite),
    )  # fmt: skip


def _open_licences(folder: Path, suite: str) -> tuple[Codes, Attempts, Attempts]:
    """What the authorisation codes of licences need: keys, and bounds on guessing."""
    codes = open_codes(folder, suite)
    attempts = Attempts(folder / "codes" / "attempts.sqlite")
    return codes, attempts, Attempts(folder / "codes" / "draws.sqlite", DRAWING)


__all__ = ["Node", "Say", "start"]
