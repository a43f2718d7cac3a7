"""
Postings: which places of the chain a term stands at, as an inverted index keeps them.

A *term* is eight bytes of a digest: of an envelope's id, of its sender's account, of
the contract and key that a call names, of a state key that is written. A *place* is a
number: of an envelope, a call or a version (tables). Whoever finds a place looks there
whether it is meant, so that two texts of one term do no harm.

Terms are random: in one sorted tree each would write a page of its own, at a cost that
grows with the tree. So each transaction adds one *segment*, sorted in itself and packed
into pages of PAGE postings; MERGED segments of a level become one of the next, until it
has LARGEST postings and stays as it is (a log-structured merge; O'Neil and others, Acta
Informatica 33, 1996). Segments follow one another as the chain does: a search begins at
the newest and ends when it has enough.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

import numpy as np

from huabiao.services.index.database import Connection

TERM_BYTES = 8
CALLED, WRITTEN = b"call\0", b"write\0"
PAGE = 240
"""So many that a page of SQLite's holds them: 4,096 bytes, 16 a posting."""
MERGED, LARGEST = 8, 1 << 20
FINAL = 1_000
"""The level of a segment that is merged no more."""
MOST = (1 << 63) - 1

_NUMBER = np.dtype("<i8")
_LAST_PAGES = """
SELECT s.segment, (
    SELECT p.packed FROM postings p
    WHERE p.segment = s.segment AND p.term <= ? AND (p.term < ? OR p.place < ?)
    ORDER BY p.term DESC, p.place DESC LIMIT 1
) FROM segments s ORDER BY s.segment DESC
"""
_PAGES_BEFORE = """
SELECT packed FROM postings
WHERE segment = ? AND term <= ? AND (term < ? OR place < ?)
ORDER BY term DESC, place DESC
"""

Sorted = tuple[Any, Any]
"""Terms and places, two arrays of integers in the order of both."""


def term(kind: bytes, text: str) -> bytes:
    """The term of a text; of an id or an account it is the beginning."""
    return sha256(kind + text.encode()).digest()[:TERM_BYTES]


def write_postings(
    connection: Connection, terms: Sequence[bytes], places: Sequence[int]
) -> None:
    """Add postings that come after all that are there, as one segment."""
    if not terms:
        return
    named = np.frombuffer(b"".join(terms), ">i8").astype(_NUMBER)
    added = _sorted(named, np.array(places, _NUMBER))
    (newest,) = connection.execute("SELECT max(segment) FROM segments").fetchone()
    segment, level = (newest or 0) + 1, 0
    while True:
        older = _of_level(connection, level)
        if len(older) + 1 < MERGED:
            break
        added = _merged([*_taken_out(connection, older), added])
        level = level + 1 if len(added[0]) < LARGEST else FINAL
    connection.execute(
        "INSERT INTO segments VALUES (?, ?, ?)", (segment, level, len(added[0]))
    )
    connection.append("postings", _pages(segment, added))


def places_of(
    connection: Connection, wanted: bytes, before: int = MOST
) -> Iterator[int]:
    """Where a term stands, from the newest to the oldest; those below `before`."""
    number = int.from_bytes(wanted, "big", signed=True)
    for segment, packed in connection.execute(_LAST_PAGES, (number, number, before)):
        if packed is None:
            continue
        found, may_go_on, first = _in_page(packed, number, before)
        yield from found
        if may_go_on:
            below = (segment, number, number, first)
            for (packed,) in connection.execute(_PAGES_BEFORE, below):
                found, may_go_on, _ = _in_page(packed, number, before)
                yield from found
                if not may_go_on:
                    break


def _in_page(packed: bytes, number: int, before: int) -> tuple[list[int], bool, int]:
    """Places of a term in a page, newest first; whether the page before it may have
    more; the page's first place."""
    terms, places = unpacked(packed)
    low, high = (np.searchsorted(terms, number, side) for side in ("left", "right"))
    some = places[low:high]
    some = some[: np.searchsorted(some, before)]
    return some[::-1].tolist(), int(low) == 0, int(places[0])


def unpacked(packed: bytes) -> Sorted:
    """A page's terms and places."""
    terms, places = np.frombuffer(packed, _NUMBER).reshape(2, -1)
    return terms, places


def _pages(segment: int, added: Sorted) -> list[tuple[int, int, int, bytes]]:
    terms, places = added
    rows = []
    for start in range(0, len(terms), PAGE):
        some, there = terms[start : start + PAGE], places[start : start + PAGE]
        packed = some.tobytes() + there.tobytes()
        rows.append((segment, int(some[0]), int(there[0]), packed))
    return rows


def _sorted(terms: Any, places: Any) -> Sorted:
    order = np.lexsort((places, terms))
    return terms[order], places[order]


def _merged(segments: Sequence[Sorted]) -> Sorted:
    terms, places = (np.concatenate(each) for each in zip(*segments, strict=True))
    return _sorted(terms, places)


def _of_level(connection: Connection, level: int) -> list[int]:
    rows = connection.execute("SELECT segment FROM segments WHERE level = ?", (level,))
    return [segment for (segment,) in rows.fetchall()]


def _taken_out(connection: Connection, segments: Sequence[int]) -> list[Sorted]:
    """The postings of some segments, which are no more."""
    found = []
    for segment in segments:
        pages = connection.execute(
            "SELECT packed FROM postings WHERE segment = ? ORDER BY term, place",
            (segment,),
        ).fetchall()
        each = [unpacked(packed) for (packed,) in pages]
        found.append(tuple(np.concatenate(side) for side in zip(*each, strict=True)))
        connection.execute("DELETE FROM postings WHERE segment = ?", (segment,))
        connection.execute("DELETE FROM segments WHERE segment = ?", (segment,))
    return found  # type: ignore[return-value]
