"""
A network from one short file: who takes part, where, and a folder for each.

    suite = "sm"
    needed = 3                   administrators that must agree; else, most of them

    [[organisation]]
    name = "市大数据中心"
    code = "11110000MB0123456X"  GB 32100; may be left out where it is only tried out
    host = "10.0.0.1"            where the others reach it
    p2p = 26656                  ports; these are the defaults
    rpc = 26657
    door = 8080
    votes = true                 false: follows, verifies, serves reads, has no seat

`lay_out` makes the chain's genesis and each organisation's home. A home holds its own
secrets and nobody else's; carry each to its machine and run `huabiao up --home` there.
"""

import os
import secrets
import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from huabiao.client.wallets import open_identity
from huabiao.codec import encode
from huabiao.crypto.keys import Keys
from huabiao.crypto.stores.signing import Signing
from huabiao.crypto.suite import SUITES
from huabiao.durable import PUBLIC, write_whole
from huabiao.engines.cometbft import layout
from huabiao.ledger.genesis import Genesis, make_genesis
from huabiao.ledger.governed import Seat
from huabiao.node.catalogue import shipped_sources
from huabiao.node.home import OPERATOR, Home, member_key
from huabiao.node.place import NodePlace, listening, write_place
from huabiao.proofs.members import MOST_MEMBERS

P2P, RPC, DOOR = 26_656, 26_657, 8_080


class BadNetwork(ValueError):
    """The file does not describe a network; the sentence says what is wrong."""


@dataclass(frozen=True)
class Organisation:
    """One organisation's node, as the file names it."""

    name: str
    host: str = "127.0.0.1"
    code: str = ""
    p2p: int = P2P
    rpc: int = RPC
    door: int = DOOR
    votes: bool = True


@dataclass(frozen=True)
class Network:
    """What the file says."""

    suite: str = "intl"
    chain: str = ""
    needed: int = 0
    organisations: Sequence[Organisation] = field(default_factory=list)


@dataclass(frozen=True)
class Laid:
    """An organisation's home and what others must know of it."""

    organisation: Organisation
    home: Home
    member: Signing
    operator: Keys
    voting_key: bytes
    node_id: str


def read_network(path: Path) -> Network:
    """The file as a Network; BadNetwork names the entry that is wrong."""
    try:
        found = tomllib.loads(path.read_text("utf-8"))
        listed = [Organisation(**each) for each in found.pop("organisation", [])]
        network = Network(**found, organisations=listed)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError) as error:
        raise BadNetwork(
            f"{path} 无法读取：{error}。格式见 docs/network.md。"
            f" {path} cannot be read: {error}. docs/network.md tells the format."
        ) from None
    check(network, str(path))
    return network


def check(network: Network, where: str) -> None:
    """Refuse what cannot start, with a sentence each."""
    names = [each.name for each in network.organisations]
    voters = [each for each in network.organisations if each.votes]
    places = [
        (each.host, port)
        for each in network.organisations
        for port in (each.p2p, each.rpc, each.door)
    ]
    if network.suite not in SUITES:
        wrong = f"suite 须为 {'、'.join(SUITES)} 之一", f"suite is one of {SUITES}"
    elif not 1 <= len(voters) <= MOST_MEMBERS:
        wrong = f"须有 1 至 {MOST_MEMBERS} 个投票单位", "no organisation votes"
    elif len(set(names)) < len(names) or not all(map(_is_name, names)):
        wrong = (
            "单位名称须各不相同，不含斜杠，不以点开头",
            "each organisation has a name of its own, without slashes",
        )
    elif len(set(places)) < len(places):
        wrong = "同一主机上端口重复", "two ports on one host are the same"
    elif not 0 <= network.needed <= len(voters):
        wrong = f"needed 须在 1 与 {len(voters)} 之间", "needed is not among the voters"
    else:
        return
    raise BadNetwork(f"{where}：{wrong[0]}。 {where}: {wrong[1]}.")


def _is_name(name: Any) -> bool:
    return isinstance(name, str) and bool(name) and "/" not in name and name[0] != "."


def lay_out(network: Network, folder: Path, sources: Sequence[str] = ()) -> list[Laid]:
    """
    Make every organisation's home under a folder; BadNetwork if one is there.

    `sources` are contracts to found the chain with, in place of those that ship.
    """
    for each in network.organisations:
        if (folder / each.name / "genesis").exists():
            raise BadNetwork(
                f"{folder / each.name} 已有节点，请另选文件夹。"
                f" There is a node in {folder / each.name}: choose another folder."
            )
    now = int(time.time() * 1000)
    laid = [
        make_home(network.suite, each, folder / each.name)
        for each in network.organisations
    ]
    voters = sorted(
        (each for each in laid if each.organisation.votes),
        key=lambda each: each.organisation.name,
    )
    genesis = _genesis(network, laid, voters, now, sources or shipped_sources())
    validators = [
        layout.Validator(each.organisation.name, each.voting_key, 1) for each in voters
    ]
    for each in laid:
        engine = each.home.folder / "engine"
        layout.write_genesis(engine, genesis.chain, now, validators)
        write_place(each.home, _place(each, laid))
        write_whole(each.home.genesis, encode(genesis), PUBLIC)
    return laid


def _genesis(
    network: Network, laid: Sequence[Laid], voters: Sequence[Laid], now: int,
    sources: Sequence[str],
) -> Genesis:  # fmt: skip
    """Every organisation listed, every voter seated and an administrator."""
    seats = [
        Seat(name, each.member.public, 1, name, each.voting_key)
        for each in voters
        for name in (each.organisation.name,)
    ]
    organisations = [
        (about.name, about.code or "—", each.operator.account)
        for each in laid
        for about in (each.organisation,)
    ]
    return make_genesis(
        network.chain or f"huabiao-{secrets.token_hex(4)}",
        network.suite,
        now,
        sources,
        seats,
        [each.operator.account for each in voters],
        network.needed or len(voters) // 2 + 1,
        organisations,
    )


def make_home(suite: str, organisation: Organisation, folder: Path) -> Laid:
    """Keys and folders of one organisation."""
    home = Home(folder)
    home.folder.mkdir(parents=True, exist_ok=True)
    os.chmod(home.folder, 0o700)
    member = member_key(home, suite)
    operator = open_identity(home.folder, OPERATOR, suite, make=True)
    voting_key, node_id = layout.make_keys(home.folder / "engine")
    return Laid(organisation, home, member, operator, voting_key, node_id)


def _place(own: Laid, laid: Sequence[Laid]) -> NodePlace:
    about = own.organisation
    listen = listening(about.host)
    peers = [
        f"{other.node_id}@{other.organisation.host}:{other.organisation.p2p}"
        for other in laid
        if other is not own
    ]
    return NodePlace(
        about.name,
        "cometbft",
        f"{listen}:{about.door}",
        f"{listen}:{about.p2p}",
        f"127.0.0.1:{about.rpc}",
        peers,
        f"{about.host}:{about.p2p}",
        about.votes,
    )
