"""
A node's place in a network: HOME/node.toml, written by `huabiao network init`.

    organisation = "市大数据中心"
    engine = "cometbft"
    door = "127.0.0.1:8080"        where its API and pages are served
    p2p = "127.0.0.1:26656"        where other nodes' engines reach this one
    rpc = "127.0.0.1:26657"        where its own engine answers questions
    peers = ["<node id>@host:port", …]
    tls_certificate, tls_key       its API and pages speak HTTPS: certificate.py
    tls_suites = "national"        by national cryptography: national_tls.py

A home without this file is a city of its own on the embedded engine.
"""

import json
import tomllib
from dataclasses import dataclass, field

from huabiao.node.home import Home, HomeError

FILE = "node.toml"


@dataclass(frozen=True)
class NodePlace:
    """Who a node is among others, and where it listens."""

    organisation: str
    engine: str = "embedded"
    door: str = "127.0.0.1:8080"
    p2p: str = ""
    rpc: str = ""
    peers: list[str] = field(default_factory=list)
    address: str = ""
    """`host:port` of p2p as others reach it, where that is not where it listens."""
    votes: bool = True
    """False for a node that follows and verifies, and has no seat."""
    sync_from: list[str] = field(default_factory=list)
    """RPC addresses of two members, for a node that joins by a snapshot."""
    trust_height: int = 0
    trust_hash: str = ""
    """A block of the engine's that the operator trusts, for the same."""
    snapshot_every: int = 1_000
    """Blocks of the ledger from one snapshot to the next."""
    tls_certificate: str = ""
    tls_key: str = ""
    tls_suites: str = ""
    """`national` for TLS_SM4_GCM_SM3 (national_tls.py); empty: what browsers speak."""


def listening(host: str) -> str:
    """Where a node listens that others reach under this host name."""
    return "127.0.0.1" if host in ("127.0.0.1", "localhost") else "0.0.0.0"


def read_place(home: Home) -> NodePlace | None:
    """What node.toml says, None if there is none; HomeError if it is wrong."""
    path = home.folder / FILE
    if not path.exists():
        return None
    try:
        found = tomllib.loads(path.read_text("utf-8"))
        place = NodePlace(**found)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError) as error:
        raise HomeError(
            f"{path} 无法读取：{error}。请对照 docs/network.md 修改。"
            f" {path} cannot be read: {error}. Compare it with docs/network.md."
        ) from None
    if place.engine not in ("embedded", "cometbft"):
        raise HomeError(
            f"{path}：engine 须为 embedded 或 cometbft，不是 {place.engine}。"
            f" {path}: engine is embedded or cometbft, not {place.engine!r}."
        )
    if place.tls_suites not in ("", "national"):
        raise HomeError(
            f"{path}：tls_suites 须为 national 或不写，不是 {place.tls_suites}。"
            f" {path}: tls_suites is national or absent, not {place.tls_suites!r}."
        )
    return place


def write_place(home: Home, place: NodePlace) -> None:
    """Write node.toml; JSON's strings, numbers and lists are TOML's too."""
    lines = [
        f"{name} = {json.dumps(value, ensure_ascii=False)}"
        for name, value in vars(place).items()
    ]
    (home.folder / FILE).write_text("\n".join(lines) + "\n", "utf-8")
