"""
A desk's file of SQLite: for several processes, readable by its owner only, and what is
deleted in it is overwritten.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class DeskFile:
    """The file at a path, made with a schema where it is not there yet."""

    def __init__(self, path: Path, schema: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        self._path = path
        with self.transaction() as file:
            file.executescript(schema)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A connection of its own for each use: desks serve from many threads."""
        file = sqlite3.connect(self._path, timeout=10)
        try:
            with file:
                file.execute("PRAGMA secure_delete = ON")
                yield file
        finally:
            file.close()
