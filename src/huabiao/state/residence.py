"""
Which nodes are in memory: they come when needed and go when there are too many.

A node that comes is checked against the hash that its parent has for it. When the nodes
in memory exceed their budget, those that are on disk as they are leave again, one part
of the keys after the other; to leave costs little and to come back one slice of a
mapped file, so that it is not worth knowing which ones were used last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from threading import RLock

import numpy as np

from huabiao.proofs.radix import empty_root, encode_proof
from huabiao.state.changes import Changes
from huabiao.state.node import entries_of, where_of
from huabiao.state.rows import NONE, STORED, TOP, Rows
from huabiao.state.store import Store

LEAF_MEMORY, SLOT_MEMORY, INNER_MEMORY = 72, 76, 1_000
"""Bytes that a leaf takes, each of its entries, and an inner node with its share of
the rows that are free."""
PORTIONS = 256
"""Parts of the keys: by the first byte of their hashes."""

EACH = range(16)


class Residence:
    """The newest tree, as far as it is in memory."""

    def __init__(self, store: Store, budget: int) -> None:
        self.store, self.budget = store, budget
        self.lock = RLock()
        self.rows = rows = Rows()
        newest = store.points[-1]
        self.leaves, self.inners = newest.leaves, newest.inners
        self.held = 0
        """An estimate of the bytes in memory."""
        self.portion = 0
        self.edition = 0
        """Counts what makes a prepared block's nodes no longer those of the tree."""
        rows.counts[TOP] = newest.count
        if newest.root != empty_root(store.digest):
            rows.hashes[TOP, 0] = np.frombuffer(newest.root, np.uint8)
            rows.children[TOP, 0], rows.places[TOP, 0] = STORED, newest.place
            self.load(TOP, 0)

    @property
    def count(self) -> int:
        """How many keys there are."""
        return self.rows.counts.item(TOP)

    @property
    def place(self) -> int:
        """Where the root is on disk."""
        return self.rows.places.item(TOP, 0)

    def load(self, row: int, n: int) -> int:
        """A child that is on disk takes its slot and stays; what the slot says now."""
        with self.lock:  # or two threads would make two nodes of one
            rows = self.rows
            code = rows.children.item(row, n)
            if code == STORED:
                place, expected = rows.places.item(row, n), rows.hashes[row, n]
                node = self.store.node(place, expected.tobytes())
                code = rows.seat(row, n, node)
                self.held += self.memory_of(code)
            return code

    def memory_of(self, code: int) -> int:
        """Bytes that a node takes."""
        if code > 0:
            return INNER_MEMORY
        return len(self.rows.leaves[-code]) + LEAF_MEMORY

    def make(self, changes: Changes) -> None:
        """Put a batch's changes into the tree."""
        before = self.count
        changes.make(self.rows)
        self.leaves += changes.leaves
        self.inners += changes.inners
        self.held += (
            SLOT_MEMORY * (self.count - before)
            + LEAF_MEMORY * changes.leaves
            + INNER_MEMORY * changes.inners
        )
        self.edition += 1

    def find(self, key_hash: bytes) -> tuple[int, int, bytes] | None:
        """Position, size and hash of a key's value, None if the key is absent."""
        _, leaf = self.way(key_hash)
        return where_of(leaf, key_hash)

    def proof(self, key_hash: bytes) -> bytes:
        """The proof of a key's value or absence."""
        way, leaf = self.way(key_hash)
        inner = [self.rows.hashes[row].tobytes() for row in way]
        return encode_proof(key_hash, inner, entries_of(leaf)[1:])

    def way(self, key_hash: bytes) -> tuple[list[int], bytes]:
        """The rows of the inner nodes on a key's way, and the leaf at its end."""
        way: list[int] = []
        rows, row, n = self.rows, TOP, 0
        while True:
            code = rows.children.item(row, n)
            if code == STORED:
                code = self.load(row, n)
            if code <= 0:
                return way, rows.leaves[-code]
            byte = key_hash[len(way) >> 1]  # half_byte, without a call for each depth
            row, n = code, byte & 15 if len(way) & 1 else byte >> 4
            way.append(row)

    def slots(self, portion: int) -> Iterator[tuple[int, int]]:
        """The way to a portion's subtree, from the top down; the last slot holds it."""
        row = TOP
        for n in (0, portion >> 4, portion & 15):
            yield row, n
            row = self.load(row, n)
            if row <= 0:
                return

    def evict(self) -> None:
        """Bring the nodes in memory under their budget, as far as they are on disk."""
        for _ in range(PORTIONS):
            if self.held <= self.budget:
                return
            *_, (row, n) = self.slots(self.portion)
            self._drop(row, [n])
            self.portion = (self.portion + 1) % PORTIONS
            self.edition += 1

    def _drop(self, row: int, slots: Sequence[int]) -> None:
        """Let go of children, and of what is below them, as far as it is on disk."""
        rows = self.rows
        children, dirty = rows.children[row].tolist(), rows.dirty[row].tolist()
        for n in slots:
            code = children[n]
            if code in (NONE, STORED):
                continue
            if code > 0:
                self._drop(code, EACH)
                below = rows.children[code]
                if ((below != NONE) & (below != STORED)).any():
                    continue
            if not dirty[n]:
                self.held -= self.memory_of(code)
                rows.release(code)
                rows.children[row, n] = STORED
