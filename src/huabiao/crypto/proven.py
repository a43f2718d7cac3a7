"""
Signers who have proved themselves, and the fast verifiers that keep a table for each.

A table costs memory, so a signer earns one by TABLE_AFTER good signatures: nobody else
can push the others' tables out. Loading numba costs a second, and compiling some more
the first time on a machine; a process that checks few signatures never does.
"""

import logging
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock, Thread
from typing import Any, Generic, NamedTuple, TypeVar

TABLE_AFTER = 8
SIGNERS_KEPT = 1024

Fast = TypeVar("Fast")


class Table(NamedTuple):
    """A signer's table: whoever uses its address holds its rows meanwhile."""

    rows: Any
    address: int


def rows(values: Sequence[bytes], size: int) -> Any:
    """Byte strings of one size as the rows of an array, for a kernel."""
    import numpy as np

    return np.frombuffer(b"".join(values), np.uint8).reshape(-1, size)


class Signers:
    """Tables of proven signers and good signatures of the others, both bounded."""

    def __init__(self, kept: int = SIGNERS_KEPT) -> None:
        self.kept = kept
        self._tables: OrderedDict[bytes, Table] = OrderedDict()
        self._proven: OrderedDict[bytes, int] = OrderedDict()
        self._lock = Lock()

    def find(self, public: bytes) -> Table | None:
        """The signer's table, if there is one."""
        with self._lock:
            table = self._tables.get(public)
            if table is not None:
                self._tables.move_to_end(public)
            return table

    def accepted(self, public: bytes, count: int) -> bool:
        """Note good signatures; True if the signer has now earned a table."""
        with self._lock:
            total = self._proven.pop(public, 0) + count
            if total >= TABLE_AFTER:
                return True
            self._proven[public] = total
            if len(self._proven) > 4 * self.kept:
                self._proven.popitem(last=False)
            return False

    def add(self, public: bytes, table: Table) -> None:
        """Keep a table; the one that was used longest ago gives way."""
        with self._lock:
            self._tables[public] = table
            if len(self._tables) > self.kept:
                self._tables.popitem(last=False)

    def reward(
        self,
        publics: Sequence[bytes],
        answers: bytes,
        newcomers: set[bytes],
        tabulate: Callable[[bytes], Table],
    ) -> None:
        """Build tables for those without one who have now proved themselves."""
        if not newcomers:
            return
        good = Counter(
            public
            for public, answer in zip(publics, answers, strict=True)
            if answer and public in newcomers
        )
        for public, count in good.items():
            if self.accepted(public, count):
                self.add(public, tabulate(public))


class Loading(Generic[Fast]):
    """A process's one fast verifier, on its way from unloaded to ready or given up."""

    def __init__(self, load: Callable[[], Fast], without: tuple[str, str]) -> None:
        self._load, self._without = load, without
        self.verifier: Fast | None = None
        """None until it is loaded; looking at it never waits."""
        self.checked = 0
        """Signatures that were checked without it."""
        self.given_up = False
        self.lock = Lock()

    def warm(self) -> bool:
        """Load it now; False where this machine cannot, which the log says once."""
        with self.lock:
            if self.verifier is None and not self.given_up:
                try:
                    self.verifier = self._load()
                except Exception as error:  # whatever numba meets, the slow way works
                    self.given_up = True
                    chinese, english = self._without
                    logging.getLogger(__name__).warning(
                        "%s：%s。 %s: %s.", chinese, error, english, error
                    )
        return self.verifier is not None

    def is_due(self, count: int, after: int) -> bool:
        """Note signatures checked without it; True when there were enough to load it,
        unless a thread is at that already."""
        self.checked += count
        return self.checked >= after and not (self.given_up or self.lock.locked())

    def begin(self) -> None:
        """Load it in a thread of its own, while others go on without it."""
        self.checked = 0
        Thread(target=self.warm, name="load kernel", daemon=True).start()
