"""
Genesis: the one document that every node of a chain starts from.

    genesis = [version, chain, suite, time, [source, …], [call, …]]

`sources` are the contracts that ship, governance among them. The calls run once, as the
founder, in a block without a header at height 0; the first of them is
governance.found. Block 1 names the digest of these bytes as its previous block.
"""

from collections.abc import Callable, Sequence

import msgspec

from huabiao.codec import encode
from huabiao.crypto.envelope import Call
from huabiao.proofs.members import Member, is_well_formed

VERSION = 1
DOMAIN = b"huabiao genesis\x00"


class Genesis(msgspec.Struct, array_like=True, frozen=True):
    """`time` is in UTC milliseconds."""

    version: int
    chain: str
    suite: str
    time: int
    sources: list[str]
    calls: list[Call]


class BadGenesis(ValueError):
    """The genesis document cannot found a chain."""


decode_genesis = msgspec.msgpack.Decoder(Genesis).decode


def make_genesis(
    chain: str,
    suite: str,
    time: int,
    sources: Sequence[str],
    members: Sequence[Member],
    administrators: Sequence[bytes],
    needed: int,
    organisations: Sequence[tuple[str, str, bytes]] = (),
    validity_ms: int = 300_000,
    call_cap: int = 2_000_000,
    block_envelopes: int = 4_000,
    block_bytes: int = 16 * 1024 * 1024,
) -> Genesis:
    """Write the document; organisations are (name, GB 32100 code, account)."""
    if not is_well_formed(members):
        raise BadGenesis(
            "成员须按名称排序、不重复、有权重。"
            " Members must be in the order of names, each once, each with power."
        )
    found = Call(
        "governance",
        "found",
        "",
        {
            "members": [[m.name, m.public, m.power] for m in members],
            "parameters": [validity_ms, call_cap, block_envelopes, block_bytes],
            "administrators": [list(administrators), needed],
            "sources": list(sources),
        },
    )
    registered = [
        Call("governance", "found_organisation", n, {"code": code, "account": account})
        for n, code, account in organisations
    ]
    return Genesis(VERSION, chain, suite, time, list(sources), [found, *registered])


def genesis_hash(digest: Callable[[bytes], bytes], genesis: Genesis) -> bytes:
    """What block 1 names as its previous block."""
    return digest(DOMAIN + encode(genesis))
