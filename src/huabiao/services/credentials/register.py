"""
An issuer's own register: which place of which list a credential has, and whose it is.

The chain has bits only; without this file an issuer could not tell whom a bit is about.
Places are chosen at random, so that neighbours in a list tell nothing about the order
of issue; each is given once.
"""

import secrets
import sqlite3
from pathlib import Path
from typing import Any

SCHEMA = """CREATE TABLE IF NOT EXISTS issued (
    list TEXT NOT NULL, place INTEGER NOT NULL, subject TEXT NOT NULL,
    type TEXT NOT NULL, at INTEGER NOT NULL, until INTEGER,
    PRIMARY KEY (list, place)) WITHOUT ROWID"""
TRIES = 200


class ListFull(ValueError):
    """A list has hardly a free place left."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"状态列表“{name}”快满了，请另开一份。"
            f" The status list {name!r} is nearly full: open another one."
        )


class Register:
    """One issuer's register; a file of SQLite."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = sqlite3.connect(path)
        self._file.execute(SCHEMA)

    def take(
        self, name: str, length: int, subject: str, credential_type: str, at: int,
        until: int | None,
    ) -> int:  # fmt: skip
        """A free place of a list, entered for a subject; ListFull."""
        for _ in range(TRIES):
            place = secrets.randbelow(length)
            row = (name, place, subject, credential_type, at, until)
            with self._file:
                done = self._file.execute(
                    "INSERT OR IGNORE INTO issued VALUES (?, ?, ?, ?, ?, ?)", row
                )
            if done.rowcount:
                return place
        raise ListFull(name)

    def give_back(self, name: str, place: int) -> None:
        """A place whose credential was never made."""
        with self._file:
            self._file.execute(
                "DELETE FROM issued WHERE list = ? AND place = ?", (name, place)
            )

    def of(self, subject: str) -> list[dict[str, Any]]:
        """What a subject was issued, oldest first."""
        rows = self._file.execute(
            "SELECT list, place, type, at, until FROM issued WHERE subject = ?"
            " ORDER BY at LIMIT 1000",
            (subject,),
        )
        names = ("list", "index", "type", "at", "until")
        return [dict(zip(names, row, strict=True)) for row in rows]

    def close(self) -> None:
        self._file.close()
