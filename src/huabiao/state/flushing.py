"""
Flushing: what was published goes to the disk, in the background, behind the log.

What a flush writes is taken at once, as records that nothing changes any more
(`Frozen`); a thread writes them while blocks go on. What failed stays frozen, and the
next flush tries it again.
"""

from __future__ import annotations

from threading import Thread

from huabiao.state.cache import Cache
from huabiao.state.cleaning import Cleaning
from huabiao.state.freezing import Freezing
from huabiao.state.prepared import Frozen, Prepared, Waiting
from huabiao.state.residence import Residence
from huabiao.state.store import Point, Store, split_record

MIB = 2**20
LIGHT_WRITES = 1000
"""A block with fewer writes leaves time to flush at once."""
MOST_BLOCKS = 256
"""Blocks that may wait for a flush, so that a start has little to replay."""


class Flushing:
    """What waits for the disk; the thread that applies calls it, under no lock."""

    def __init__(
        self, store: Store, tree: Residence, cache: Cache, cleaning: Cleaning, most: int
    ) -> None:
        self.store, self.tree, self.cache, self.cleaning = store, tree, cache, cleaning
        self.most = most
        """Bytes that may wait while another flush is written."""
        newest = store.points[-1]
        self.value_bytes, self.values_end = newest.value_bytes, newest.values_end
        self.waiting = Waiting(newest.height, newest.root)
        self.frozen: Frozen | None = None
        self.thread: Thread | None = None
        self.failure: Exception | None = None

    def absorb(self, block: Prepared) -> None:
        """Take in a block that is published."""
        if block.changes is not None:
            self.value_bytes += block.record_bytes - block.changes.freed
        self.values_end += block.record_bytes
        self.waiting.absorb(block)

    def maybe_begin(self) -> None:
        """Write in the background if it is time to."""
        self.raise_failure()
        if self.thread is not None and self.thread.is_alive():
            if self.waiting.size <= self.most:
                return
            self.thread.join()  # the disk is slower than the load
        self._keep_budget()
        if (
            self.waiting.last_writes <= LIGHT_WRITES
            or self.waiting.size > self.most
            or self.waiting.blocks >= MOST_BLOCKS
        ):
            self.flush(wait=False)

    def flush(self, *, wait: bool) -> None:
        """Write what waits, or begin to; first what an earlier flush could not."""
        if self.thread is not None:
            if not wait and self.thread.is_alive():
                return
            self.thread.join()
            self.thread = None
        self.raise_failure()
        if wait and self.frozen is not None:
            self._write(self.frozen)
            self.raise_failure()
        frozen = self.frozen or self._freeze()
        if frozen is None:
            return
        if wait:
            self._write(frozen)
            self.raise_failure()
            self._keep_budget()
        else:
            self.thread = Thread(target=self._write, args=(frozen,), name="state flush")
            self.thread.start()

    def _freeze(self) -> Frozen | None:
        """Take the records of what waits, after a step of cleaning."""
        waiting, tree, newest = self.waiting, self.tree, self.store.points[-1]
        if not waiting.blocks:
            return None
        with tree.lock:
            moved = self.cleaning.step(newest, waiting.size, self.values_end)
            self.values_end += sum(map(len, moved))
            freezing = Freezing(tree.rows, self.store.nodes.end)
            freezing.freeze()
            point = Point(
                waiting.height, waiting.root, tree.place, tree.count,
                tree.leaves, tree.inners, self.value_bytes, freezing.position,
                self.values_end, self.cleaning.nodes_floor, self.cleaning.values_floor,
            )  # fmt: skip
            records = waiting.records + moved
            again = dict(map(split_record, moved))
            self.frozen = Frozen(point, freezing.parts, records, waiting, again)
            self.waiting = Waiting(waiting.height, waiting.root)
            return self.frozen

    def _write(self, frozen: Frozen) -> None:
        try:
            self.store.write(frozen.point, frozen.nodes, frozen.records)
        except Exception as error:
            self.failure = error
            return
        with self.tree.lock:
            self.store.settle(frozen.point)
            # First known to the cache, then no longer frozen: no reader is misled.
            self.cache.put_all(frozen.waiting.values, frozen.waiting.size)
            self.frozen = None

    def _keep_budget(self) -> None:
        """Only what is on disk can leave memory, so not while a flush is written."""
        if self.frozen is None:
            with self.tree.lock:
                self.tree.evict()

    def raise_failure(self) -> None:
        failure, self.failure = self.failure, None
        if failure is not None:
            raise failure

    def end(self) -> None:
        """Let the thread finish."""
        if self.thread is not None:
            self.thread.join()
