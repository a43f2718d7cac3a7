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


class Batch:
    """The rows of some blocks in a row; `next_version` numbers the writes."""

    def __init__(self, next_version: int) -> None:
        self.next_version = next_version
        self.blocks: list[tuple[Any, ...]] = []
        self.envelopes: list[tuple[Any, ...]] = []
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
            self._add_envelope(base | index << CALL_BITS, envelope, receipt)
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
            self.post(term(WRITTEN, key), version)
            contract, _, rest = key.partition("/")
            if rest.startswith(RECORD):
                id_ = rest[len(RECORD) :]
                self.records[contract, id_] = version, value
                self.actors.add((contract, sender, id_))
            else:
                self.entries[key] = version, value
            version += 1
        self.next_version = version

    def post(self, named: bytes, place: int) -> None:
        """One posting: a term stands at a place."""
        self.terms.append(named)
        self.places.append(place)

    def add_call(self, row: tuple[Any, ...]) -> None:
        """A row of `calls`, found by its contract and key from now on."""
        step, contract, _, key, *_ = row
        self.calls.append(row)
        if key and not self._wrote(step, contract, key):
            self.post(term(CALLED, f"{contract}/{key}"), step)

    def _wrote(self, step: int, contract: str, key: str) -> bool:
        """Whether a call's last write is what it names: it is found by that then."""
        if not self.versions:
            return False
        _, written, by, _ = self.versions[-1]
        return by == step and written in (
            f"{contract}/record/{key}",
            f"{contract}/{key}",
        )

    def add_envelope_row(self, row: tuple[Any, ...]) -> None:
        """A row of `envelopes`, found by its id and its sender from now on."""
        place, id_, sender, *_ = row
        self.envelopes.append(row)
        self.post(id_[:TERM_BYTES], place)
        self.post(sender[:TERM_BYTES], place)

    def _add_envelope(self, place: int, envelope: Envelope, receipt: Receipt) -> None:
        results, sender = receipt.results, receipt.sender
        calls = envelope.body.calls
        code, sentence = results[-1].code, results[-1].sentence
        decided = 0 if code == OK else len(results) - 1
        self.add_envelope_row(
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
            self.add_call(
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
