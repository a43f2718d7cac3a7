"""
The index as the doors see it, while another process writes it.

The process that follows the chain tells how far it is; reads wait for its first word,
since it is the one that makes the tables.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from huabiao.services.index import store
from huabiao.services.index.database import Address, Connection
from huabiao.services.index.readings import Readings

START_S = 60.0
CLOSED = -1
"""The edition of an index that could not be opened yet."""


class FollowedIndex(Readings):
    """Reads of an index that is written elsewhere. Thread safe.

    `failure` is a sentence while following is held up, else "".
    """

    def __init__(self, address: Address) -> None:
        super().__init__(address)
        self.failure, self.height = "", 0
        self._edition = CLOSED
        self._there = threading.Event()
        self._moved = threading.Condition()

    def moved(self, height: int, failure: str, edition: int) -> None:
        """The follower is at a height; another edition means other layouts."""
        if edition != self._edition:
            self._there.set()
            with self._reading() as connection:
                self._layouts = store.read_layouts(connection)
            self._edition = edition
        with self._moved:
            self.height, self.failure = height, failure
            self._moved.notify_all()

    def wait_for(self, height: int, seconds: float) -> bool:
        """Wait until reads show a block; False when the time ran out first."""
        with self._moved:
            return self._moved.wait_for(lambda: self.height >= height, seconds)

    def close(self) -> None:
        self.database.close()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        if not self._there.wait(START_S):
            raise TimeoutError(
                "读模型进程尚未启动，请稍后重试。"
                " The read model has not started yet; try again in a moment."
            )
        with super()._reading() as connection:
            yield connection
