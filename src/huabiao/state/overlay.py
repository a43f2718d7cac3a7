"""What was applied since the last flush and is not in LMDB yet."""

from __future__ import annotations

from dataclasses import dataclass, field

from huabiao.state.tree import Nodes

ENTRY_OVERHEAD = 220 + 2048
"""
Bytes of memory that an entry takes besides its key and content: its objects, and half a
page of LMDB's while it is flushed (measured: memory stays within the budget).
"""


Writes = dict[bytes, bytes | None]
"""Values by key; None for a key to remove."""


@dataclass(slots=True, frozen=True)
class Prepared:
    """A block's writes, worked out but not yet to be seen."""

    height: int
    before: bytes
    """The root that it stands on."""
    root: bytes
    nodes: Nodes
    replaced: Nodes
    """What stood at the paths that were read; nothing stood at the other ones."""
    writes: Writes


@dataclass(slots=True)
class Overlay:
    """Nodes by path and values by key; None for what is removed."""

    nodes: Nodes = field(default_factory=dict)
    replaced: Nodes = field(default_factory=dict)
    """What stands at these paths before the flush of this overlay."""
    values: Writes = field(default_factory=dict)
    height: int = 0
    root: bytes = b""
    size: int = 0
    """An estimate of its bytes in memory."""
    blocks: int = 0

    def absorb(self, block: Prepared) -> None:
        """Take in a block."""
        for path in block.nodes:
            if path not in self.nodes:
                self.replaced[path] = block.replaced.get(path)
        self.size += growth(self.nodes, block.nodes)
        self.size += growth(self.values, block.writes)
        self.nodes.update(block.nodes)
        self.values.update(block.writes)
        self.height, self.root = block.height, block.root
        self.blocks += 1

    def put_under(self, older: Overlay) -> None:
        """Take back an older overlay that could not be flushed."""
        self.nodes = {**older.nodes, **self.nodes}
        self.replaced = {**self.replaced, **older.replaced}
        self.values = {**older.values, **self.values}
        if not self.blocks:
            self.height, self.root = older.height, older.root
        self.size += older.size
        self.blocks += older.blocks


def growth(held: dict[bytes, bytes | None], new: dict[bytes, bytes | None]) -> int:
    """By how many bytes of memory a dictionary will grow, about."""
    size = 0
    for key, entry in new.items():
        if key in held:
            size += len(entry or b"") - len(held[key] or b"")
        else:
            size += len(key) + len(entry or b"") + ENTRY_OVERHEAD
    return size
