"""
The state tree in motion: a batch of writes in, what they change and a new root out.

1. `descend`: all items go down from the top together, one depth after the other.
2. `ascend`: from the deepest depth up, the leaves that items have reached are changed,
   and each inner node gets the new hashes of its children, and a hash of its own.

A batch only reads; what it changes it lists, and `Changes.make` puts it into the rows.
Each node that changes is touched and hashed once, and no others are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from huabiao.proofs.merkle import Digest
from huabiao.proofs.radix import INNER, MOST_ENTRIES
from huabiao.state.changes import Changes
from huabiao.state.leaf import Item, change_leaf, join
from huabiao.state.node import Child
from huabiao.state.rows import NONE, STORED, TOP, Hashes, Numbers, Rows


class Level(NamedTuple):
    """The slots of the nodes of one depth that items go to, in the keys' order."""

    rows: Numbers
    ns: Numbers
    codes: Numbers
    """What the slots say; nothing is STORED."""
    firsts: Numbers
    sizes: Numbers
    """The first item of each, and how many it has."""


class Below(NamedTuple):
    """What became of the inner nodes of one depth, in the keys' order."""

    hashes: Hashes
    grown: Numbers
    """By how many entries."""
    merged: list[tuple[int, Child]]
    """Which are inner nodes no longer, and what they are."""


NOTHING = Below(np.zeros((0, 32), np.uint8), np.zeros(0, np.int64), [])


class Batch:
    """Sorted items on their way through the tree."""

    def __init__(
        self,
        digest: Digest,
        rows: Rows,
        load: Callable[[int, int], int],
        items: list[Item],
    ) -> None:
        self.digest, self.rows, self.load, self.items = digest, rows, load, items
        keys = np.frombuffer(b"".join([key for key, _, _ in items]), np.uint8)
        self.keys = keys.reshape(len(items), 32)
        self.changes = Changes()

    def run(self) -> Changes:
        """Work out all items from the top of the tree."""
        levels, below = self.descend(), NOTHING
        for depth in range(len(levels) - 1, -1, -1):
            below = self.ascend(levels[depth], depth, below)
        self.changes.root = self.changes.hashes[-1][2].tobytes()
        return self.changes

    def descend(self) -> list[Level]:
        """The slots on the items' ways: of the top, of nodes at depth 0, 1, …"""
        levels: list[Level] = []
        active: Numbers = np.arange(len(self.items))
        rows: Numbers = np.full(len(active), TOP)
        while len(active):
            ns = self.half_bytes(active, len(levels) - 1)
            starts, sizes = runs(rows << 4 | ns)
            owners, ns = rows[starts], ns[starts]
            codes = self.codes(owners, ns)
            levels.append(Level(owners, ns, codes, active[starts], sizes))
            further = np.repeat(codes, sizes)
            inner = further > NONE
            active, rows = active[inner], further[inner]
        return levels

    def half_bytes(self, active: Numbers, depth: int) -> Numbers:
        """Which slot items go through in a node of this depth; the top has one."""
        if depth < 0:
            return np.zeros(len(active), np.int64)
        column = self.keys[active, depth >> 1]
        half: Numbers = (column & 15 if depth & 1 else column >> 4).astype(np.int64)
        return half

    def codes(self, rows: Numbers, ns: Numbers) -> Numbers:
        """What slots say once what is stored has been loaded."""
        codes: Numbers = self.rows.children[rows, ns]
        for at in (codes == STORED).nonzero()[0].tolist():
            codes[at] = self.load(rows.item(at), ns.item(at))
        return codes

    def ascend(self, level: Level, depth: int, below: Below) -> Below:
        """Change the children of one depth; what becomes of the nodes above them."""
        changes, inner = self.changes, level.codes > NONE
        seen = len(changes.edited), len(changes.placed)
        hashes: Hashes = np.empty((len(inner), 32), np.uint8)
        grown: Numbers = np.empty(len(inner), np.int64)
        hashes[inner], grown[inner] = below.hashes, below.grown
        if below.merged:
            slots = inner.nonzero()[0]
            for which, child in below.merged:
                at = slots[which]
                changes.placed.append((int(level.rows[at]), int(level.ns[at]), child))
        ends = ~inner
        if ends.any():
            hashes[ends], grown[ends] = self.change_leaves(level, ends, depth)
        changes.hashes.append((level.rows, level.ns, hashes))
        starts, sizes = runs(level.rows)
        nodes, grew = level.rows[starts], np.add.reduceat(grown, starts)
        changes.counts.append((nodes, grew))
        if depth == 0:
            return NOTHING
        reached = self.hash_nodes(nodes, sizes, level.ns, hashes)
        merged = []
        few = self.rows.counts[nodes] + grew <= MOST_ENTRIES
        for which in few.nonzero()[0].tolist():
            child, own = self.merge(int(nodes[which]), seen)
            merged.append((which, child))
            reached[which] = np.frombuffer(own, np.uint8)
        return Below(reached, grew, merged)

    def change_leaves(
        self, level: Level, ends: NDArray[np.bool_], depth: int
    ) -> tuple[Hashes, list[int]]:
        """The leaves, or none, where ways end: their hashes, and how they grew."""
        digest, changes, items = self.digest, self.changes, self.items
        leaves, edited = self.rows.leaves, changes.edited.append
        hashes: list[bytes] = []
        grown: list[int] = []
        slots = zip(*[part[ends].tolist() for part in level], strict=True)
        for row, n, code, first, size in slots:
            leaf, own, grew = change_leaf(
                digest, changes, leaves[-code], items[first : first + size], depth
            )
            hashes.append(own)
            grown.append(grew)
            if code and isinstance(leaf, bytes):
                edited((code, leaf))
            else:
                changes.placed.append((row, n, leaf))
        return as_hashes(hashes), grown

    def hash_nodes(
        self, nodes: Numbers, sizes: Numbers, ns: Numbers, hashes: Hashes
    ) -> Hashes:
        """The hashes of inner nodes, given the new ones of their children."""
        lines = np.full((len(nodes), 513), INNER[0], np.uint8)
        children = lines[:, 1:].reshape(len(nodes), 16, 32)
        children[:] = self.rows.hashes[nodes]
        children[np.repeat(np.arange(len(nodes)), sizes), ns] = hashes
        data, digest = lines.tobytes(), self.digest
        return as_hashes(
            [digest(data[at : at + 513]) for at in range(0, len(data), 513)]
        )

    def merge(self, row: int, seen: tuple[int, int]) -> tuple[Child, bytes]:
        """An inner node's children, all leaves by now, as one leaf; and its hash."""
        changes = self.changes
        edited = dict(changes.edited[seen[0] :])
        placed = {(row, n): child for row, n, child in changes.placed[seen[1] :]}
        leaves: list[bytes] = []
        for n in range(16):
            child = placed.get((row, n), MISSING)
            if child is MISSING:
                code = self.load(row, n)
                assert code <= NONE
                child = edited.get(code) or (self.rows.leaves[-code] if code else None)
            if child is not None:
                assert isinstance(child, bytes)
                leaves.append(child)
        changes.inners -= 1
        changes.leaves += bool(leaves) - len(leaves)
        return join(self.digest, leaves)


MISSING: Any = object()


def runs(values: Numbers) -> tuple[Numbers, Numbers]:
    """Where runs of equal values begin, and how long they are."""
    begins = np.ones(len(values) + 1, np.bool_)
    np.not_equal(values[1:], values[:-1], out=begins[1:-1])
    bounds = begins.nonzero()[0]
    return bounds[:-1], bounds[1:] - bounds[:-1]


def as_hashes(hashes: list[bytes]) -> Hashes:
    return np.frombuffer(b"".join(hashes), np.uint8).reshape(-1, 32).copy()
