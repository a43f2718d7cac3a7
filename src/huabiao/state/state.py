"""
The authenticated state: its newest tree in memory, everything it needs on disk.

    get    the newest value of a key
    apply  a block's writes; the new root comes back, nothing touches the disk
    flush  what was applied goes to the disk and counts at once, behind the block log
    prove  a key's value or absence, at the newest height or at a retained one

Threads: one thread applies and flushes, and it alone changes the tree; any thread may
get and prove. A block appears to readers whole, because it is published under the lock
that they read under. A flush takes the records of what changed, and a thread in the
background writes them while blocks go on.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import cast

from huabiao.proofs.merkle import Digest
from huabiao.proofs.radix import ABSENT, empty_root
from huabiao.state.cache import MISSING, Cache
from huabiao.state.checking import check_store
from huabiao.state.cleaning import Cleaning
from huabiao.state.faults import not_retained
from huabiao.state.flushing import Flushing
from huabiao.state.leaf import Item
from huabiao.state.node import WHERE
from huabiao.state.pile import FILE_BYTES
from huabiao.state.prepared import Prepared, Waiting, Writes
from huabiao.state.reading import items, prove_at, value_at
from huabiao.state.residence import Residence
from huabiao.state.store import Point, Store
from huabiao.state.tree import Batch

MIB = 2**20
BATCH = 1_000


class State:
    """Keys and values with a root at each height."""

    def __init__(
        self, store: Store, digest: Digest, memory_budget: int, slack: int
    ) -> None:
        self.store, self.digest = store, digest
        self.tree = Residence(store, memory_budget * 5 // 16)
        self.lock = self.tree.lock
        self.value_cache = Cache(memory_budget // 8)
        self.flushing = Flushing(
            store,
            self.tree,
            self.value_cache,
            Cleaning(store, self.tree, slack),
            min(128 * MIB, memory_budget // 6),
        )
        self.height, self.root = store.points[-1].height, store.points[-1].root

    @classmethod
    def open(
        cls,
        folder: Path,
        digest: Digest,
        *,
        memory_budget: int = 512 * MIB,
        retained: int = 256,
        history_bytes: int = 1024 * MIB,
        file_bytes: int = FILE_BYTES,
    ) -> State:
        """
        Open a store, or make one. StateDamaged if it is not ours or not whole.

        `memory_budget` bounds what is held in memory, `retained` how many flush points
        can be proved at, `history_bytes` how much may be written before one is let go;
        `file_bytes` is the size of the files, the unit in which disk is given back.
        """
        store = Store(folder, digest, retained, history_bytes, file_bytes)
        try:
            return cls(store, digest, memory_budget, file_bytes)
        except BaseException:
            store.close()
            raise

    @property
    def flushed_height(self) -> int:
        return self.store.points[-1].height

    def get(self, key: bytes) -> bytes | None:
        """The newest value of a key, None if there is none."""
        value = self.flushing.waiting.values.get(key, MISSING)
        if value is MISSING:
            with self.lock:
                return self._get(key)
        return cast("bytes | None", value)

    def _get(self, key: bytes) -> bytes | None:
        flushing = self.flushing
        found = flushing.waiting.values.get(key, MISSING)
        if found is MISSING and flushing.frozen is not None:
            found = flushing.frozen.value(key)
        if found is MISSING:
            found = self.value_cache.get(key)
        if found is not MISSING:
            return cast("bytes | None", found)
        place = self.tree.find(self.digest(key))
        if place is None:
            return None
        _, value = self.store.value(*place)
        self.value_cache.put(key, value)
        return value

    def prepare(self, height: int, writes: Writes) -> Prepared:
        """
        Work out the next block's nodes and root; readers see nothing of it yet.

        Height 0 is for genesis, in a state that is still empty. Lets the ledger make a
        header, log the block, and only then `publish` what it holds.
        """
        self.flushing.raise_failure()
        founding = height == 0 and self.root == empty_root(self.digest)
        if height <= self.height and not founding:
            raise ValueError(
                f"状态已在高度 {self.height}，不能再写入高度 {height}。"
                f" The state is at height {self.height}; {height} cannot be applied."
            )
        return self._work_out(height, writes)

    def _work_out(self, height: int, writes: Writes) -> Prepared:
        empty = empty_root(self.digest)
        edition, root, changes = self.tree.edition, self.root, None
        items, records, size = self._items(writes)
        if items:
            changes = Batch(self.digest, self.tree.rows, self.tree.load, items).run()
            root = empty if changes.root == ABSENT else changes.root
        return Prepared(
            height, self.root, root, edition, writes, changes, records, size
        )

    def _items(self, writes: Writes) -> tuple[list[Item], list[bytes], int]:
        """Sorted items for the tree, and the records of the values with their size."""
        digest, pack = self.digest, WHERE.pack
        items: list[Item] = []
        records: list[bytes] = []
        position = self.flushing.values_end
        for key, value in writes.items():
            hashed = digest(key)
            if value is None:
                items.append((hashed, None, b""))
                continue
            record = len(key).to_bytes(4) + key + value
            size = len(record)
            entry = hashed + digest(b"\x02" + value)
            items.append((hashed, entry, pack(position, size)))
            records.append(record)
            position += size
        items.sort()
        return items, records, position - self.flushing.values_end

    def publish(self, prepared: Prepared) -> None:
        """Make a prepared block the newest one."""
        if prepared.height < self.height or prepared.before != self.root:
            raise ValueError(
                f"状态已变，高度 {prepared.height} 的准备结果作废。"
                " The state has moved on;"
                f" what was prepared for height {prepared.height} is void."
            )
        if prepared.edition != self.tree.edition:  # nodes came or went meanwhile
            prepared = self._work_out(prepared.height, prepared.writes)
        with self.lock:
            if prepared.changes is not None:
                self.tree.make(prepared.changes)
            self.flushing.absorb(prepared)
            self.height, self.root = prepared.height, prepared.root

    def apply(self, height: int, writes: Writes) -> bytes:
        """Prepare and publish the next block (None removes a key); the new root."""
        prepared = self.prepare(height, writes)
        self.publish(prepared)
        return prepared.root

    def maybe_flush(self) -> None:
        """
        Flush in the background if it is time to: after each block while the load is
        light, else when enough has gathered to be worth the writing.
        """
        self.flushing.maybe_begin()

    def flush(self, *, wait: bool = True) -> None:
        """
        Write everything applied so far; it counts as a whole or not at all.

        With `wait` it is on disk on return. Without, one background thread writes it
        while blocks go on; if one is at work already, nothing is started. What went
        wrong in the background is raised at the next call. After a failure nothing is
        lost: everything still lies in memory and the next flush tries again.
        """
        self.flushing.flush(wait=wait)

    def retained_heights(self) -> list[int]:
        """The heights that can be proved at, ascending; the newest is the last."""
        with self.lock:
            points = [point.height for point in self.store.points]
            return points if points[-1] == self.height else [*points, self.height]

    def prove(
        self, key: bytes, height: int | None = None
    ) -> tuple[bytes | None, bytes, int]:
        """
        A key's value or None, the proof (proofs/radix.py), and the height of its root.

        At the newest height unless one is asked for; NotRetained if that one is gone.
        """
        with self.lock:
            if height is None or height == self.height:
                return self._get(key), self.tree.proof(self.digest(key)), self.height
            return prove_at(self.store, self._point(height), key)

    def value_at(self, key: bytes, height: int) -> bytes | None:
        """The value that a key had at a retained height."""
        with self.lock:
            if height == self.height:
                return self._get(key)
            return value_at(self.store, self._point(height), key)

    def _point(self, height: int) -> Point:
        point = self.store.point_at(height)
        if point is None:
            points = {each.height for each in self.store.points}
            raise not_retained(height, points | {self.height})
        return point

    def items(self, prefix: bytes = b"") -> Iterator[tuple[bytes, bytes]]:
        """
        The newest keys and values under a prefix, as they are when the reading starts.

        Ascending. It goes through the whole state: for tools and tests.
        """
        with self.lock:
            found: Writes = {
                key: value
                for key, value in items(self.store, self.store.points[-1])
                if key.startswith(prefix)
            }
            for waiting in self._waiting():
                newer = waiting.values.items()
                found |= {key: value for key, value in newer if key.startswith(prefix)}
        for key in sorted(found):
            value = found[key]
            if value is not None:
                yield key, value

    def _waiting(self) -> list[Waiting]:
        """What is not on disk yet, the older first."""
        frozen = self.flushing.frozen
        waiting = self.flushing.waiting
        return [waiting] if frozen is None else [frozen.waiting, waiting]

    def pinned(self) -> tuple[int, Iterator[list[tuple[bytes, bytes]]]]:
        """
        The newest height, and all keys and values of that moment in batches, in the
        order of the keys' hashes, while blocks go on.

        Its point is kept from being swept until the batches end or are closed.
        """
        self.flush()
        point = self.store.points[-1]
        self.store.pinned.append(point.height)
        return point.height, self._batches(point)

    def _batches(self, point: Point) -> Iterator[list[tuple[bytes, bytes]]]:
        reading = items(self.store, point)
        batch = [(b"", b"")]
        try:
            while batch:
                with self.lock:  # what a flush removes is removed under this lock
                    batch = list(islice(reading, BATCH))
                yield batch
        finally:
            self.store.pinned.remove(point.height)

    def check(self) -> int:
        """Flush, then see that what is on disk hangs together; how many keys it has."""
        self.flush()
        return check_store(self.store)

    def sizes(self) -> dict[str, tuple[int, int]]:
        """Of nodes and values: the bytes that the newest point needs, and all."""
        return self.store.sizes()

    def close(self, *, flush: bool = True) -> None:
        """Flush (unless told not to), and let go of the files."""
        try:
            if flush:
                self.flush()
            else:
                self.flushing.end()
        finally:
            self.store.close()
