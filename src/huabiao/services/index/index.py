"""
The index where it is written: one writer that follows the chain, any number of readers.

`follow` runs in a process or a thread of its own. Rows and the height that they reach
are committed in one transaction, so that a kill at any moment leaves whole blocks
behind, and the next start goes on from there.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Protocol

from huabiao.services.index import store
from huabiao.services.index.actors import FOUNDER
from huabiao.services.index.database import Address
from huabiao.services.index.in_force import documents_after
from huabiao.services.index.kept import KeptBlock
from huabiao.services.index.layouts import document_of
from huabiao.services.index.readings import Readings
from huabiao.services.index.rows import Batch

BATCH_BLOCKS, BATCH_ENVELOPES = 256, 8_000
PAUSE_S, RETRY_S = 0.5, 2.0
RESTS_S = (400, 0.4), (100, 0.2)
"""After a batch of so many a moment's rest, so that the next has more blocks in one
transaction: twice as many cost a quarter less each. A quiet chain is followed at once.
"""

Description = Mapping[str, Any]
Founding = Callable[[], Iterable[tuple[str, bytes | None]]]


class Blocks(Protocol):
    """What is followed: the durable blocks of one chain."""

    @property
    def chain(self) -> str: ...
    @property
    def height(self) -> int: ...
    def block(self, height: int) -> KeptBlock | None: ...
    def blocks(self, start: int) -> Iterator[KeptBlock]: ...
    def wait_for(self, height: int, seconds: float) -> bool: ...
    def descriptions(self) -> Mapping[str, Description]: ...


class Index(Readings):
    """The SQL read model of one chain. Thread safe.

    `founding` gives the state keys that genesis wrote (the log has no block 0); they go
    in with block 1. `failure` is a sentence while following is held up, else "".
    `on_change` hears of every step forward and of every failure. `take_turn` runs each
    step of following, so that whoever owns the process can say how.
    """

    def __init__(self, address: Address, founding: Founding = tuple) -> None:
        super().__init__(address)
        self.failure = ""
        self.on_change: Callable[[Index], None] = lambda index: None
        self.take_turn: Callable[[Callable[[], int]], int] = lambda step: step()
        self._founding = founding
        self._writing = threading.Lock()
        self._moved = threading.Condition()
        self._writer = self.database.open_writer()
        self._height, self._next_version, self._edition = 0, 1, 0
        self._load()

    @property
    def height(self) -> int:
        """The newest block that reads show; 0 of an empty index."""
        return self._height

    @property
    def chain(self) -> str:
        """The chain that is followed; "" of an empty index."""
        return self._followed[0]

    @property
    def edition(self) -> int:
        """Another number means other layouts."""
        return self._edition

    # -- writing -----------------------------------------------------------------

    def add_block(
        self, block: KeptBlock, descriptions: Mapping[str, Description] | None = None
    ) -> None:
        """Take in one block; one that is there already changes nothing."""
        self.add_blocks([block], descriptions)

    def add_blocks(
        self,
        blocks: Sequence[KeptBlock],
        descriptions: Mapping[str, Description] | None = None,
    ) -> None:
        """Take in blocks in a row, in one transaction; raises OutOfStep.

        Block 1 of another chain empties the index first.
        """
        documents = {n: document_of(d) for n, d in (descriptions or {}).items()}
        with self._writing:
            if blocks and self._is_other_chain(blocks[0]):
                self._rebuild()
            new = [block for block in blocks if block.header.height > self._height]
            store.check_follows(self._followed, new)
            if new or documents:
                self._commit(new, documents)
        with self._moved:
            self._moved.notify_all()

    def _commit(self, blocks: list[KeptBlock], documents: dict[str, str]) -> None:
        writer = self._writer
        batch = Batch(self._next_version)
        if self._height == 0 and blocks:
            batch.add_writes(0, FOUNDER, self._founding())
        for block in blocks:
            batch.add_block(block)
        with writer.transaction():
            layouts = store.change_layouts(writer, self._layouts, documents)
            if blocks:
                store.write_batch(writer, batch, layouts)
                last = blocks[-1]
                changed = documents_after(
                    writer, batch, self._height, last.header.height
                )
                layouts = store.change_layouts(writer, layouts, changed)
                store.write_followed(writer, last)
        if layouts is not self._layouts:
            self._layouts, self._edition = layouts, self._edition + 1
        self._next_version = batch.next_version
        if blocks:
            self._followed = last.header.chain, last.header.height, last.hash
            self._height = last.header.height

    def _is_other_chain(self, block: KeptBlock) -> bool:
        """Whether a first block is another than the one in the index."""
        known = store.hash_at(self._writer, block.header.height)
        return block.header.height == 1 and known not in (None, block.hash)

    def _rebuild(self) -> None:
        self.database.rebuild(self._writer)
        self._load()

    def empty(self) -> None:
        """Forget everything; the next block that is taken in is block 1."""
        with self._writing:
            self._rebuild()

    def _load(self) -> None:
        self._followed = store.followed(self._writer)
        self._height = self._followed[1]
        self._layouts = store.read_layouts(self._writer)
        self._edition += 1
        self._next_version = store.next_version(self._writer)

    # -- following ---------------------------------------------------------------

    def follow(self, port: Blocks, stop: threading.Event) -> None:
        """Take in every durable block until told to stop; meant for a thread.

        A failure is told in `failure` and tried again: the ledger goes on without its
        read model, and the index loses nothing by it.
        """
        started = False
        while not stop.is_set():
            try:
                if not started:
                    self._begin(port)
                    started = True
                moved = self.take_turn(lambda: self._catch_up(port))
            except Exception as error:  # a silent death would be worse than any
                self.failure = (
                    f"索引停在第 {self._height} 块：{error}。请检查磁盘，"
                    f"或删除 {self.database.name} 后重启重建。"
                    f" The index stays at block {self._height}: {error}. Check the"
                    f" disk, or delete {self.database.name} and restart to rebuild it."
                )
                self.on_change(self)
                stop.wait(RETRY_S)
                self._connect_again()
                continue
            if moved:
                self.failure = ""
                self.on_change(self)
                if port.height <= self._height + 1:
                    stop.wait(_rest_after(moved))
            elif port.height > self._height:
                self.failure = (
                    f"节点没有第 {self._height + 1} 块，索引无法继续；"
                    "请从存档恢复区块日志。"
                    f" The node lacks block {self._height + 1}: restore its block log"
                    " from the archive."
                )
                self.on_change(self)
                stop.wait(RETRY_S)
            else:
                port.wait_for(self._height + 1, PAUSE_S)

    def _connect_again(self) -> None:
        """A server that was away has let go of the connection; a file never does."""
        if not self.database.is_postgres:
            return
        with self._writing, suppress(Exception):  # still away: the next try says so
            writer = self.database.open_writer()
            self._writer.close()
            self._writer = writer
            self._load()

    def _begin(self, port: Blocks) -> None:
        """Start over if the file holds another chain than the node's."""
        with self._writing:
            newest = port.block(self._height) if self._height else None
            if self._height and (
                self.chain != port.chain
                or port.height < self._height
                or (newest is not None and newest.hash != self._followed[2])
            ):
                self._rebuild()
        self.add_blocks([], port.descriptions())

    def _catch_up(self, port: Blocks) -> int:
        """Take in the next durable blocks in one transaction; their blocks and
        envelopes together, 0 where there are none."""
        waiting, envelopes = [], 0
        for block in port.blocks(self._height + 1):
            waiting.append(block)
            envelopes += len(block.envelopes)
            if len(waiting) >= BATCH_BLOCKS or envelopes >= BATCH_ENVELOPES:
                break
        if waiting:
            self.add_blocks(waiting)
        return len(waiting) + envelopes

    def wait_for(self, height: int, seconds: float) -> bool:
        """Wait until reads show a block; False when the time ran out first."""
        with self._moved:
            return self._moved.wait_for(lambda: self._height >= height, seconds)

    def close(self) -> None:
        """Let go of the file; stop following first."""
        with self._writing:
            self._writer.close()
        self.database.close()


def _rest_after(moved: int) -> float:
    """Seconds of rest after a batch of so many blocks and envelopes."""
    return next((rest for many, rest in RESTS_S if moved >= many), 0.0)
