"""
A cache of values, bounded in bytes, in two generations.

What is read or flushed goes to the young generation. When that is full, it becomes the
old one and the old one is forgotten. An entry of the old generation that is asked for
becomes young again. So what is used stays, at the price of one dictionary look-up.
"""

from threading import Lock
from typing import cast

MISSING = object()
ENTRY_OVERHEAD = 220
"""Bytes of memory that an entry takes besides its key and content."""


class Cache:
    """Keys to bytes, or to None for what is known to be absent."""

    def __init__(self, budget: int) -> None:
        self.half = max(budget // 2, 4096)
        self.young: dict[bytes, bytes | None] = {}
        self.old: dict[bytes, bytes | None] = {}
        self.young_bytes = 0
        self.turning = Lock()

    def get(self, key: bytes) -> bytes | object | None:
        """The bytes, None if absent for sure, MISSING if the cache does not know."""
        found: bytes | object | None = self.young.get(key, MISSING)
        if found is MISSING:
            found = self.old.get(key, MISSING)
            if found is not MISSING:
                self.put(key, cast("bytes | None", found))
        return found

    def put(self, key: bytes, entry: bytes | None) -> None:
        """Remember; the young generation turns old when it is full."""
        size = len(entry) if entry else 0
        with self.turning:
            held = self.young.get(key, MISSING)
            if held is MISSING:
                size += len(key) + ENTRY_OVERHEAD
            elif held:
                size -= len(cast(bytes, held))
            self.young[key] = entry
            self.young_bytes += size
            if self.young_bytes > self.half:
                self.old, self.young, self.young_bytes = self.young, {}, 0

    def put_all(self, entries: dict[bytes, bytes | None], size: int) -> None:
        """Remember what a flush has written: about `size` bytes."""
        with self.turning:
            self.young.update(entries)
            self.young_bytes += size
            if self.young_bytes > self.half:
                self.old, self.young, self.young_bytes = self.young, {}, 0

    def __len__(self) -> int:
        return len(self.young) + len(self.old)
