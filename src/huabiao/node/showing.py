"""
Showing: what a reader's chain is shown of the grants and receipts that it has on
another one. `sharing` there writes them; here `remote_sharing` checks each by a proof.

A grant is shown where it stands otherwise than was shown last. Its receipts since then
are found in the blocks between, so that no block is read twice.
"""

from collections.abc import Iterator
from typing import NamedTuple

from huabiao.codec import decode
from huabiao.crypto.envelope import Call
from huabiao.node.level import Level

MOST = 200
FETCHES = 12
"""Where a record of `sharing` has the number of its deliveries."""


class Wanted(NamedTuple):
    """A state key of the other chain, and the call that shows it here: `told` are its
    arguments but for the proof's."""

    key: str
    operation: str
    asked: str
    told: dict[str, bytes]


class Request(NamedTuple):
    """A request to another chain, as `remote_sharing` keeps it."""

    id: str
    grant: str
    state: str
    fetches: int
    shown: int


def to_show(here: Level, there: Level) -> Iterator[Wanted]:
    """What of `there` is to be shown on `here`, receipts before their grant."""
    for asked in _requests(here, there):
        stored = there.node.port.read(f"sharing/record/{asked.grant}")
        if stored is None:
            continue
        state, _, fields = decode(stored)
        if fields[FETCHES] != asked.fetches:
            for receipt in _receipts(there, asked):
                if here.node.port.read(_kept(receipt)) is None:
                    key = f"sharing/receipts/{receipt.hex()}"
                    told = {"receipt": receipt}
                    yield Wanted(key, "show_receipt", asked.id, told)
        if (state, fields[FETCHES]) != (asked.state, asked.fetches):
            yield Wanted(f"sharing/record/{asked.grant}", "show_grant", asked.id, {})


def call_for(wanted: Wanted, height: int, value: bytes, proof: bytes) -> Call:
    """The call that shows it, with the proof that was got for its key."""
    told = {"height": height, "value": value, "proof": proof, **wanted.told}
    return Call("remote_sharing", wanted.operation, wanted.asked, told)


def _kept(receipt: bytes) -> str:
    return f"remote_sharing/receipts/{receipt.hex()}"


def _requests(here: Level, there: Level) -> Iterator[Request]:
    """Requests that were taken over there; the first two hundred."""
    for id_, _ in here.index.entries("remote_sharing", "asked", limit=MOST):
        stored = here.node.port.read(f"remote_sharing/asked/{id_}")
        if stored is None:
            continue
        route, _, grant, _, _, _, _, state, _, _, fetches, _, shown = decode(stored)
        if route == there.name and state not in ("sent", "declined"):
            yield Request(id_, grant, state, fetches, shown)


def _receipts(there: Level, asked: Request) -> Iterator[bytes]:
    """Ids of the receipts of a grant, in the blocks after what was shown last."""
    for block in there.node.port.blocks(max(asked.shown, 1)):
        for envelope, receipt in zip(block.envelopes, block.receipts, strict=True):
            for call in envelope.body.calls if receipt.accepted else ():
                filed = (call.contract, call.operation, call.key)
                if filed == ("sharing", "receipt", asked.grant):
                    yield call.arguments["request"]
