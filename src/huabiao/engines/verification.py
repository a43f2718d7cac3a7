"""
Signatures checked beside the engine.

Once this process has a suite's kernel, a thread checks a batch: for most of that time
it does without Python's lock. Until then a thread would let go of the lock every 70 µs
and wait for it longer than it works, so that a batch goes to worker processes; they
load, and on a new machine compile, the kernel first. A handful goes to a thread always.
"""

import asyncio
import os
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from threading import Lock, Thread

from huabiao.crypto import by_key
from huabiao.crypto.suite import Item
from huabiao.engines.orphans import end_with_parent

FEW = 32
CHUNK = 256

Checked = tuple[bytes, float, bool]
"""One byte 0 or 1 an item, seconds of CPU, and whether a kernel was there."""


def verify_chunk(items: list[Item]) -> Checked:
    """What a thread or a worker runs."""
    began = time.thread_time()
    answers = by_key.verify_many(items)
    took = time.thread_time() - began
    return answers, took, bool(items) and by_key.has_kernel(items[0][0])


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
        self.cpu_seconds = 0.0
        """Spent on signatures, by threads and workers together."""
        other_cores = max(1, (os.cpu_count() or 2) - 1)
        self._workers = other_cores if workers is None else workers
        self._threads = ThreadPoolExecutor(2, "verify")
        self._processes: ProcessPoolExecutor | None = None
        self._loading: set[int] = set()
        self._lock = Lock()

    def start(self) -> None:
        """Begin the workers now: a first batch should not wait for their start."""
        if self._workers:
            self._pool().submit(verify_chunk, [])

    async def verdicts(self, items: Sequence[Item]) -> bytes:
        """One byte 0 or 1 an item, in order."""
        loop = asyncio.get_running_loop()
        here = len(items) <= FEW or self._workers == 0
        chunks = [list(items[i : i + CHUNK]) for i in range(0, len(items), CHUNK)]
        if not here and by_key.has_kernel(items[0][0]):
            here = True
            self._end_workers()
        pool = self._threads if here else self._pool()
        try:
            checked = await asyncio.gather(
                *(loop.run_in_executor(pool, verify_chunk, chunk) for chunk in chunks)
            )
        except BrokenProcessPool:
            # A worker was killed from outside; the next batch starts new ones.
            self._processes = None
            checked = [
                await loop.run_in_executor(self._threads, verify_chunk, list(items))
            ]
        self.cpu_seconds += sum(took for _, took, _ in checked)
        if not here and all(fast for _, _, fast in checked):
            self._load(items[0][0])
        return b"".join(answers for answers, _, _ in checked)

    def _load(self, public: bytes) -> None:
        """The workers have the kernel, and machine code is on disk: load it here."""
        with self._lock:
            if len(public) in self._loading:
                return
            self._loading.add(len(public))
        Thread(
            target=by_key.warm, args=(public,), name="load kernel", daemon=True
        ).start()

    def _pool(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._processes is None:
                self._processes = ProcessPoolExecutor(
                    self._workers,
                    mp_context=get_context("spawn"),
                    initializer=warm,
                    initargs=(self.suite_name, os.getpid()),
                )
            return self._processes

    def _end_workers(self) -> None:
        """They end when what they have been given is done."""
        with self._lock:
            ended, self._processes = self._processes, None
        if ended is not None:
            ended.shutdown(wait=False)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self._processes is not None:
            self._processes.shutdown(wait=False, cancel_futures=True)
