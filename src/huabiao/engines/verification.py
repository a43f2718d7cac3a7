"""
Signatures checked beside the engine.

A handful is checked in a thread; a batch goes to worker processes, because a thread
that lets go of Python's lock every 40 µs waits for it longer than it works. A node with
one core to itself wins nothing by that: as soon as its worker has the suite's kernel on
disk, it loads it too, checks batches where it stands, and lets the worker go.
"""

import asyncio
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from threading import Thread

from huabiao.crypto import by_key
from huabiao.crypto.suite import Item
from huabiao.engines.orphans import end_with_parent

FEW = 32
CHUNK = 256
CORES = "HUABIAO_CORES"
"""How many cores a node has to itself, where several share a machine."""

Checked = tuple[bytes, bool]
"""One byte 0 or 1 an item, and whether a kernel said so."""


def verify_chunk(items: list[Item]) -> Checked:
    """What a worker or a thread runs."""
    answers = by_key.verify_many(items)
    return answers, bool(items) and by_key.has_kernel(items[0][0])


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
        cores = int(os.environ.get(CORES) or os.cpu_count() or 2)
        self._workers = max(1, cores - 1) if workers is None else workers
        self._alone = cores == 1
        self._loading = False
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
            answers, _ = await loop.run_in_executor(
                self._threads, verify_chunk, list(items)
            )
            return answers
        chunks = [list(items[i : i + CHUNK]) for i in range(0, len(items), CHUNK)]
        if self._alone and by_key.has_kernel(items[0][0]):
            return await self._here(chunks)
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
            checked = [
                await loop.run_in_executor(self._threads, verify_chunk, list(items))
            ]
        if self._alone and all(by_kernel for _, by_kernel in checked):
            self._load(items[0][0])
        return b"".join(answers for answers, _ in checked)

    async def _here(self, chunks: Sequence[list[Item]]) -> bytes:
        """By the calling thread's own kernel, a few milliseconds at a time."""
        processes, self._processes = self._processes, None
        if processes is not None:
            processes.shutdown(wait=False)  # it ends what it has been given
        answers = []
        for chunk in chunks:
            answers.append(by_key.verify_many(chunk))
            await asyncio.sleep(0)
        return b"".join(answers)

    def _load(self, public: bytes) -> None:
        """The worker has the kernel, and machine code is on disk: load it here."""
        if not self._loading:
            self._loading = True
            Thread(target=by_key.warm, args=(public,), name="load kernel").start()

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
