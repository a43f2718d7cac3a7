"""
A backup brings back the keys of values that were erased since: the chain says which,
and they are destroyed again. Wallets and an issuer's register come along.
"""

import asyncio
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from loaded_node import run

from huabiao.client.sealed_folder import SealedFolder
from huabiao.client.signing import call, sign_envelope
from huabiao.client.wallets import open_identity
from huabiao.codec import decode, encode
from huabiao.node.node import Node, start
from huabiao.services.credentials.register import Register
from huabiao.services.vault import Place
from huabiao.services.vault.vault import RESTORED

SALT = bytes(32)
ERASED, LIVING = encode("erased person"), encode("living person")


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    made = start(tmp_path / "home", "intl", lambda line: None)
    yield made
    made.close()


def send(node: Node, *calls: object) -> None:
    owner = open_identity(node.home.folder, "owner", "intl", make=True)
    raw = sign_envelope(node.port.chain, owner, calls)  # type: ignore[arg-type]
    (outcome,) = asyncio.run(node.port.submit([raw]))
    assert outcome.accepted, outcome


def keep(node: Node, value: bytes) -> Place:
    commitment = node.vault.master.suite.digest(SALT + value)
    place = Place(node.port.chain, "s", "r", "f", commitment)
    node.vault.keep(place, SALT, value)
    where = {"scenario": "s", "record": "r", "field": "f"}
    keeper = node.vault.account
    send(node, call("privacy", "keep", place.name, keeper=keeper, **where))
    return place


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        threading.Event().wait(0.02)


def erase(node: Node, place: Place) -> None:
    send(node, call("privacy", "ask_erasure", place.name, reason="asked"))
    at = f"privacy/kept/{place.name}"
    wait_until(lambda: decode(node.port.read(at) or b"")[10] is not None)


def test_keys_of_erased_values_do_not_come_back(node: Node, tmp_path: Path) -> None:
    home, there = node.home.folder, tmp_path / "there"
    erased, living = keep(node, ERASED), keep(node, LIVING)
    SealedFolder(home, "owner").write("abcdef", "a credential")
    register = Register(home / "issued" / "bureau.sqlite")
    register.take("list", 8, "did:huabiao:x", "Badge", 1, None)
    register.close()
    run("backup", "--home", str(home), "-o", str(tmp_path / "home.backup"))
    erase(node, erased)
    assert node.vault.names() == [living.name]

    run("restore", str(tmp_path / "home.backup"), "--home", str(there))
    old_keys = there / "vault" / "keys"
    assert (old_keys / erased.name[:2] / erased.name).exists(), "the backup has it"
    (there / "passphrase").write_text((home / "passphrase").read_text())
    assert SealedFolder(there, "owner").read("abcdef") == "a credential"
    register = Register(there / "issued" / "bureau.sqlite")
    assert register.of("did:huabiao:x")
    register.close()

    # A running node whose keys were put back by hand, as from that backup: with the
    # next block it looks again, because the file says that they are from a backup.
    (there / "vault" / RESTORED).write_text(str(int(time.time() * 1000)))
    shutil.copytree(there / "vault", home / "vault", dirs_exist_ok=True)
    assert set(node.vault.names()) == {erased.name, living.name}
    send(node, call("evidence", "notarize", digests=[bytes(32)]))
    wait_until(lambda: node.vault.names() == [living.name])
    wait_until(lambda: not (home / "vault" / RESTORED).exists())
    assert node.vault.open(living) == LIVING

    # And without that file, at the next start.
    node.close()
    shutil.copytree(old_keys, home / "vault" / "keys", dirs_exist_ok=True)
    again = start(home, None, lambda line: None)
    try:
        wait_until(lambda: again.vault.names() == [living.name])
    finally:
        again.close()
