"""
Postings: which places of the chain a term stands at, as an inverted index keeps them.

A *term* is eight bytes of a digest: of an envelope's id, of its sender's account, of
the contract and key that a call names, of a state key that is written. A *place* is a
number: of an envelope, a call or a version (tables). Whoever finds a place looks there
whether it is meant, so that two texts of one term do no harm.

Terms are random: in one sorted tree each would write a page of its own, at a cost that
grows with the tree. So each transaction adds one *segment* of level 0, sorted in itself
and packed into pages of PAGE postings; MERGED segments of a level become one of the
next (a log-structured merge; O'Neil and others, Acta Informatica 33, 1996), so that
there are few, however long the chain is.

A merge goes by slices, one a transaction, so that a large one holds nobody up: the
greatest postings of the merged go over into the new segment, then the next, until the
old ones are empty. Of one term the newest places are the greatest: they always lie in
the newer segment, also half-way. A search begins at the newest and ends when it has
enough.
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
MERGED = 8
PAGES_A_SLICE = 128
"""Read of each merged segment: all together a quarter of a million postings, 30 ms."""
LEVELS = 64
"""A segment's number is LEVELS times that of its last transaction, and its level."""
MOST = (1 << 63) - 1
LEAST = (-MOST - 1, -MOST - 1)

_NUMBER = np.dtype("<i8")
_LAST_PAGES = """
SELECT s.segment, (
    SELECT p.packed FROM postings p
    WHERE p.segment = s.segment AND p.term <= ? AND (p.term < ? OR p.place < ?)
    ORDER BY p.term DESC, p.place DESC LIMIT 1
) FROM segments s ORDER BY s.segment DESC
"""
_GREATEST = """
SELECT packed FROM postings WHERE segment = ? ORDER BY term DESC, place DESC LIMIT ?
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
    rows = connection.execute("SELECT segment FROM segments ORDER BY segment")
    segments = [segment for (segment,) in rows.fetchall()]
    segment = (max(segments, default=0) // LEVELS + 1) * LEVELS
    _put(connection, segment, added)
    _merge(connection, {*segments, segment}, len(terms))


def _put(connection: Connection, segment: int, added: Sorted) -> None:
    connection.append("segments", [(segment,)], "ON CONFLICT DO NOTHING")
    connection.append("postings", _pages(segment, added))


def _merge(connection: Connection, segments: set[int], share: int) -> None:
    """Go on merging on every level that is due: a slice, and more until as many
    postings moved as came, so that no level is left behind."""
    for level in range(max(segment % LEVELS for segment in segments) + 1):
        merged = _due(segments, level)
        moved, done = 0, not merged
        while moved < share and not done:
            count, done = _move_slice(connection, merged)
            moved += count
        if merged and done:
            connection.executemany(
                "DELETE FROM segments WHERE segment = ?", [(each,) for each in merged]
            )
            segments = segments - set(merged) | {merged[-1] + 1}


def _due(segments: set[int], level: int) -> list[int]:
    """The oldest MERGED segments of a level, none where there are fewer. One that is
    still being made does not count: what it is made of is not newer than it."""
    younger = min(
        (each // LEVELS for each in segments if each % LEVELS == level - 1),
        default=MOST,
    )
    whole = sorted(
        each for each in segments if each % LEVELS == level and each // LEVELS < younger
    )
    return whole[:MERGED] if len(whole) >= MERGED else []


def _move_slice(connection: Connection, merged: list[int]) -> tuple[int, bool]:
    """Move the greatest postings of some segments into the one that they become; how
    many, and whether these were all."""
    read, ends = [], []
    for segment in merged:
        rows = connection.execute(_GREATEST, (segment, PAGES_A_SLICE)).fetchall()
        pages = [unpacked(packed) for (packed,) in rows]
        read.append(pages)
        if len(pages) == PAGES_A_SLICE:
            ends.append(_first(pages[-1]))
    # What is not less than each of these ends has been read of every segment.
    bound = max(ends, default=LEAST)
    moved = [
        part
        for segment, pages in zip(merged, read, strict=True)
        for part in _taken_out(connection, segment, pages, bound)
    ]
    if moved:
        terms, places = (np.concatenate(each) for each in zip(*moved, strict=True))
        _put(connection, merged[-1] + 1, _sorted(terms, places))
    return sum(len(terms) for terms, _ in moved), not ends


def _taken_out(
    connection: Connection, segment: int, pages: list[Sorted], bound: tuple[int, int]
) -> list[Sorted]:
    """The postings of a segment from a bound on, which it no longer has."""
    connection.execute(
        "DELETE FROM postings WHERE segment = ? AND (term, place) >= (?, ?)",
        (segment, *bound),
    )
    taken = []
    for page in pages:
        if _first(page) >= bound:
            taken.append(page)
            continue
        terms, places = page
        low, high = (np.searchsorted(terms, bound[0], s) for s in ("left", "right"))
        cut = int(low + np.searchsorted(places[low:high], bound[1]))
        if cut < len(terms):
            connection.execute(
                "UPDATE postings SET packed = ?"
                " WHERE segment = ? AND term = ? AND place = ?",
                (_packed(terms[:cut], places[:cut]), segment, *_first(page)),
            )
            taken.append((terms[cut:], places[cut:]))
        break
    return taken


def places_of(
    connection: Connection, wanted: bytes, before: int = MOST
) -> Iterator[int]:
    """Where a term stands, from the newest to the oldest; those below `before`."""
    number = int.from_bytes(wanted, "big", signed=True)
    octets = number.to_bytes(TERM_BYTES, "little", signed=True)
    for segment, packed in connection.execute(_LAST_PAGES, (number, number, before)):
        if packed is None or octets not in packed:
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
    parts = [
        (terms[start : start + PAGE], places[start : start + PAGE])
        for start in range(0, len(terms), PAGE)
    ]
    return [(segment, *_first(part), _packed(*part)) for part in parts]


def _packed(terms: Any, places: Any) -> bytes:
    packed: bytes = terms.tobytes() + places.tobytes()
    return packed


def _first(page: Sorted) -> tuple[int, int]:
    terms, places = page
    return int(terms[0]), int(places[0])


def _sorted(terms: Any, places: Any) -> Sorted:
    order = np.lexsort((places, terms))
    return terms[order], places[order]
