"""
Signatures checked beside the engine.

A handful is checked in a thread; a batch goes to worker processes, because a thread
that lets go of Python's lock every 40 µs waits for it longer than it works.
"""

import asyncio
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

from huabiao.crypto import by_key
from huabiao.crypto.suite import Item
from huabiao.engines.orphans import end_with_parent

FEW = 32
CHUNK = 256


def verify_chunk(items: list[Item]) -> bytes:
    """What a worker runs: one byte 0 or 1 an item."""
    return by_key.verify_many(items)


def warm(suite_name: str, parent: int) -> None:
    """What a worker does first: compile or load the fast SM2 verifier."""
    end_with_parent(parent)
    if suite_name == "sm":
        from huabiao.crypto import sm2_fast

        sm2_fast.warm()


class Verification:
    """Checks signatures for one node; `close` ends its workers."""

    def __init__(self, suite_name: str, workers: int | None = None) -> None:
        self.suite_name = suite_name
        other_cores = max(1, (os.cpu_count() or 2) - 1)
        self._workers = other_cores if workers is None else workers
        self._threads = ThreadPoolExecutor(2, "verify")
        self._processes: ProcessPoolExecutor | None = None

    def start(self) -> None:
        """Begin the workers now: a first batch should not wait for their start."""
        if self._workers:
            self._pool().submit(verify_chunk, [])

    async def verdicts(self, items: Sequence[Item]) -> bytes:
        """One byte 0 or 1 an item, in order."""
        loop = asyncio.get_running_loop()
        if len(items) <= FEW or self._workers == 0:
            return await loop.run_in_executor(self._threads, verify_chunk, list(items))
        chunks = [list(items[i : i + CHUNK]) for i in range(0, len(items), CHUNK)]
        try:
            checked = await asyncio.gather(
                *(
                    loop.run_in_executor(self._pool(), verify_chunk, chunk)
                    for chunk in chunks
                )
            )
        except BrokenProcessPool:
            # A worker was killed from outside; the next batch starts new ones.
            self._processes = None
            return await loop.run_in_executor(self._threads, verify_chunk, list(items))
        return b"".join(checked)

    def _pool(self) -> ProcessPoolExecutor:
        if self._processes is None:
            self._processes = ProcessPoolExecutor(
                self._workers,
                mp_context=get_context("spawn"),
                initializer=warm,
                initargs=(self.suite_name, os.getpid()),
            )
        return self._processes

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self._processes is not None:
            self._processes.shutdown(wait=False, cancel_futures=True)
