"""
Which nodes are in memory: they come when needed and go when there are too many.

A node that comes is checked against the hash that its parent has for it. When the nodes
in memory exceed their budget, those that are on disk as they are leave again, one part
of the keys after the other; to leave costs little and to come back one slice of a
mapped file, so that it is not worth knowing which ones were used last.
"""

from __future__ import annotations

from collections.abc import Iterator
from threading import RLock

from huabiao.proofs.radix import encode_proof
from huabiao.state.node import STORED, Child, Inner, entries_of, way, where_of
from huabiao.state.store import Store
from huabiao.state.tree import Changes

LEAF_MEMORY, SLOT_MEMORY, INNER_MEMORY = 64, 76, 1_100
"""Bytes that a leaf takes, each of its entries, and an inner node."""
PORTIONS = 256
"""Parts of the keys: by the first byte of their hashes."""


class Residence:
    """The newest tree: `top` and what hangs from it."""

    def __init__(self, store: Store, budget: int) -> None:
        self.store, self.budget = store, budget
        self.lock = RLock()
        newest = store.points[-1]
        self.top = store.top_of(newest)
        self.leaves, self.inners = newest.leaves, newest.inners
        self.held = 0
        """An estimate of the bytes in memory."""
        self.portion = 0
        self.edition = 0
        """Counts what makes a prepared block's nodes no longer those of the tree."""
        if self.top.children[0] == STORED:
            self.load(self.top, 0)

    def load(self, node: Inner, n: int) -> Child:
        """A child that is on disk; it stays in memory."""
        with self.lock:  # or two threads would make two objects of one node
            child = node.children[n]
            if child == STORED:
                child = self.store.child(node, n)
                node.children[n] = child
                self.held += memory_of(child)
            return child

    def make(self, changes: Changes) -> None:
        """Put a batch's changes into the tree."""
        before = self.top.count
        changes.make()
        self.leaves += changes.leaves
        self.inners += changes.inners
        self.held += (
            SLOT_MEMORY * (self.top.count - before)
            + LEAF_MEMORY * changes.leaves
            + INNER_MEMORY * changes.inners
        )
        self.edition += 1

    def find(self, key_hash: bytes) -> tuple[int, int, bytes] | None:
        """Position, size and hash of a key's value, None if the key is absent."""
        child, depth = self.top.children[0], 0
        if child.__class__ is int:
            child = self.load(self.top, 0)
        while child.__class__ is Inner:
            node: Inner = child
            byte = key_hash[depth >> 1]
            n = byte & 15 if depth & 1 else byte >> 4
            child = node.children[n]
            if child.__class__ is int:
                child = self.load(node, n)
            depth += 1
        return where_of(child, key_hash) if isinstance(child, bytes) else None

    def proof(self, key_hash: bytes) -> bytes:
        """The proof of a key's value or absence."""
        inner, leaf = way(self.top.children[0], self.load, key_hash)
        return encode_proof(key_hash, inner, entries_of(leaf)[1:])

    def slots(self, portion: int) -> Iterator[tuple[Inner, int]]:
        """The way to a portion's subtree, from the top down; the last slot holds it."""
        node = self.top
        for n in (0, portion >> 4, portion & 15):
            yield node, n
            child = node.children[n]
            if child.__class__ is int:
                child = self.load(node, n)
            if not isinstance(child, Inner):
                return
            node = child

    def evict(self) -> None:
        """Bring the nodes in memory under their budget, as far as they are on disk."""
        for _ in range(PORTIONS):
            if self.held <= self.budget:
                return
            *_, (node, n) = self.slots(self.portion)
            self._drop(node, n)
            self.portion = (self.portion + 1) % PORTIONS
            self.edition += 1

    def _drop(self, node: Inner, n: int) -> None:
        child = node.children[n]
        if isinstance(child, Inner):
            for m, below in enumerate(child.children):
                if below:
                    self._drop(child, m)
            if any(child.children):
                return
        if child and not node.dirty >> n & 1:
            node.children[n] = STORED
            self.held -= memory_of(child)


def memory_of(child: Child) -> int:
    return len(child) + LEAF_MEMORY if isinstance(child, bytes) else INNER_MEMORY
