"""Freezing: the records of all nodes that a flush must write, and their places."""

from __future__ import annotations

from itertools import chain

import numpy as np

from huabiao.state.node import SLOT_BYTES
from huabiao.state.rows import NONE, TOP, Numbers, Rows
from huabiao.state.store import INNER_BYTES, inner_records

HEADS = [bytes([n]) for n in range(256)]
AT_ONCE = 256
"""Inner nodes whose records are made together, in the processor's cache."""


class Freezing:
    """Children before parents, since a parent's record names their places."""

    def __init__(self, rows: Rows, position: int) -> None:
        self.rows, self.position = rows, position
        self.parts: list[bytes] = []

    def freeze(self) -> None:
        """Take all nodes that are not what is on disk, the deepest first."""
        levels: list[tuple[Numbers, Numbers, Numbers]] = []
        owners: Numbers = np.full(1, TOP)
        while len(owners):
            which, ns = np.nonzero(self.rows.dirty[owners])
            owners = owners[which]
            self.rows.dirty[owners, ns] = False
            codes = self.rows.children[owners, ns]
            levels.append((owners, ns, codes))
            owners = codes[codes > NONE]
        for owners, ns, codes in reversed(levels):
            leaf, inner = codes < NONE, codes > NONE
            self._take_leaves(owners[leaf], ns[leaf], codes[leaf])
            self._take_inner(owners[inner], ns[inner], codes[inner])

    def _take_leaves(self, owners: Numbers, ns: Numbers, codes: Numbers) -> None:
        leaves = self.rows.leaves
        taken = [leaves[-code] for code in codes.tolist()]
        sizes = np.fromiter(map(len, taken), np.int64, len(taken)) + 1
        ends = self.position + np.cumsum(sizes)
        self.rows.places[owners, ns] = ends - sizes
        heads = [HEADS[count] for count in (sizes // SLOT_BYTES).tolist()]
        self.parts += chain.from_iterable(zip(heads, taken, strict=True))
        self.position += int(sizes.sum())

    def _take_inner(self, owners: Numbers, ns: Numbers, nodes: Numbers) -> None:
        places = self.position + INNER_BYTES * np.arange(len(nodes))
        self.rows.places[owners, ns] = places
        for at in range(0, len(nodes), AT_ONCE):
            self.parts += inner_records(self.rows, nodes[at : at + AT_ONCE])
        self.position += INNER_BYTES * len(nodes)
