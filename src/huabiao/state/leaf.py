"""
A leaf under change: items go in one after the other; with too many it parts.

All functions here leave what they are given as it is.
"""

from __future__ import annotations

from huabiao.proofs.merkle import Digest
from huabiao.proofs.radix import ABSENT, LEAF, MOST_ENTRIES, half_byte
from huabiao.state.changes import Changes
from huabiao.state.node import (
    SLOT_BYTES,
    WHERE_BYTES,
    Branch,
    Child,
    Slot,
    find,
    slots_of,
)

Item = tuple[bytes, bytes | None, bytes]
"""A key's hash, its entry or None to remove it, and where its value is."""


def change_leaf(
    digest: Digest, changes: Changes, leaf: bytes, items: list[Item], depth: int
) -> tuple[Child, bytes, int]:
    """
    What a leaf at a depth, or EMPTY, becomes by some items.

    Gives the node, its hash, and by how many entries it grew.
    """
    before = len(leaf) // SLOT_BYTES
    if len(items) > MOST_ENTRIES:
        slots = edit_many(leaf, items, changes.replaced)
    else:
        fresh = leaf
        for key, entry, where in items:
            fresh = edit(fresh, key, entry, where, changes.replaced)
        count = len(fresh) // SLOT_BYTES
        if before and 0 < count <= MOST_ENTRIES:
            return fresh, digest(fresh[: 1 + (count << 6)]), count - before
        slots = slots_of(fresh)
    changes.leaves -= before > 0
    if not slots:
        return None, ABSENT, -before
    return *build(digest, changes, slots, depth), len(slots) - before


def edit(
    leaf: bytes, key: bytes, entry: bytes | None, where: bytes, replaced: list[bytes]
) -> bytes:
    """A leaf after one item; the same object if nothing changed."""
    count = len(leaf) // SLOT_BYTES
    end = 1 + (count << 6)
    at = leaf.find(key, 1, end)
    if at > 0 and at & 63 != 1:
        at = find(leaf, key, end)
    if at > 0:
        also = end + WHERE_BYTES * (at >> 6)
        after = also + WHERE_BYTES
        replaced.append(leaf[also + 8 : after])
        if entry is None:
            return leaf[:at] + leaf[at + 64 : also] + leaf[after:]
        return b"".join((leaf[:at], entry, leaf[at + 64 : also], where, leaf[after:]))
    if entry is None:
        return leaf
    low = 0
    while low < count:
        middle = (low + count) >> 1
        at = 1 + (middle << 6)
        if leaf[at : at + 32] < key:
            low = middle + 1
        else:
            count = middle
    at, also = 1 + (low << 6), end + WHERE_BYTES * low
    return b"".join((leaf[:at], entry, leaf[at:also], where, leaf[also:]))


def edit_many(leaf: bytes, items: list[Item], replaced: list[bytes]) -> list[Slot]:
    """The slots of a leaf after more items than it can hold: one after the other they
    would copy a longer leaf each time."""
    held = {slot[0][:32]: slot for slot in slots_of(leaf)}
    for key, entry, where in items:
        before = held.pop(key, None)
        if before is not None:
            replaced.append(before[1][8:])
        if entry is not None:
            held[key] = entry, where
    return [held[key] for key in sorted(held)]


def build(
    digest: Digest, changes: Changes, slots: list[Slot], depth: int
) -> tuple[Child, bytes]:
    """The nodes of ascending entries at a depth, and the hash."""
    if len(slots) <= MOST_ENTRIES:
        changes.leaves += 1
        entries = LEAF + b"".join([entry for entry, _ in slots])
        leaf = entries + b"".join([where for _, where in slots])
        return leaf, digest(entries)
    changes.inners += 1
    groups: list[list[Slot]] = [[] for _ in range(16)]
    for slot in slots:
        groups[half_byte(slot[0], depth)].append(slot)
    built = [
        build(digest, changes, group, depth + 1) if group else (None, ABSENT)
        for group in groups
    ]
    hashes = b"".join([reached for _, reached in built])
    children = [child for child, _ in built]
    return Branch(len(slots), hashes, children), digest(b"\x01" + hashes)


def join(digest: Digest, leaves: list[bytes]) -> tuple[Child, bytes]:
    """Neighbouring leaves as one, None if there are none; and the hash."""
    if not leaves:
        return None, ABSENT
    slots = [slot for leaf in leaves for slot in slots_of(leaf)]
    entries = LEAF + b"".join([entry for entry, _ in slots])
    return entries + b"".join([where for _, where in slots]), digest(entries)
