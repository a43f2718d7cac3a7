"""
A node's home folder: what is kept where, and how it comes to be.

    genesis          the chain's genesis document
    member.json      the member's key file, which signs headers; or member.signer, which
                     names where that key is, if this node is not to hold it
    wallets/*.json   key files of the identities that live on this machine
    passphrase       opens the key files here (0600); HUABIAO_PASSPHRASE stands in
    blocks/ state/   the log and the state
    index.sqlite     the read model, unless HUABIAO_INDEX names a PostgreSQL database;
                     index.lock is held by the process that writes it
    subjects.sqlite  whose data went out under which receipt
    webhooks.sqlite  who has events sent where, and how far each is
    documents/       EPCIS documents, as their senders wrote them (services.epcis)
    nats.cursor      how far events are published (doors.publishing)
    vault/           personal and secret values, encrypted; their keys (services.vault)
    run.json         where the running node can be reached
    lock             held while a node runs
"""

import fcntl
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import msgspec

from huabiao.client.wallets import open_identity, passphrase
from huabiao.codec import encode
from huabiao.crypto import keystore
from huabiao.crypto.stores.reference import SUFFIX, open_key, read_reference
from huabiao.crypto.stores.signing import Signing, StoreFailed
from huabiao.durable import PUBLIC, write_whole
from huabiao.ledger.genesis import VERSION, Genesis, decode_genesis, make_genesis
from huabiao.ledger.governed import Seat
from huabiao.node.catalogue import shipped_sources
from huabiao.services.index import Address

OPERATOR = "operator"
INDEX_SETTING = "HUABIAO_INDEX"


class HomeError(Exception):
    """A home cannot be used; the sentence says what to do."""


@dataclass(frozen=True)
class Home:
    """The paths of one node."""

    folder: Path

    @property
    def genesis(self) -> Path:
        return self.folder / "genesis"

    @property
    def run_file(self) -> Path:
        return self.folder / "run.json"


def index_address(folder: Path) -> Address:
    """Where the read model of a home is: its own file, or the database of the setting,
    which may hold a password and therefore never stands on a command line of ours."""
    return os.environ.get(INDEX_SETTING) or folder / "index.sqlite"


def open_home(
    home: Home, suite_name: str, now: int, chain: str = "huabiao"
) -> tuple[Genesis, Signing]:
    """The genesis and the member's key; a new home is founded with this suite, and
    `chain` begins its chain's name."""
    if not home.genesis.exists():
        _found(home, suite_name, now, chain)
    try:
        genesis = decode_genesis(home.genesis.read_bytes())
    except msgspec.MsgspecError as error:
        raise HomeError(
            f"创世文件 {home.genesis} 已损坏，请从备份恢复。"
            f" The genesis file {home.genesis} is damaged; restore it. ({error})"
        ) from None
    if genesis.version != VERSION:
        raise HomeError(
            f"此链由创世格式 {genesis.version} 建立，本软件用 {VERSION}；请另建城市。"
            f" This chain was founded with version {genesis.version} of genesis, this"
            f" software has {VERSION}: found another city with --home."
        )
    if genesis.suite != suite_name:
        raise HomeError(
            f"此链创世时选用套件 {genesis.suite}，不能改用 {suite_name}；"
            "请去掉该选项，或用 --home 另建一座城市。"
            f" This chain chose the suite {genesis.suite} at genesis; drop the option,"
            f" or found another city with --home."
        )
    return genesis, member_key(home, suite_name)


def member_key(home: Home, suite_name: str) -> Signing:
    """The first header key of a home, made where there is none yet."""
    named = home.folder / f"member{SUFFIX}"
    path = home.folder / "member.json"
    if named.exists():
        key = open_key(read_reference(named), lambda: passphrase(home.folder))
    elif path.exists():
        key = keystore.load(path, passphrase(home.folder))
    else:
        key = keystore.create(path, suite_name, "member", passphrase(home.folder))
    if key.suite_name != suite_name:
        raise StoreFailed(
            f"成员密钥属于套件 {key.suite_name}，此链使用 {suite_name}。"
            f" The member's key is of the suite {key.suite_name}, the chain uses"
            f" {suite_name}."
        )
    return key


def name_signer(home: Home, reference: str) -> None:
    """Let the member's key be where `reference` says; HomeError if it is elsewhere."""
    named = home.folder / f"member{SUFFIX}"
    if named.exists() and read_reference(named) == reference:
        return
    if named.exists() or (home.folder / "member.json").exists():
        raise HomeError(
            f"{home.folder} 已有成员密钥；换到 {reference} 请用："
            f"huabiao member rotate <席位> --key {reference} --as <身份>。"
            f" {home.folder} has a member's key already; change to {reference} with"
            f" huabiao member rotate SEAT --key {reference} --as NAME."
        )
    home.folder.mkdir(parents=True, exist_ok=True)
    write_whole(named, f"{reference}\n".encode(), PUBLIC)


def suite_of(home: Home) -> str | None:
    """The suite of a home that has been founded."""
    if not home.genesis.exists():
        return None
    return decode_genesis(home.genesis.read_bytes()).suite


def _found(home: Home, suite_name: str, now: int, chain: str) -> None:
    home.folder.mkdir(parents=True, exist_ok=True)
    member = member_key(home, suite_name)
    operator = open_identity(home.folder, OPERATOR, suite_name, make=True)
    genesis = make_genesis(
        f"{chain}-{secrets.token_hex(4)}",
        suite_name,
        now,
        shipped_sources(),
        [Seat("city", member.public, 1)],
        [operator.account],
        1,
    )
    write_whole(home.genesis, encode(genesis), PUBLIC)


def lock_home(home: Home) -> IO[bytes]:
    """Hold the home for this process; HomeError if another node runs in it."""
    home.folder.mkdir(parents=True, exist_ok=True)
    file = (home.folder / "lock").open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise HomeError(
            f"{home.folder} 已有节点在运行；先停下它，或用 --home 选另一文件夹。"
            f" A node is already running in {home.folder}: stop it first, or choose"
            " another folder with --home."
        ) from None
    return file


def write_run_file(home: Home, facts: dict[str, Any]) -> None:
    """Tell clients where the node can be reached."""
    write_whole(home.run_file, json.dumps(facts).encode(), PUBLIC)
