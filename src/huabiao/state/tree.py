"""
The state tree in motion: a batch of writes in, what they change and a new root out.

A batch only reads; what it changes it lists, and `Changes.make` puts it into the tree.
It goes from left to right and opens the nodes on its way; it hashes each once, when it
leaves it. So no node is looked up twice, and none but those that change is touched.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

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


@dataclass(slots=True)
class Changes:
    """What a batch changes, in lists: tuples would burden the collector."""

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
    freed: int = 0
    """Bytes of the values that are replaced."""

    def make(self) -> None:
        """Put everything into the tree."""
        for node, hashes, count, mask in zip(
            self.nodes, self.hashes, self.counts, self.masks, strict=True
        ):
            node.hashes, node.count = hashes, count
            node.dirty |= mask
        for node, n, child in zip(self.parents, self.slots, self.children, strict=True):
            node.children[n] = child


class Batch:
    """Sorted items on their way through the tree, from left to right."""

    def __init__(
        self, digest: Digest, load: Callable[[Inner, int], Child], top: Inner
    ) -> None:
        self.digest, self.load = digest, load
        self.changes = Changes()
        # The open nodes from the top down, and of each: hashes so far, by how many
        # entries it grew, which children changed, and the slot that leads on.
        self.nodes, self.hashes = [top], [bytearray(top.hashes)]
        self.grown, self.masks, self.slots = [0], [0], list[int]()

    def run(self, items: list[Item]) -> Changes:
        """Work out all items, each key once; the top is the last changed node."""
        nodes, edit = self.nodes, self.edit
        last = int.from_bytes(items[0][0])
        leaf = before = self.descend(items[0][0])
        for key, entry, where in items:
            number = int.from_bytes(key)
            # How many steps from the top two neighbours go together.
            shared = 65 - (((number ^ last).bit_length() + 3) >> 2)
            if shared < len(nodes):
                self.close(before, leaf, shared)
                leaf = before = self.descend(key)
            last = number
            leaf = edit(leaf, key, entry, where)
        self.close(before, leaf, -1)
        return self.changes

    def descend(self, key: bytes) -> bytes:
        """Open the nodes on a key's way below the lowest open one; gives the leaf."""
        depth = len(self.nodes) - 2
        node = self.nodes[-1]
        while True:
            if depth < 0:
                n = 0
            else:
                byte = key[depth >> 1]
                n = byte & 15 if depth & 1 else byte >> 4
            self.slots.append(n)
            child = node.children[n]
            if child.__class__ is int:
                child = self.load(node, n)
            if child.__class__ is not Inner:
                return child or EMPTY  # type: ignore[return-value]
            node = child
            self.nodes.append(node)
            self.hashes.append(bytearray(node.hashes))
            self.grown.append(0)
            self.masks.append(0)
            depth += 1

    def edit(self, leaf: bytes, key: bytes, entry: bytes | None, where: bytes) -> bytes:
        """A leaf after one item."""
        count = len(leaf) // SLOT_BYTES
        end = 1 + (count << 6)
        at = leaf.find(key, 1, end)
        if at > 0 and at & 63 != 1:
            at = find(leaf, key, end)
        if at > 0:
            also = end + WHERE_BYTES * (at >> 6)
            after = also + WHERE_BYTES
            self.changes.freed += int.from_bytes(leaf[also + 8 : after])
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

    def close(self, before: bytes, leaf: bytes, shared: int) -> None:
        """Hash the open leaf, and the open nodes that go no further."""
        nodes, hashes, grown, masks = self.nodes, self.hashes, self.grown, self.masks
        slots, changes, digest = self.slots, self.changes, self.digest
        count = len(leaf) // SLOT_BYTES
        grew = count - len(before) // SLOT_BYTES
        child: Child = leaf
        n = slots.pop()
        if 0 < count <= MOST_ENTRIES:
            reached = digest(leaf[: 1 + (count << 6)])
            if count == grew:
                changes.leaves += 1
        else:
            child, reached = self.reshape(before, leaf)
        changes.parents.append(nodes[-1])
        changes.slots.append(n)
        changes.children.append(child)
        while True:
            at = 1 + (n << 5)
            hashes[-1][at : at + 32] = reached
            masks[-1] |= 1 << n
            grown[-1] += grew
            if len(nodes) - 1 <= shared:
                return
            node, changed, grew = nodes.pop(), bytes(hashes.pop()), grown.pop()
            mask, count = masks.pop(), node.count + grew
            if count > MOST_ENTRIES or not slots:
                changes.nodes.append(node)
                changes.hashes.append(changed)
                changes.counts.append(count)
                changes.masks.append(mask)
                if not slots:
                    return
                reached, n = digest(changed), slots.pop()
            else:
                n = slots.pop()
                reached = self.merge(node, mask, nodes[-1], n)

    def reshape(self, before: bytes, leaf: bytes) -> tuple[Child, bytes]:
        """What a leaf with no entry, or with too many, becomes; and its hash."""
        if len(before) > 1:
            self.changes.leaves -= 1
        if len(leaf) == 1:
            return None, ABSENT
        count = len(leaf) // SLOT_BYTES
        end = 1 + (count << 6)
        slots = [
            (leaf[at : at + 64], leaf[also : also + WHERE_BYTES])
            for at, also in zip(
                range(1, end, 64), range(end, len(leaf), WHERE_BYTES), strict=True
            )
        ]
        return self.build(slots, len(self.nodes) - 1)

    def build(
        self, slots: list[tuple[bytes, bytes]], depth: int
    ) -> tuple[Child, bytes]:
        """The nodes of ascending entries at a depth, and the hash."""
        if len(slots) <= MOST_ENTRIES:
            self.changes.leaves += 1
            entries = LEAF + b"".join([entry for entry, _ in slots])
            return entries + b"".join([where for _, where in slots]), self.digest(
                entries
            )
        self.changes.inners += 1
        node = new_inner(len(slots))
        groups: dict[int, list[tuple[bytes, bytes]]] = {}
        for slot in slots:
            byte = slot[0][depth >> 1]
            groups.setdefault(byte & 15 if depth & 1 else byte >> 4, []).append(slot)
        hashes = bytearray(NO_HASHES)
        for n, group in groups.items():
            at = 1 + (n << 5)
            node.children[n], hashes[at : at + 32] = self.build(group, depth + 1)
            node.dirty |= 1 << n
        node.hashes = bytes(hashes)
        return node, self.digest(node.hashes)

    def merge(self, node: Inner, mask: int, parent: Inner, slot: int) -> bytes:
        """Gather an inner node's children, all leaves by now, into one leaf."""
        changes, children = self.changes, list(node.children)
        at = len(changes.parents)
        while mask:
            at -= 1
            if changes.parents[at] is node and mask >> changes.slots[at] & 1:
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
        changes.parents.append(parent)
        changes.slots.append(slot)
        changes.children.append(body + b"".join(tails) if tails else None)
        return self.digest(body) if tails else ABSENT
