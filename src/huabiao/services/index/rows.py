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
from huabiao.services.index.postings import CALLED, TERM_BYTES, WRITTEN, term
from huabiao.services.index.tables import CALL_BITS, HEIGHT_SHIFT

RECORD = "record/"
LONGEST_NAME = 200
"""A refused call may carry any text as a name; the index keeps this much of it."""

NOT_FIRST = (None, None, None, None, None, None)
"""In a row of `calls` that is not its envelope's first: nothing about the whole."""


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

    def add_block(self, block: BlockView) -> None:
        """Take in a block's envelopes and receipts."""
        height, refused, first = block.header.height, 0, self.next_version
        base = height << HEIGHT_SHIFT
        pairs = zip(block.envelopes, block.receipts, strict=True)
        for index, (envelope, receipt) in enumerate(pairs):
            refused += not receipt.accepted
            self._take_apart(base | index << CALL_BITS, envelope, receipt)
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

    def add_call(self, row: tuple[Any, ...]) -> None:
        """A row of `calls`, after what the call wrote. It is found by its contract and
        key, unless that is what it wrote last: by that it is found already. The first
        of an envelope is found by the envelope's id and sender too."""
        step, contract, _, key, _, _, _, id_, sender, *_ = row
        self.calls.append(row)
        if id_ is not None:
            self.terms += id_[:TERM_BYTES], sender[:TERM_BYTES]
            self.places += step, step
        if not key:
            return
        if self.versions:
            _, written, by, _ = self.versions[-1]
            if by == step and written in (f"{contract}/record/{key}",
                                          f"{contract}/{key}"):  # fmt: skip
                return
        self.terms.append(term(CALLED, f"{contract}/{key}"))
        self.places.append(step)

    def _take_apart(self, place: int, envelope: Envelope, receipt: Receipt) -> None:
        results, sender, calls = receipt.results, receipt.sender, envelope.body.calls
        last, count = results[-1], len(results)
        decided = 0 if last.code == OK else count - 1
        whole = (envelope.id, sender, len(calls), decided, last.code,
                 storable(last.sentence))  # fmt: skip
        for number, call in enumerate(calls):
            step, source, target, code = place | number, None, None, UNDONE
            if number < count:
                result = results[number]
                code = result.code
                if code == OK:
                    if call.key:
                        self.actors.add((call.contract, sender, named(call.key)))
                    source, target = moved(result, call.operation)
                    self.add_writes(step, sender, result.writes)
                    for n, told in enumerate(result.events):
                        detail = encode(told.detail)
                        self.events.append(
                            (step, n, told.contract, told.name, told.key, detail)
                        )
            contract, operation = named(call.contract), named(call.operation)
            key = named(call.key)
            self.add_call(
                (step, contract, operation, key, code, source, target, *whole)
            )
            whole = NOT_FIRST


def named(text: str) -> str:
    """What of a call's name the index keeps."""
    short = len(text) <= LONGEST_NAME and "\0" not in text
    return text if short else storable(text[:LONGEST_NAME])


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
