"""A block's writes, worked out but not yet to be seen; and what waits for a flush."""

from __future__ import annotations

from dataclasses import dataclass, field

from huabiao.state.cache import MISSING
from huabiao.state.changes import Changes
from huabiao.state.store import Point

Writes = dict[bytes, bytes | None]
"""Values by key; None for a key to remove."""
WRITE_MEMORY, NODE_MEMORY = 300, 800
"""Bytes that a write and a changed node take besides its value, about."""


@dataclass(slots=True, frozen=True)
class Prepared:
    """What `State.publish` needs; void when another block was published before it."""

    height: int
    before: bytes
    """The root that it stands on."""
    root: bytes
    edition: int
    writes: Writes
    changes: Changes | None
    records: list[bytes]
    """The values as they will lie on disk."""
    record_bytes: int


@dataclass(slots=True)
class Waiting:
    """What was published since the last flush began."""

    height: int
    root: bytes
    """Of the newest block, here or before."""
    values: Writes = field(default_factory=dict)
    records: list[bytes] = field(default_factory=list)
    size: int = 0
    """An estimate of its bytes in memory."""
    blocks: int = 0
    last_writes: int = 0

    def absorb(self, block: Prepared) -> None:
        """Take in a block."""
        self.values.update(block.writes)
        self.records += block.records
        self.size += 2 * block.record_bytes + WRITE_MEMORY * len(block.writes)
        if block.changes is not None:
            self.size += NODE_MEMORY * len(block.changes)
        self.blocks += 1
        self.last_writes = len(block.writes)
        self.height, self.root = block.height, block.root


@dataclass(slots=True, frozen=True)
class Frozen:
    """A flush on its way to the disk."""

    point: Point
    nodes: list[bytes]
    records: list[bytes]
    waiting: Waiting
    moved: dict[bytes, bytes]
    """Older values that cleaning writes once more: their new places are known to the
    tree at once, and read from here until they are on disk."""

    def value(self, key: bytes) -> bytes | object | None:
        """A value that is on its way; MISSING if it is not among them."""
        found: bytes | object | None = self.waiting.values.get(key, MISSING)
        return self.moved.get(key, MISSING) if found is MISSING else found
