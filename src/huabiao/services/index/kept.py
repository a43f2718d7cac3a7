"""
Kept blocks: what the index reads of a block, from the bytes that the log keeps.

    envelope = [body, …]            body = [_, _, _, _, _, [call, …]]
    call     = [contract, operation, key, …]
    receipt  = [envelope id, sender, [result, …]]

Formats: docs/formats/envelope.md, docs/formats/receipt.md. Arguments, signatures and
chains are passed over, and the detail of an event stays the bytes that it is: what is
not asked for is not made into objects, envelope by envelope. Nothing is checked again:
the node checked it when it ran the block, and the log's checksum says it is the same.
"""

from typing import Any

import msgspec

from huabiao.proofs.header import Header


class KeptBlock(msgspec.Struct, frozen=True):
    """A block of one's own log; receipts[i] belongs to envelopes[i], both encoded."""

    header: Header
    hash: bytes
    envelopes: list[bytes]
    receipts: list[bytes]


class KeptCall(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Of a call, what it is named."""

    contract: str
    operation: str
    key: str


class KeptEvent(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What a contract said; the detail as it is encoded."""

    contract: str
    name: str
    key: str
    detail: msgspec.Raw


class KeptResult(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What became of one call."""

    code: str
    sentence: str
    cost: int
    events: list[KeptEvent]
    writes: list[tuple[str, bytes | None]]


class KeptReceipt(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What became of one envelope."""

    envelope: bytes
    sender: bytes
    results: list[KeptResult]


class Moved(msgspec.Struct, frozen=True, gc=False):
    """The detail of the event that every move ends with."""

    source: Any = msgspec.field(name="from", default=None)
    target: Any = msgspec.field(name="to", default=None)


class _Signed(msgspec.Struct, array_like=True, frozen=True, gc=False):
    body: bytes


class _Body(msgspec.Struct, array_like=True, frozen=True, gc=False):
    version: int
    chain: msgspec.Raw
    signer: msgspec.Raw
    valid_until: int
    salt: msgspec.Raw
    calls: list[KeptCall]


decode_receipt = msgspec.msgpack.Decoder(KeptReceipt).decode
decode_moved = msgspec.msgpack.Decoder(Moved).decode
_decode_signed = msgspec.msgpack.Decoder(_Signed).decode
_decode_body = msgspec.msgpack.Decoder(_Body).decode


def calls_in(envelope: bytes) -> list[KeptCall]:
    """The calls of an encoded envelope."""
    return _decode_body(_decode_signed(envelope).body).calls
