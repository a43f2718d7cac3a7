"""Freezing: the records of all nodes that a flush must write, and their places."""

from __future__ import annotations

from huabiao.state.node import HIGH, LOW, SLOT_BYTES, Inner
from huabiao.state.store import INNER_BYTES, inner_record

HEADS = [bytes([n]) for n in range(256)]


class Freezing:
    """Children before parents, since a parent's record names their places."""

    def __init__(self, position: int) -> None:
        self.position = position
        self.parts: list[bytes] = []

    def freeze(self, node: Inner) -> None:
        """Take the changed children of a node, and all that changed below them."""
        children, places, parts = node.children, node.places, self.parts
        for n in LOW[node.dirty & 255] + HIGH[node.dirty >> 8]:
            child = children[n]
            if isinstance(child, bytes):
                places[n] = self.position
                parts += (HEADS[len(child) // SLOT_BYTES], child)
                self.position += 1 + len(child)
            elif isinstance(child, Inner):
                self.freeze(child)
                places[n] = self.position
                parts.append(inner_record(child))
                self.position += INNER_BYTES
        node.dirty = 0
