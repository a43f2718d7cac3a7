"""
The authenticated state: newest values in memory, everything else in LMDB.

    get    the newest value of a key
    apply  a block's writes; the new root comes back, nothing touches the disk
    flush  what was applied goes to LMDB in one transaction, behind the block log
    prove  a key's value or absence, at the newest height or at a retained one

What was applied lies in overlays: `dirty` takes new blocks, `frozen` is on its way to
LMDB in the background. Below them a bounded cache, below that LMDB.

Threads: one thread applies and flushes; any thread may get and prove. A block appears
to readers whole, because it is published under the lock that they read under.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import RLock, Thread
from typing import cast

import lmdb

from huabiao.proofs.merkle import Digest
from huabiao.proofs.radix import empty_root, encode_proof
from huabiao.state.cache import MISSING, Cache
from huabiao.state.checking import check_store
from huabiao.state.faults import StateDamaged, not_retained
from huabiao.state.overlay import Overlay, Prepared, Writes
from huabiao.state.reading import NodeReader, StoredValues
from huabiao.state.store import Store
from huabiao.state.tree import Item, hash_of, update, way

MIB = 2**20
LIGHT_WRITES = 1000
"""A block with fewer writes leaves time to flush at once."""
MOST_BLOCKS = 256
"""Blocks that may wait for a flush, so that a start has little to replay."""


class State:
    """Keys and values with a root at each height."""

    def __init__(self, store: Store, digest: Digest, memory_budget: int) -> None:
        self.store, self.digest = store, digest
        self.flush_bytes = min(128 * MIB, memory_budget // 5)
        self.node_cache = Cache(memory_budget * 3 // 8)
        self.value_cache = Cache(memory_budget // 8)
        self.height, self.root = store.newest()
        self.flushed_height = self.height
        self.dirty, self.frozen = Overlay(), Overlay()
        self.last_writes = 0
        self.lock = RLock()
        self.stored = StoredValues(store)
        self.thread: Thread | None = None
        self.failure: Exception | None = None

    @classmethod
    def open(
        cls,
        folder: Path,
        digest: Digest,
        *,
        memory_budget: int = 512 * MIB,
        retained: int = 256,
        history_bytes: int = 1024 * MIB,
    ) -> State:
        """
        Open a store, or make one. StateDamaged if it is not ours or not whole.

        `memory_budget` bounds overlays and caches, `retained` how many flush points
        can be proved at, `history_bytes` how much disk they may take.
        """
        store = Store(folder, digest, retained, history_bytes)
        state = cls(store, digest, memory_budget)
        with state._nodes() as nodes:
            root, empty = hash_of(digest, nodes.read(b"")), digest(b"\x00")
        if state.root != (empty if root == bytes(32) else root):
            store.close()
            raise StateDamaged(
                f"状态库 {folder} 的根与其记录不符，已损坏。"
                "请删除该文件夹后重新启动，从区块日志重建。"
                f" The root of the state store at {folder} is not the one recorded: it"
                " is damaged. Remove that folder and start again to rebuild it from"
                " the block log."
            )
        return state

    def get(self, key: bytes) -> bytes | None:
        """The newest value of a key, None if there is none."""
        value = self.dirty.values.get(key, MISSING)
        if value is MISSING:
            with self.lock:
                return self._get(key)
        return cast("bytes | None", value)

    def _get(self, key: bytes) -> bytes | None:
        for values in (self.dirty.values, self.frozen.values):
            if key in values:
                return values[key]
        found = self.value_cache.get(key)
        if found is not MISSING:
            return cast("bytes | None", found)
        self.value_cache.put(key, value := self.stored.read(key))
        return value

    def _nodes(self) -> NodeReader:
        return NodeReader(self.dirty, self.frozen, self.node_cache, self.store)

    def prepare(self, height: int, writes: Writes) -> Prepared:
        """
        Work out the next block's nodes and root; readers see nothing of it yet.

        Height 0 is for genesis, in a state that is still empty. Lets the ledger make a
        header, log the block, and only then `publish` what it holds.
        """
        self._raise_failure()
        digest = self.digest
        founding = height == 0 and self.root == empty_root(digest)
        if height <= self.height and not founding:
            raise ValueError(
                f"状态已在高度 {self.height}，不能再写入高度 {height}。"
                f" The state is at height {self.height}; {height} cannot be applied."
            )
        items: list[Item] = sorted(
            (digest(key), None if value is None else digest(b"\x02" + value))
            for key, value in writes.items()
        )
        if not items:
            return Prepared(height, self.root, self.root, {}, {}, writes)
        with self._nodes() as nodes:
            root, changed = update(digest, nodes.read, items)
        return Prepared(height, self.root, root, changed, nodes.before, writes)

    def publish(self, prepared: Prepared) -> None:
        """Make a prepared block the newest one."""
        with self.lock:
            if prepared.height < self.height or prepared.before != self.root:
                raise ValueError(
                    f"状态已变，高度 {prepared.height} 的准备结果作废。"
                    " The state has moved on;"
                    f" what was prepared for height {prepared.height} is void."
                )
            self.dirty.absorb(prepared)
            self.height, self.root = prepared.height, prepared.root
        self.last_writes = len(prepared.writes)

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
        self._raise_failure()
        if self.thread is not None and self.thread.is_alive():
            if self.dirty.size <= self.flush_bytes:
                return
            self.thread.join()  # the disk is slower than the load
        if (
            self.last_writes <= LIGHT_WRITES
            or self.dirty.size > self.flush_bytes
            or self.dirty.blocks >= MOST_BLOCKS
        ):
            self.flush(wait=False)

    def flush(self, *, wait: bool = True) -> None:
        """
        Write everything applied so far in one transaction.

        With `wait` it is in LMDB on return. Without, one background thread writes it
        while blocks go on; if one is at work already, nothing is started. What went
        wrong in the background is raised at the next call. After a failure nothing is
        lost: everything still lies in memory and the next flush tries again.
        """
        if self.thread is not None:
            if not wait and self.thread.is_alive():
                return
            self.thread.join()
            self.thread = None
        self._raise_failure()
        if not self.dirty.blocks:
            return
        with self.lock:
            self.frozen = self.dirty
            self.dirty = Overlay()
        if wait:
            self._write()
            self._raise_failure()
        else:
            self.thread = Thread(target=self._write, name="state flush")
            self.thread.start()

    def _write(self) -> None:
        frozen = self.frozen
        try:
            self.store.write(frozen, self.value_cache)
        except Exception as error:
            with self.lock:
                self.dirty.put_under(frozen)
                self.frozen = Overlay()
            self.failure = error
            return
        # Until `frozen` is cleared it stands before the cache: no reader can be misled.
        self.node_cache.put_all(frozen.nodes)
        self.value_cache.put_all(frozen.values)
        with self.lock:
            self.flushed_height = frozen.height
            self.frozen = Overlay()
            self.stored.renew()

    def _raise_failure(self) -> None:
        failure, self.failure = self.failure, None
        if failure is not None:
            raise failure

    def retained_heights(self) -> list[int]:
        """The heights that can be proved at, ascending; the newest is the last."""
        with self.lock, self.store.reading() as txn:
            points = self.store.points(txn)
        return points if points[-1] == self.height else [*points, self.height]

    def prove(
        self, key: bytes, height: int | None = None
    ) -> tuple[bytes | None, bytes, int]:
        """
        A key's value or None, the proof (proofs/radix.py), and the height of its root.

        At the newest height unless one is asked for; NotRetained if that one is gone.
        """
        key_hash = self.digest(key)
        with self.lock:
            if height is None or height == self.height:
                with self._nodes() as nodes:
                    proof = encode_proof(key_hash, *way(nodes.read, key_hash))
                return self._get(key), proof, self.height
        with self.store.reading() as txn:
            later = self._later_points(txn, height)

            def read(path: bytes) -> bytes | None:
                return self.store.node_at(txn, path, later)

            proof = encode_proof(key_hash, *way(read, key_hash))
            return self.store.value_at(txn, key, later), proof, height

    def value_at(self, key: bytes, height: int) -> bytes | None:
        """The value that a key had at a retained height."""
        with self.lock:
            if height == self.height:
                return self._get(key)
        with self.store.reading() as txn:
            return self.store.value_at(txn, key, self._later_points(txn, height))

    def _later_points(self, txn: lmdb.Transaction, height: int) -> list[int]:
        """The flushes after a retained height, the newest first."""
        points = self.store.points(txn)
        if height in points:
            return [point for point in reversed(points) if point > height]
        raise not_retained(height, {*points, self.height})

    def items(self, prefix: bytes = b"") -> Iterator[tuple[bytes, bytes]]:
        """
        The newest keys and values under a prefix, as they are when the reading starts.

        Ascending; keys of 440 bytes and more that share their first 440 are in the
        order of their digests.
        """
        with self.lock:
            over = {**self.frozen.values, **self.dirty.values}
            txn = self.store.env.begin()
        try:
            yield from self.store.items(txn, prefix, over)
        finally:
            txn.abort()

    def check(self) -> int:
        """Flush, then see that LMDB's content hangs together; how many keys it has."""
        self.flush()
        return check_store(self.store)

    def sizes(self) -> dict[str, tuple[int, int]]:
        """Entries and bytes of each database."""
        return self.store.sizes()

    def close(self, *, flush: bool = True) -> None:
        """Flush (unless told not to), and let go of the files."""
        try:
            if flush:
                self.flush()
            elif self.thread is not None:
                self.thread.join()
        finally:
            with self.lock:
                self.stored.renew()
            self.store.close()
