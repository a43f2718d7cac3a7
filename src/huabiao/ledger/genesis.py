"""
Genesis: the one document that every node of a chain starts from.

    genesis = [version, chain, suite, time, [source, …], [call, …]]

`sources` are the contracts that ship, governance and membership among them. The calls
run once, as the founder, in a block without a header at height 0; the first of them is
governance.found, then membership.found_seat for each member. Block 1 names the digest
of these bytes as its previous block.
"""

from collections.abc import Callable, Sequence

import msgspec

from huabiao.codec import encode
from huabiao.crypto.envelope import Call
from huabiao.ledger.governed import Seat
from huabiao.ledger.protocol import NEWEST
from huabiao.proofs.members import Member, is_well_formed

VERSION = 2
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
    seats: Sequence[Seat],
    administrators: Sequence[bytes],
    needed: int,
    organisations: Sequence[tuple[str, str, bytes]] = (),
    validity_ms: int = 300_000,
    call_cap: int = 2_000_000,
    block_envelopes: int = 4_000,
    block_bytes: int = 16 * 1024 * 1024,
) -> Genesis:
    """
    Write the document; organisations are (name, GB 32100 code, account).

    A seat is its organisation's; one whose organisation is not among these is the
    first administrator's.
    """
    _check(seats, administrators)
    limits = [validity_ms, call_cap, block_envelopes, block_bytes]
    found = Call(
        "governance", "found", "",
        {
            "parameters": [*limits, NEWEST, 0],  # this protocol, from the start
            "administrators": [list(administrators), needed],
            "sources": list(sources),
        },
    )  # fmt: skip
    registered = [
        Call("governance", "found_organisation", n, {"code": code, "account": account})
        for n, code, account in organisations
    ]
    accounts = {name: account for name, _, account in organisations}
    first = administrators[0]
    seated = [_seated(seat, accounts.get(seat.organisation, first)) for seat in seats]
    calls = [found, *seated, *registered]
    return Genesis(VERSION, chain, suite, time, list(sources), calls)


def _check(seats: Sequence[Seat], administrators: Sequence[bytes]) -> None:
    if not is_well_formed([Member(s.name, s.public, s.power) for s in seats]):
        raise BadGenesis(
            "成员须按名称排序、不重复、有权重。"
            " Members must be in the order of names, each once, each with power."
        )
    if not administrators:
        raise BadGenesis("须有管理员。 There is no administrator.")


def _seated(seat: Seat, account: bytes) -> Call:
    arguments = {
        "account": account,
        "organisation": seat.organisation,
        "public": seat.public,
        "power": seat.power,
        "engine_key": seat.engine_key,
    }
    return Call("membership", "found_seat", seat.name, arguments)


def founding_members(genesis: Genesis) -> list[Member]:
    """The members that genesis names: what a verifier starts from."""
    return [
        Member(call.key, call.arguments["public"], call.arguments["power"])
        for call in genesis.calls
        if (call.contract, call.operation) == ("membership", "found_seat")
    ]


def genesis_hash(digest: Callable[[bytes], bytes], genesis: Genesis) -> bytes:
    """What block 1 names as its previous block."""
    return digest(DOMAIN + encode(genesis))
