"""
The nodes of the state tree in memory.

They are objects that know their children, so that a step down is one look into a list:

    leaf    bytes: 0x00 ‖ entries of 64 bytes, ascending ‖ for each, where its value is
    inner   `Inner`: hash, and node, of each of sixteen children
    child   None where there is none; STORED where it is on disk and not in memory

The tree hangs in slot 0 of an inner node `top` of its own, so that the root is changed
like every other node. What the hashes are, and why the shape depends on the keys alone,
is told in proofs/radix.py.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from struct import Struct

from huabiao.proofs.radix import LEAF, half_byte

STORED = 0
WHERE = Struct(">QI")
"""Position and bytes of a value's record."""
WHERE_BYTES, SLOT_BYTES = 12, 76
EMPTY = LEAF
NO_HASHES = b"\x01" + bytes(512)
LOW = [[n for n in range(8) if mask >> n & 1] for mask in range(256)]
HIGH = [[n + 8 for n in each] for each in LOW]


class Inner:
    """An inner node; also `top`, whose only child is the root."""

    __slots__ = ("children", "count", "dirty", "hashes", "places")

    def __init__(
        self, hashes: bytearray, count: int, children: list[Child], places: array[int]
    ) -> None:
        self.hashes, self.count = hashes, count
        """0x01 ‖ sixteen hashes: what is hashed. How many entries are below."""
        self.children = children
        self.places, self.dirty = places, 0
        """Where each child is on disk; bit n: child n is not what is there."""


Child = None | int | bytes | Inner


def new_inner(count: int = 0) -> Inner:
    return Inner(bytearray(NO_HASHES), count, [None] * 16, array("Q", bytes(128)))


def bits(mask: int) -> list[int]:
    """Which of sixteen bits are set."""
    return LOW[mask & 255] + HIGH[mask >> 8]


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


def way(
    child: Child, load: Callable[[Inner, int], Child], key_hash: bytes
) -> tuple[list[bytes], bytes]:
    """The child hashes of each inner node on a key's way, and the leaf at its end."""
    inner: list[bytes] = []
    while isinstance(child, Inner):
        node, n = child, half_byte(key_hash, len(inner))
        inner.append(bytes(node.hashes[1:]))
        child = load(node, n) if node.children[n] == STORED else node.children[n]
    return inner, child if isinstance(child, bytes) else EMPTY


def find(leaf: bytes, key: bytes, end: int) -> int:
    """Where a key's entry begins, -1 if there is none."""
    at = leaf.find(key, 1, end)
    while at > 0 and at & 63 != 1:  # a hash may also lie across two entries
        at = leaf.find(key, at + 1, end)
    return at
