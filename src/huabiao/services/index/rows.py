"""
Blocks as rows: pure, so that it can be read and tested without a database.

A `Batch` gathers the rows of a few blocks; of what is written twice within them, only
the last counts as the newest, though every write is a version.
"""

from collections.abc import Iterable
from typing import Any

from huabiao.client.port import BlockView
from huabiao.codec import encode
from huabiao.crypto.envelope import Envelope
from huabiao.proofs.receipt import OK, UNDONE, Receipt, Result
from huabiao.services.index.tables import CALL_BITS, HEIGHT_SHIFT

RECORD = "record/"
LONGEST_NAME = 200
"""A refused call may carry any text as a name; the index keeps this much of it."""

PREFIX_BYTES = 8


class Batch:
    """The rows of some blocks in a row; `next_version` numbers the writes."""

    def __init__(self, next_version: int) -> None:
        self.next_version = next_version
        self.blocks: list[tuple[Any, ...]] = []
        self.envelopes: list[tuple[Any, ...]] = []
        self.ids: list[tuple[int, int]] = []
        self.calls: list[tuple[Any, ...]] = []
        self.versions: list[tuple[int, str, int, bytes | None]] = []
        self.events: list[tuple[Any, ...]] = []
        self.records: dict[tuple[str, str], tuple[int, bytes | None]] = {}
        self.entries: dict[str, tuple[int, bytes | None]] = {}
        self.actors: set[tuple[str, bytes, str]] = set()

    def add_block(self, block: BlockView) -> None:
        """Take in a block's envelopes and receipts."""
        height, refused = block.header.height, 0
        base = height << HEIGHT_SHIFT
        pairs = zip(block.envelopes, block.receipts, strict=True)
        for index, (envelope, receipt) in enumerate(pairs):
            refused += not receipt.accepted
            self._add_envelope(base | index << CALL_BITS, envelope, receipt)
        self.blocks.append(
            (height, block.header.time, block.hash, len(block.envelopes), refused)
        )

    def add_writes(
        self, step: int, sender: bytes, writes: Iterable[tuple[str, bytes | None]]
    ) -> None:
        """Take in what one call wrote."""
        version, versions = self.next_version, self.versions
        for key, value in writes:
            if "\0" in key:
                key = storable(key)
            versions.append((version, key, step, value))
            contract, _, rest = key.partition("/")
            if rest.startswith(RECORD):
                id_ = rest[len(RECORD) :]
                self.records[contract, id_] = version, value
                self.actors.add((contract, sender, id_))
            else:
                self.entries[key] = version, value
            version += 1
        self.next_version = version

    def _add_envelope(self, place: int, envelope: Envelope, receipt: Receipt) -> None:
        results, sender = receipt.results, receipt.sender
        calls = envelope.body.calls
        code, sentence = results[-1].code, results[-1].sentence
        decided = 0 if code == OK else len(results) - 1
        self.envelopes.append(
            (
                place,
                envelope.id,
                sender,
                len(calls),
                decided,
                code,
                storable(sentence),
            )
        )
        self.ids.append((prefix_of(envelope.id), place))
        for number, call in enumerate(calls):
            step = place | number
            result = results[number] if number < len(results) else None
            source = target = None
            if result is not None and result.code == OK:
                source, target = moved(result, call.operation)
                self.add_writes(step, sender, result.writes)
                for n, event in enumerate(result.events):
                    detail = encode(event.detail)
                    self.events.append(
                        (step, n, event.contract, event.name, event.key, detail)
                    )
            self.calls.append(
                (
                    step,
                    storable(call.contract[:LONGEST_NAME]),
                    storable(call.operation[:LONGEST_NAME]),
                    storable(call.key[:LONGEST_NAME]),
                    UNDONE if result is None else result.code,
                    source,
                    target,
                )
            )


def moved(result: Result, operation: str) -> tuple[str | None, str | None]:
    """From which state to which, by the event that every move ends with."""
    if not result.events or result.events[-1].name != operation:
        return None, None
    detail = result.events[-1].detail
    source, target = detail.get("from"), detail.get("to")
    return (
        source if type(source) is str else None,
        target if type(target) is str else None,
    )


def storable(text: str) -> str:
    """A text as PostgreSQL takes it: NUL, which it does not, becomes U+FFFD."""
    return text.replace("\0", "\ufffd") if "\0" in text else text


def prefix_of(id_: bytes) -> int:
    """The first eight bytes of an envelope's id as a signed integer."""
    return int.from_bytes(id_[:PREFIX_BYTES], "big", signed=True)
