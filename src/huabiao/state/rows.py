"""
The tree in memory: every inner node is a row of a few arrays, every leaf has a number.

Arrays instead of objects, so that a batch goes through thousands of nodes of one depth
in one call, and the processor fetches them from memory side by side rather than one
after the other. What a slot (row, n) of `children` says:

    0      NONE: there is no child
    -1     STORED: it is on disk and not in memory
    > 0    the row of an inner node
    < -1   a leaf: the number of it, negative

Row 0 is `top`, above the root, which hangs in its slot 0, so that the root is changed
like every other node.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from huabiao.state.node import EMPTY, Branch, Child, Inner

NONE, STORED, TOP = 0, -1, 0
FIRST_ROWS = 64
Numbers = NDArray[np.int64]
Hashes = NDArray[np.uint8]


class Rows:
    """Who changes rows holds the lock that readers take; arrays only ever grow."""

    def __init__(self) -> None:
        self.hashes: Hashes = np.zeros((FIRST_ROWS, 16, 32), np.uint8)
        """Of each child; zeros for none."""
        self.children: Numbers = np.zeros((FIRST_ROWS, 16), np.int64)
        self.places = np.zeros((FIRST_ROWS, 16), np.uint64)
        """Where each child is on disk."""
        self.dirty = np.zeros((FIRST_ROWS, 16), np.bool_)
        """Whether a child is not what is there."""
        self.counts: Numbers = np.zeros(FIRST_ROWS, np.int64)
        """How many entries are below."""
        self.leaves: list[bytes] = [EMPTY, EMPTY]
        """By number; what NONE stands for comes first."""
        self.free_rows = list(range(FIRST_ROWS - 1, TOP, -1))
        self.free_leaves: list[int] = []

    def new_row(self) -> int:
        """A row of zeros."""
        if not self.free_rows:
            self._grow()
        return self.free_rows.pop()

    def _grow(self) -> None:
        """A quarter more rows; new arrays, so that who reads the old may finish."""
        old = len(self.counts)
        new = old + old // 4
        self.hashes, self.places = _longer(self.hashes, new), _longer(self.places, new)
        self.dirty, self.counts = _longer(self.dirty, new), _longer(self.counts, new)
        self.children = _longer(self.children, new)
        self.free_rows = list(range(new - 1, old - 1, -1))

    def new_leaf(self, leaf: bytes) -> int:
        """Number a leaf; what a slot of `children` says of it."""
        if self.free_leaves:
            number = self.free_leaves.pop()
            self.leaves[number] = leaf
        else:
            number = len(self.leaves)
            self.leaves.append(leaf)
        return -number

    def put(self, row: int, n: int, child: Child) -> None:
        """Let a child that is new take the place of what a slot held."""
        self.release(self.children.item(row, n))
        self.children[row, n] = self._take(child)

    def _take(self, child: Child) -> int:
        """Give a child, and what is below it, a place here."""
        if child is None:
            return NONE
        if not isinstance(child, Branch):
            return self.new_leaf(child)
        row = self.new_row()
        self.counts[row] = child.count
        self.hashes[row] = np.frombuffer(child.hashes, np.uint8).reshape(16, 32)
        codes = [self._take(below) for below in child.children]
        self.children[row] = codes
        self.dirty[row] = self.children[row] != NONE
        return row

    def seat(self, row: int, n: int, node: bytes | Inner) -> int:
        """Let a node that comes from disk take its slot."""
        if isinstance(node, Inner):
            code = self.new_row()
            self.counts[code] = node.count
            self.hashes[code] = np.frombuffer(node.hashes, np.uint8).reshape(16, 32)
            self.places[code] = node.places
            self.children[code] = np.where(self.hashes[code].any(1), STORED, NONE)
        else:
            code = self.new_leaf(node)
        self.children[row, n] = code
        return code

    def release(self, code: int) -> None:
        """Forget a child and what is below it."""
        if code < STORED:
            self.leaves[-code] = EMPTY
            self.free_leaves.append(-code)
        elif code > 0:
            for below in self.children[code].tolist():
                self.release(below)
            self.hashes[code], self.children[code], self.places[code] = 0, NONE, 0
            self.dirty[code], self.counts[code] = False, 0
            self.free_rows.append(code)


def _longer(old: NDArray[Any], rows: int) -> NDArray[Any]:
    new = np.zeros((rows, *old.shape[1:]), old.dtype)
    new[: len(old)] = old
    return new
