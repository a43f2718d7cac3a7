"""What a batch changes: worked out first, seen by nobody, then put into the tree."""

from __future__ import annotations

from dataclasses import dataclass, field

from huabiao.proofs.radix import ABSENT
from huabiao.state.node import Child
from huabiao.state.rows import Hashes, Numbers, Rows


@dataclass(slots=True)
class Changes:
    """In flat lists and arrays: an object for each node would burden the collector."""

    root: bytes = ABSENT
    hashes: list[tuple[Numbers, Numbers, Hashes]] = field(default_factory=list)
    """Rows, slots of them, and the hashes of what is there now."""
    counts: list[tuple[Numbers, Numbers]] = field(default_factory=list)
    """Rows, and by how many entries they grow."""
    edited: list[tuple[int, bytes]] = field(default_factory=list)
    """What slots say of leaves, and these as they are now."""
    placed: list[tuple[int, int, Child]] = field(default_factory=list)
    """Row, slot, and another node than was there; the deepest first."""
    leaves: int = 0
    inners: int = 0
    """By how many of each the tree grows."""
    replaced: list[bytes] = field(default_factory=list)
    """The sizes of the values that are replaced, 4 bytes each."""

    def make(self, rows: Rows) -> None:
        """Put everything into the tree; what merges goes when all is in its place."""
        for owners, ns, hashes in self.hashes:
            rows.hashes[owners, ns] = hashes
            rows.dirty[owners, ns] = True
        for owners, grown in self.counts:
            rows.counts[owners] += grown
        leaves = rows.leaves
        for code, leaf in self.edited:
            leaves[-code] = leaf
        for row, n, child in self.placed:
            rows.put(row, n, child)

    def __len__(self) -> int:
        """How many nodes."""
        return sum(len(owners) for owners, _, _ in self.hashes)

    @property
    def freed(self) -> int:
        """Bytes of the values that are replaced."""
        return sum(map(int.from_bytes, self.replaced))
