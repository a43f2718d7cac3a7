"""
Blocks as pages list them: the header, and what the first envelopes were about.

A block with thousands of calls takes a tenth of a second to decode, and two hundred
people who look at the newest ones would decode each of them two hundred times. What a
list shows of a block never changes and is small: it is kept for the newest that were
asked for. Certificates come after their block, so that a block without one is read
again the next time.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from huabiao.client.port import BlockView
from huabiao.codec import Instant
from huabiao.crypto.envelope import Envelope

Json = dict[str, Any]
MOST_KEPT = 1_000
ENVELOPES_SHOWN, CALLS_SHOWN = 3, 5


@dataclass(frozen=True)
class Glimpse:
    """One block, for everybody alike."""

    header: Json
    time: int
    """UTC milliseconds."""
    members: bytes
    """The digest of the members that stood then."""
    certificate: bytes
    items: list[Json]
    """The first envelopes: id, code, how many calls, and the first of these: which
    operation on which record, and no more."""


class Glimpses:
    """The newest glimpses that were asked for. Thread safe."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, Glimpse] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, port: Any, height: int) -> Glimpse | None:
        """A block's glimpse; None where the node has no such block."""
        with self._lock:
            kept = self._kept.get(height)
            if kept is not None:
                self._kept.move_to_end(height)
                return kept
        block = port.block(height)
        if block is None:
            return None
        made = glimpse(block)
        if made.certificate:
            with self._lock:
                self._kept[height] = made
                if len(self._kept) > MOST_KEPT:
                    self._kept.popitem(last=False)
        return made


def glimpse(block: BlockView) -> Glimpse:
    """What a list shows of a block."""
    pairs = zip(block.envelopes[:ENVELOPES_SHOWN], block.receipts, strict=False)
    return Glimpse(
        header_of(block),
        block.header.time,
        block.header.members,
        block.certificate,
        [_item(envelope, receipt.code) for envelope, receipt in pairs],
    )


def _item(envelope: Envelope, code: str) -> Json:
    calls = envelope.body.calls
    return {
        "envelope": envelope.id.hex(),
        "code": code,
        "count": len(calls),
        "calls": [
            {"contract": each.contract, "operation": each.operation, "key": each.key}
            for each in calls[:CALLS_SHOWN]
        ],
    }


def header_of(block: BlockView) -> Json:
    """A block's header as plain JSON, and how many envelopes it has."""
    header = block.header
    return {
        "height": header.height,
        "time": Instant.show(header.time),
        "hash": block.hash.hex(),
        "previous": header.previous.hex(),
        "state_root": header.state.hex(),
        "receipts_root": header.receipts.hex(),
        "transactions_root": header.transactions.hex(),
        "envelopes": len(block.envelopes),
        "refused": sum(not receipt.accepted for receipt in block.receipts),
    }
