"""
Cleaning: what is still needed of the oldest part of the piles is written once more.

When what a pile holds is mostly of the past, a round begins: it goes once through all
keys, a portion with each flush, and marks every node (and takes every value) that lies
in the older half, so that the flush writes it anew. After the round the state needs
nothing of that half; its files go as soon as no retained point is from before.
"""

from __future__ import annotations

from huabiao.state.node import SLOT_BYTES, WHERE, WHERE_BYTES
from huabiao.state.residence import PORTIONS, Residence
from huabiao.state.rows import NONE, STORED
from huabiao.state.store import Point, Store

NODES_FACTOR, VALUES_FACTOR = 3, 2
"""How many times what is needed may lie in a pile before a round begins."""
HASTE = 4
"""A round ends before a quarter of what is needed has been written again."""


class Cleaning:
    """One round after another; only the thread that flushes calls it."""

    def __init__(self, store: Store, tree: Residence, slack: int) -> None:
        self.store, self.tree, self.slack = store, tree, slack
        newest = store.points[-1]
        self.nodes_floor, self.values_floor = newest.nodes_floor, newest.values_floor
        self.nodes_aim, self.values_aim = self.nodes_floor, self.values_floor
        self.portion = PORTIONS
        self.moved: list[bytes] = []
        self.position = 0

    def begin(self, needed: Point) -> bool:
        """Begin a round if it is time; whether one is under way."""
        if self.portion < PORTIONS:
            return True
        nodes = needed.nodes_end - self.nodes_floor
        if nodes > NODES_FACTOR * needed.node_bytes + self.slack:
            self.nodes_aim = self.nodes_floor + nodes // 2
        values = needed.values_end - self.values_floor
        if values > VALUES_FACTOR * needed.value_bytes + self.slack:
            self.values_aim = self.values_floor + values // 2
        if (self.nodes_aim, self.values_aim) == (self.nodes_floor, self.values_floor):
            return False
        self.portion = 0
        return True

    def step(self, needed: Point, written: int, position: int) -> list[bytes]:
        """
        Go on with the round; gives the values' records to be written at `position`.

        `needed` is the newest point, `written` about what this flush will write.
        """
        self.moved, self.position = [], position
        if not self.begin(needed):
            return self.moved
        live = needed.node_bytes + needed.value_bytes + 1
        for _ in range(1 + PORTIONS * HASTE * written // live):
            way = list(self.tree.slots(self.portion))
            if self._mark(*way[-1]):
                for row, n in way:
                    self.tree.rows.dirty[row, n] = True
            self.portion += 1
            if self.portion == PORTIONS:
                self.nodes_floor, self.values_floor = self.nodes_aim, self.values_aim
                break
        self.tree.edition += 1
        return self.moved

    def _mark(self, row: int, n: int) -> bool:
        """Whether a child, or something below it, must be written again."""
        rows = self.tree.rows
        code, place = rows.children.item(row, n), rows.places.item(row, n)
        if code == NONE:
            return False
        marked = not rows.dirty.item(row, n) and place < self.nodes_aim
        values = self.values_aim > self.values_floor
        if code == STORED and (marked or values or self.store.is_inner(place)):
            code = self.tree.load(row, n)
        if code > NONE:
            for m in range(16):
                marked |= self._mark(code, m)
        elif values and code < STORED:
            leaf = rows.leaves[-code]
            rows.leaves[-code] = self._move_values(leaf)
            marked |= rows.leaves[-code] is not leaf
        if marked:
            rows.dirty[row, n] = True
        return marked

    def _move_values(self, leaf: bytes) -> bytes:
        """Take the values that lie too far back; the leaf that knows the new places."""
        start = 1 + (len(leaf) // SLOT_BYTES << 6)
        places = bytearray(leaf[start:])
        for at in range(0, len(places), WHERE_BYTES):
            position, size = WHERE.unpack_from(places, at)
            if position < self.values_aim:
                record = self.store.values.read(position, size)
                if len(record) != size:
                    raise self.store.damaged(f"值 {position}", f"value {position}")
                self.moved.append(record)
                WHERE.pack_into(places, at, self.position, size)
                self.position += size
        moved = leaf[:start] + places
        return leaf if moved == leaf else moved
