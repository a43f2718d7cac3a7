"""
Receipts: what became of an envelope.

    receipt = [envelope id, sender, [result, …]]
    result  = [code, sentence, cost, [event, …], [[key, value | nil], …]]
    event   = [contract, name, key, {detail}]

An accepted envelope has one result "ok" a call, with its events and its writes. Of a
refused one nothing is written: the result of the call that failed carries the code and
the sentence, the calls before it are "undone". The receipts root of a block is the RFC
6962 tree over its receipts in order. Format: docs/formats/receipt.md.
"""

from typing import Any

import msgspec

OK, UNDONE = "ok", "undone"


class Event(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Something that a contract said."""

    contract: str
    name: str
    key: str
    detail: dict[str, Any]


class Result(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What became of one call. `writes` are (state key, value or None to remove)."""

    code: str
    sentence: str
    cost: int
    events: list[Event]
    writes: list[tuple[str, bytes | None]]


class Receipt(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What became of one envelope; `sender` is the account, 20 bytes."""

    envelope: bytes
    sender: bytes
    results: list[Result]

    @property
    def accepted(self) -> bool:
        return self.results[-1].code == OK

    @property
    def was_run(self) -> bool:
        """Whether a call began; the kernel's own refusals come before, and cost 0."""
        return self.results[-1].cost > 0

    @property
    def cost(self) -> int:
        """What its calls cost together, refused or not."""
        return sum(result.cost for result in self.results)

    @property
    def code(self) -> str:
        return self.results[-1].code

    @property
    def sentence(self) -> str:
        return self.results[-1].sentence


decode_receipt = msgspec.msgpack.Decoder(Receipt).decode
