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
    nodes: list[Inner] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    masks: list[int] = field(default_factory=list)
    """Of each changed inner node, the changed children."""
    parents: list[Inner] = field(default_factory=list)
    slots: list[int] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)
    """Leaves, and subtrees that come or go."""
    leaves: int = 0
    inners: int = 0
    """By how many of each the tree grows."""
    replaced: list[bytes] = field(default_factory=list)
    """The sizes of the values that are replaced, 4 bytes each."""

    def make(self) -> None:
        """Put everything into the tree."""
        for node, hashes, count, mask in zip(
            self.nodes, self.hashes, self.counts, self.masks, strict=True
        ):
            node.hashes, node.count = hashes, count
            node.dirty |= mask
        for node, n, child in zip(self.parents, self.slots, self.children, strict=True):
            node.children[n] = child

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
        hashes, mask, grown = bytearray(node.hashes), 0, 0
        byte, shift = depth >> 1, SHIFTS[depth]
        inside = HASH_BITS - 4 * depth
        below = inside - 4  # apart by more, two keys do not go to the same child
        while True:
            key, entry, where = items[i]
            n = key[byte] >> shift & 15
            child = children[n]
            if child.__class__ is int:
                child = self.load(node, n)
            if child.__class__ is Inner:
                i, reached, grew, after = self.change(child, depth + 1, i)
            else:
                before: bytes = child or EMPTY  # type: ignore[assignment]
                leaf = before
                while True:
                    leaf = self.edit(leaf, key, entry, where)
                    i += 1
                    if apart[i] > below:
                        break
                    key, entry, where = items[i]
                count = len(leaf) // SLOT_BYTES
                grew = count - len(before) // SLOT_BYTES
                if 0 < count <= MOST_ENTRIES and count != grew:
                    after, reached = leaf, self.digest(leaf[: 1 + (count << 6)])
                else:
                    after, reached = self.reshape(before, leaf, depth + 1)
            if after is not child:
                self.keep(node, n, after)
            at = 1 + (n << 5)
            hashes[at : at + 32] = reached
            mask |= 1 << n
            grown += grew
            if apart[i] > inside:
                return self.leave(node, depth, i, bytes(hashes), mask, grown)

    def leave(
        self, node: Inner, depth: int, i: int, hashes: bytes, mask: int, grown: int
    ) -> tuple[int, bytes, int, Child]:
        """What `change` gives when all of a node's items are done."""
        count = node.count + grown
        if count <= MOST_ENTRIES and depth >= 0:
            after, reached = self.merge(node, mask)
            return i, reached, grown, after
        self.changes.nodes.append(node)
        self.changes.hashes.append(hashes)
        self.changes.counts.append(count)
        self.changes.masks.append(mask)
        return i, self.digest(hashes) if depth >= 0 else hashes, grown, node

    def keep(self, parent: Inner, n: int, child: Child) -> None:
        self.changes.parents.append(parent)
        self.changes.slots.append(n)
        self.changes.children.append(child)

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
            self.changes.replaced.append(leaf[also + 8 : after])
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
        node.hashes = bytes(hashes)
        return node, self.digest(node.hashes)

    def merge(self, node: Inner, mask: int) -> tuple[Child, bytes]:
        """An inner node's children, all leaves by now, as one leaf; and its hash."""
        changes, children = self.changes, list(node.children)
        at = len(changes.parents)
        while mask and at:
            at -= 1
            if changes.parents[at] is node:
                children[changes.slots[at]] = changes.children[at]
                mask &= ~(1 << changes.slots[at])
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
