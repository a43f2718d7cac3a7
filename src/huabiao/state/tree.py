"""
The state tree in motion: a batch of writes in, what they change and a new root out.

A batch only reads; what it changes it lists, and `Changes.make` puts it into the tree.
It goes from left to right, one call for each inner node on its way, and hashes each
node once, when it leaves it. None but nodes that change are touched.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from operator import xor
from typing import Any

from huabiao.proofs.merkle import Digest
from huabiao.proofs.radix import ABSENT, LEAF, MOST_ENTRIES
from huabiao.state.node import (
    EMPTY,
    NO_HASHES,
    SLOT_BYTES,
    WHERE_BYTES,
    Child,
    Inner,
    entries_of,
    find,
    new_inner,
)

Item = tuple[bytes, bytes | None, bytes]
"""A key's hash, its entry or None to remove it, and where its value is."""
HASH_BITS = 256
SHIFTS = [0 if depth & 1 else 4 for depth in range(2 * 32)] + [8]
"""Brings a step's half-byte to the right; the last is the top's, whose step is 0."""
END = HASH_BITS + 5
"""Further apart than any two keys: nothing follows."""


@dataclass(slots=True)
class Changes:
    """What a batch changes, in flat lists: tuples would burden the collector."""

    root: bytes = ABSENT
    counts: list[Any] = field(default_factory=list)
    """Inner node, how many entries are below it now; and so on."""
    slots: list[Any] = field(default_factory=list)
    """Inner node, number of a child, the child's hash, the child; and so on."""
    leaves: int = 0
    inners: int = 0
    """By how many of each the tree grows."""
    replaced: list[bytes] = field(default_factory=list)
    """The sizes of the values that are replaced, 4 bytes each."""

    def make(self) -> None:
        """Put everything into the tree, in place: nothing that lies far is let go."""
        slots, counts = iter(self.slots), iter(self.counts)
        for node, n, reached, child in zip(slots, slots, slots, slots, strict=True):
            at = 1 + (n << 5)
            node.hashes[at : at + 32] = reached
            node.children[n] = child
            node.dirty |= 1 << n
        for node, count in zip(counts, counts, strict=True):
            node.count = count

    def __len__(self) -> int:
        """How many nodes."""
        return len(self.slots) // 4

    @property
    def freed(self) -> int:
        """Bytes of the values that are replaced."""
        return sum(map(int.from_bytes, self.replaced))


class Batch:
    """Sorted items on their way through the tree."""

    def __init__(
        self, digest: Digest, load: Callable[[Inner, int], Child], items: list[Item]
    ) -> None:
        self.digest, self.load, self.items = digest, load, items
        numbers = [int.from_bytes(key) for key, _, _ in items]
        # For each item, how many bits at the end its key does not share with the one
        # before: what tells whether they go to the same node.
        self.apart = [END, *map(int.bit_length, map(xor, numbers, numbers[1:])), END]
        self.changes = Changes()
        self.counts, self.slots = self.changes.counts, self.changes.slots
        self.replace = self.changes.replaced.append

    def run(self, top: Inner) -> Changes:
        """Work out all items from the top of the tree."""
        _, hashes, _, _ = self.change(top, -1, 0)
        self.changes.root = hashes[1:33]
        return self.changes

    def change(self, node: Inner, depth: int, i: int) -> tuple[int, bytes, int, Child]:
        """
        Apply the items from the i-th on that go below an inner node.

        Gives the first item that does not, the node's hash (the hashes, if it is the
        top), by how many entries it grew, and the node or what it has become.
        """
        children, items, apart = node.children, self.items, self.apart
        hashes, grown, start = bytearray(node.hashes), 0, len(self.slots)
        byte, shift = depth >> 1, SHIFTS[depth]
        inside = HASH_BITS - 4 * depth
        below = inside - 4  # apart by more, two keys do not go to the same child
        while True:
            n = items[i][0][byte] >> shift & 15
            child = children[n]
            if child.__class__ is int:
                child = self.load(node, n)
            if child.__class__ is not Inner:
                i, reached, grew, after = self.change_leaf(child, depth + 1, i)
            elif apart[i + 1] > below:
                i, reached, grew, after = self.change_one(child, depth + 1, i)
            else:
                i, reached, grew, after = self.change(child, depth + 1, i)
            self.slots += (node, n, reached, after)
            at = 1 + (n << 5)
            hashes[at : at + 32] = reached
            grown += grew
            if apart[i] > inside:
                break
        if grown:
            count = node.count + grown
            if count <= MOST_ENTRIES and depth >= 0:
                after, reached = self.merge(node, start)
                return i, reached, grown, after
            self.counts += (node, count)
        fixed = bytes(hashes)
        return i, fixed if depth < 0 else self.digest(fixed), grown, node

    def change_one(
        self, node: Inner, depth: int, i: int
    ) -> tuple[int, bytes, int, Child]:
        """The same where a single item goes below the node, as most do at the end."""
        key, start = self.items[i][0], len(self.slots)
        way = []
        while True:
            n = key[depth >> 1] >> SHIFTS[depth] & 15
            child = node.children[n]
            if child.__class__ is int:
                child = self.load(node, n)
            depth += 1
            if child.__class__ is not Inner:
                break
            way.append((node, n))
            node = child
        i, reached, grew, after = self.change_leaf(child, depth, i)
        while True:
            self.slots += (node, n, reached, after)
            count = node.count + grew
            if count > MOST_ENTRIES:
                at, hashes = 1 + (n << 5), bytearray(node.hashes)
                hashes[at : at + 32] = reached
                after, reached = node, self.digest(bytes(hashes))
                if grew:
                    self.counts += (node, count)
            else:
                after, reached = self.merge(node, start)
            if not way:
                return i, reached, grew, after
            node, n = way.pop()

    def change_leaf(
        self, child: Any, depth: int, i: int
    ) -> tuple[int, bytes, int, Child]:
        """The same for a leaf, or for none."""
        items, apart, before = self.items, self.apart, child or EMPTY
        leaf: bytes = before
        below = HASH_BITS - 4 * depth
        while True:
            key, entry, where = items[i]
            leaf = self.edit(leaf, key, entry, where)
            i += 1
            if apart[i] > below:
                break
        count = len(leaf) // SLOT_BYTES
        grew = count - len(before) // SLOT_BYTES
        if 0 < count <= MOST_ENTRIES and count != grew:
            return i, self.digest(leaf[: 1 + (count << 6)]), grew, leaf
        after, reached = self.reshape(before, leaf, depth)
        return i, reached, grew, after

    def edit(self, leaf: bytes, key: bytes, entry: bytes | None, where: bytes) -> bytes:
        """A leaf after one item; the same object if nothing changed."""
        count = len(leaf) // SLOT_BYTES
        end = 1 + (count << 6)
        at = leaf.find(key, 1, end)
        if at > 0 and at & 63 != 1:
            at = find(leaf, key, end)
        if at > 0:
            also = end + WHERE_BYTES * (at >> 6)
            after = also + WHERE_BYTES
            self.replace(leaf[also + 8 : after])
            if entry is None:
                return leaf[:at] + leaf[at + 64 : also] + leaf[after:]
            return b"".join(
                (leaf[:at], entry, leaf[at + 64 : also], where, leaf[after:])
            )
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

    def reshape(self, before: bytes, leaf: bytes, depth: int) -> tuple[Child, bytes]:
        """What a leaf becomes that was or is empty, or has too many; and its hash."""
        self.changes.leaves -= len(before) > 1
        if len(leaf) == 1:
            return None, ABSENT
        heads = range(1, len(entries_of(leaf)), 64)
        tails = range(len(entries_of(leaf)), len(leaf), WHERE_BYTES)
        slots = [
            (leaf[at : at + 64], leaf[also : also + WHERE_BYTES])
            for at, also in zip(heads, tails, strict=True)
        ]
        return self.build(slots, depth)

    def build(
        self, slots: list[tuple[bytes, bytes]], depth: int
    ) -> tuple[Child, bytes]:
        """The nodes of ascending entries at a depth, and the hash."""
        if len(slots) <= MOST_ENTRIES:
            self.changes.leaves += 1
            entries = LEAF + b"".join([entry for entry, _ in slots])
            leaf = entries + b"".join([where for _, where in slots])
            return leaf, self.digest(entries)
        self.changes.inners += 1
        node = new_inner(len(slots))
        groups: dict[int, list[tuple[bytes, bytes]]] = {}
        for slot in slots:
            n = slot[0][depth >> 1] >> SHIFTS[depth] & 15
            groups.setdefault(n, []).append(slot)
        hashes = bytearray(NO_HASHES)
        for n, group in groups.items():
            at = 1 + (n << 5)
            node.children[n], hashes[at : at + 32] = self.build(group, depth + 1)
            node.dirty |= 1 << n
        node.hashes = hashes
        return node, self.digest(bytes(hashes))

    def merge(self, node: Inner, start: int) -> tuple[Child, bytes]:
        """An inner node's children, all leaves by now, as one leaf; and its hash."""
        changes, children, slots = self.changes, list(node.children), self.slots
        for at in range(start, len(slots), 4):  # what changed since the node was begun
            if slots[at] is node:
                children[slots[at + 1]] = slots[at + 3]
        heads, tails = [LEAF], []
        for n, child in enumerate(children):
            leaf = self.load(node, n) if child.__class__ is int else child
            if leaf is not None:
                assert isinstance(leaf, bytes)
                entries = entries_of(leaf)
                heads.append(entries[1:])
                tails.append(leaf[len(entries) :])
        body = b"".join(heads)
        changes.inners -= 1
        changes.leaves += bool(tails) - len(tails)
        if not tails:
            return None, ABSENT
        return body + b"".join(tails), self.digest(body)
