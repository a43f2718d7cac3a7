"""
Blocks as rows: pure, so that it can be read and tested without a database.

A `Batch` gathers the rows of a few blocks; of what is written twice within them, only
the last counts as the newest, though every write is a version.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from huabiao.proofs.receipt import OK, UNDONE
from huabiao.services.index.kept import (
    KeptBlock,
    KeptResult,
    calls_in,
    decode_moved,
    decode_receipt,
)
from huabiao.services.index.postings import CALLED, TERM_BYTES, WRITTEN, term
from huabiao.services.index.tables import CALL_BITS, HEIGHT_SHIFT

RECORD = "record/"
LONGEST_NAME = 200
"""A refused call may carry any text as a name; the index keeps this much of it."""

NOT_FIRST = (None, None, None, None, None, None)
"""In a row of `calls` that is not its envelope's first: nothing about the whole."""


UNMOVED = (None, None)


class Batch:
    """The rows of some blocks in a row; `next_version` numbers the writes."""

    def __init__(self, next_version: int) -> None:
        self.next_version = next_version
        self.blocks: list[tuple[Any, ...]] = []
        self.terms: list[bytes] = []
        self.places: list[int] = []
        self.calls: list[tuple[Any, ...]] = []
        self.versions: list[tuple[int, str, int, bytes | None]] = []
        self.events: list[tuple[Any, ...]] = []
        self.records: dict[tuple[str, str], tuple[int, bytes | None]] = {}
        self.entries: dict[str, tuple[int, bytes | None]] = {}
        self.actors: set[tuple[str, bytes, str]] = set()

    def add_block(self, block: KeptBlock) -> None:
        """Take in a block's envelopes and receipts."""
        height, refused, first = block.header.height, 0, self.next_version
        place = height << HEIGHT_SHIFT
        for envelope, receipt in zip(block.envelopes, block.receipts, strict=True):
            refused += self._take_apart(place, envelope, receipt) != OK
            place += 1 << CALL_BITS
        count = len(block.envelopes)
        self.blocks.append(
            (height, block.header.time, block.hash, count, refused, first)
        )

    def add_writes(
        self, step: int, sender: bytes, writes: Iterable[tuple[str, bytes | None]]
    ) -> None:
        """Take in what one call wrote."""
        version = self.next_version
        for key, value in writes:
            if "\0" in key:
                key = storable(key)
            self.versions.append((version, key, step, value))
            self.terms.append(term(WRITTEN, key))
            self.places.append(version)
            contract, _, rest = key.partition("/")
            if rest.startswith(RECORD):
                id_ = rest[len(RECORD) :]
                self.records[contract, id_] = version, value
                self.actors.add((contract, sender, id_))
            else:
                self.entries[key] = version, value
            version += 1
        self.next_version = version

    def _take_apart(self, place: int, envelope: bytes, encoded: bytes) -> str:
        """Take in one envelope; what became of it. The first of its calls is found by
        the envelope's id and sender too."""
        receipt = decode_receipt(encoded)
        results, sender, calls = receipt.results, receipt.sender, calls_in(envelope)
        last, count = results[-1], len(results)
        outcome, id_ = last.code, receipt.envelope
        whole = (id_, sender, len(calls), 0 if outcome == OK else count - 1, outcome,
                 storable(last.sentence))  # fmt: skip
        self.terms += id_[:TERM_BYTES], sender[:TERM_BYTES]
        self.places += place, place
        for number, call in enumerate(calls):
            step, code, moved = place | number, UNDONE, UNMOVED
            contract, operation = short(call.contract), short(call.operation)
            key = named(call.key)
            if number < count:
                result = results[number]
                code = result.code
                if code == OK:
                    if key:
                        self.actors.add((call.contract, sender, key))
                    moved = self._take_in(step, sender, result, call.operation)
            self._find_by_name(step, contract, key)
            self.calls.append((step, contract, operation, key, code, *moved, *whole))
            whole = NOT_FIRST
        return outcome

    def _take_in(
        self, step: int, sender: bytes, result: KeptResult, operation: str
    ) -> tuple[str | None, str | None]:
        """What one call wrote and said; from which state to which it moved."""
        self.add_writes(step, sender, result.writes)
        n, name, detail = 0, "", b""
        for n, told in enumerate(result.events):
            name, detail = told.name, bytes(told.detail)
            self.events.append((step, n, told.contract, name, told.key, detail))
        return moved_by(detail) if detail and name == operation else UNMOVED

    def _find_by_name(self, step: int, contract: str, key: str) -> None:
        """A call is found by its contract and key, unless that is what it wrote last:
        by that it is found already."""
        if not key:
            return
        if self.versions:
            _, written, by, _ = self.versions[-1]
            if by == step and written in (f"{contract}/record/{key}",
                                          f"{contract}/{key}"):  # fmt: skip
                return
        self.terms.append(term(CALLED, f"{contract}/{key}"))
        self.places.append(step)


@lru_cache(1_024)
def moved_by(detail: bytes) -> tuple[str | None, str | None]:
    """From which state to which, by the event that every move ends with; most say one
    of a few things."""
    moved = decode_moved(detail)
    source, target = moved.source, moved.target
    return (
        source if type(source) is str else None,
        target if type(target) is str else None,
    )


def named(text: str) -> str:
    """What of a call's name the index keeps."""
    short = len(text) <= LONGEST_NAME and "\0" not in text
    return text if short else storable(text[:LONGEST_NAME])


short = lru_cache(4_096)(named)
"""The same of a contract or an operation, of which there are few."""


def storable(text: str) -> str:
    """A text as PostgreSQL takes it: NUL, which it does not, becomes U+FFFD."""
    return text.replace("\0", "\ufffd") if "\0" in text else text
