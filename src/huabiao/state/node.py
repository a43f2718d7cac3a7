"""
The nodes of the state tree, each by itself.

    leaf    bytes: 0x00 ‖ entries of 64 bytes, ascending ‖ for each, where its value is
    inner   `Inner`: as it lies on disk; in memory it is a row of `rows`
    branch  `Branch`: an inner node that a batch has made and that has no row yet
    none    None: what an empty slot holds

What the hashes are, and why the shape depends on the keys alone, is told in
proofs/radix.py.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from struct import Struct

from huabiao.proofs.radix import LEAF

WHERE = Struct(">QI")
"""Position and bytes of a value's record."""
WHERE_BYTES, SLOT_BYTES = 12, 76
EMPTY = LEAF


@dataclass(slots=True, frozen=True)
class Inner:
    """An inner node on disk."""

    count: int
    """How many entries are below."""
    hashes: bytes
    """Of sixteen children: 512 bytes."""
    places: array[int]
    """Where each child is on disk."""


@dataclass(slots=True)
class Branch:
    """An inner node that is new, with all that is below it."""

    count: int
    hashes: bytes
    children: list[Child]


Child = None | bytes | Branch
Slot = tuple[bytes, bytes]
"""An entry of a leaf, and where its value is."""


def entries_of(leaf: bytes) -> bytes:
    """What a leaf's hash is taken of: 0x00 ‖ entries."""
    return leaf[: 1 + (len(leaf) // SLOT_BYTES << 6)]


def where_of(leaf: bytes, key: bytes) -> tuple[int, int, bytes] | None:
    """Position, size and hash of a key's value, None if the leaf does not have it."""
    end = 1 + (len(leaf) // SLOT_BYTES << 6)
    at = find(leaf, key, end)
    if at < 0:
        return None
    position, size = WHERE.unpack_from(leaf, end + WHERE_BYTES * (at >> 6))
    return position, size, leaf[at + 32 : at + 64]


def find(leaf: bytes, key: bytes, end: int) -> int:
    """Where a key's entry begins, -1 if there is none."""
    at = leaf.find(key, 1, end)
    while at > 0 and at & 63 != 1:  # a hash may also lie across two entries
        at = leaf.find(key, at + 1, end)
    return at


def slots_of(leaf: bytes) -> list[Slot]:
    """The entries of a leaf, each with where its value is."""
    end = 1 + (len(leaf) // SLOT_BYTES << 6)
    return [
        (leaf[at : at + 64], leaf[also : also + WHERE_BYTES])
        for at, also in zip(
            range(1, end, 64), range(end, len(leaf), WHERE_BYTES), strict=True
        )
    ]
