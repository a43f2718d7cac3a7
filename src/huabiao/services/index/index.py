"""
The SQL read model: follows the chain block by block, answers what people look for.

It is built from receipts alone, so it can be thrown away and built again from the log.
Writing is one transaction for some blocks, with the height in it; reading uses a
connection of each thread's own and never waits for the writer (SQLite in WAL mode).
"""

import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

from huabiao.client.port import BlockView, Port
from huabiao.services.index.rows import Rows, add_block
from huabiao.services.index.schema import (
    SCHEMA_VERSION,
    TABLES,
    height_of,
    place_of,
)

MOST_BLOCKS = 64
MOST_ROWS = 20_000
PAUSE_SECONDS = 0.2


class Index:
    """One file. `follow` runs in a thread of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._changed = threading.Condition()
        self._open()
        self.height = int(self._fact("height") or 0)

    def _open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        base = self._connection()
        base.executescript(TABLES)
        if self._fact("schema") not in (None, SCHEMA_VERSION):
            self._rebuild()
        base = self._connection()
        base.execute(
            "INSERT OR REPLACE INTO facts VALUES ('schema', ?)", (SCHEMA_VERSION,)
        )
        base.commit()

    def _rebuild(self) -> None:
        """Start over: the log has everything."""
        self._connection().close()
        self._local = threading.local()
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        self._connection().executescript(TABLES)
        self.height = 0

    def _connection(self) -> sqlite3.Connection:
        base: sqlite3.Connection | None = getattr(self._local, "base", None)
        if base is None:
            base = sqlite3.connect(self.path, timeout=30)
            base.execute("PRAGMA journal_mode = WAL")
            base.execute("PRAGMA synchronous = NORMAL")
            self._local.base = base
        return base

    def _fact(self, name: str) -> Any:
        row = self._one("SELECT value FROM facts WHERE name = ?", name)
        return row[0] if row else None

    def _one(self, sql: str, *values: Any) -> Any:
        return self._connection().execute(sql, values).fetchone()

    def _all(self, sql: str, *values: Any) -> list[Any]:
        return self._connection().execute(sql, values).fetchall()

    # -- following ---------------------------------------------------------------

    def follow(self, port: Port, stop: threading.Event) -> None:
        """Follow a chain until told to stop."""
        if self._fact("chain") not in (None, port.chain) or self.height > port.height:
            self._rebuild()
        while not stop.is_set():
            rows, height = Rows(), 0
            for block in port.blocks(self.height + 1):
                add_block(rows, block)
                height = block.header.height
                if len(rows.blocks) >= MOST_BLOCKS or len(rows.versions) > MOST_ROWS:
                    break
            if height:
                self._write(rows, height, port.chain)
            else:
                port.wait_for(self.height + 1, PAUSE_SECONDS)

    def add_block(self, block: BlockView, chain: str = "") -> None:
        """Follow one block; a block that is known already changes nothing."""
        if block.header.height > self.height:
            rows = Rows()
            add_block(rows, block)
            self._write(rows, block.header.height, chain or block.header.chain)

    def _write(self, rows: Rows, height: int, chain: str) -> None:
        base = self._connection()
        with base:
            many = base.executemany
            many("INSERT INTO blocks VALUES (?,?,?)", rows.blocks)
            many("INSERT INTO envelopes VALUES (?,?,?,?,?,?,?)", rows.envelopes)
            many("INSERT INTO steps VALUES (?,?,?,?,?,?)", rows.steps)
            many("INSERT OR REPLACE INTO versions VALUES (?,?,?)", rows.versions)
            many(
                "INSERT OR REPLACE INTO records VALUES (?,?,?,?,?)",
                [row for row in rows.records.values() if row is not None],
            )
            many(
                "DELETE FROM records WHERE contract = ? AND key = ?",
                [key for key, row in rows.records.items() if row is None],
            )
            self._write_entries(base, rows)
            base.execute("INSERT OR REPLACE INTO facts VALUES ('chain', ?)", (chain,))
            base.execute("INSERT OR REPLACE INTO facts VALUES ('height', ?)", (height,))
        with self._changed:
            self.height = height
            self._changed.notify_all()

    @staticmethod
    def _write_entries(base: sqlite3.Connection, rows: Rows) -> None:
        base.executemany(
            "INSERT OR REPLACE INTO entries VALUES (?,?,?,?)",
            [(*key, value) for key, value in rows.entries.items() if value is not None],
        )
        base.executemany(
            "DELETE FROM entries WHERE contract = ? AND part = ? AND key = ?",
            [key for key, value in rows.entries.items() if value is None],
        )
        if rows.words:
            base.executemany(
                "DELETE FROM words WHERE key = ?", [(key,) for key in rows.words]
            )
            base.executemany(
                "INSERT INTO words VALUES (?,?,?)",
                [row for row in rows.words.values() if row is not None],
            )

    def wait_for(self, height: int, seconds: float) -> bool:
        """Wait until the read model has a block; False when the time ran out."""
        with self._changed:
            return self._changed.wait_for(lambda: self.height >= height, seconds)

    # -- reading -----------------------------------------------------------------

    def locate(self, envelope: str) -> tuple[int, int] | None:
        """Height and index of an envelope, by its id or at least 16 digits of it."""
        try:
            start = bytes.fromhex(envelope)
        except ValueError:
            return None
        if len(start) < 8:
            return None
        short = int.from_bytes(start[:7], "big")
        found = [
            place
            for place, id_ in self._all(
                "SELECT place, id FROM envelopes WHERE short = ?", short
            )
            if id_.startswith(start)
        ]
        if not found:
            return None
        height = height_of(found[-1])
        return height, found[-1] - place_of(height, 0)

    def history(
        self, contract: str, key: str, limit: int = 200
    ) -> list[dict[str, Any]]:
        """Who did what to a record, oldest first."""
        rows = self._all(
            "SELECT s.place, s.name, s.came, s.went, e.sender, e.id, b.time"
            " FROM steps s JOIN envelopes e ON e.place = s.place"
            " JOIN blocks b ON b.height = s.place >> 20"
            " WHERE s.contract = ? AND s.key = ? ORDER BY s.place LIMIT ?",
            contract, key, limit,
        )  # fmt: skip
        return [
            {
                "height": height_of(place), "operation": name, "from": came, "to": went,
                "sender": sender, "envelope": id_.hex(), "time": moment,
            }
            for place, name, came, went, sender, id_, moment in rows
        ]  # fmt: skip

    def records(
        self, contract: str, *, state: str | None = None, limit: int = 50,
        before: int | None = None,
    ) -> list[dict[str, Any]]:  # fmt: skip
        """Main records, the newest changed first; `before` is a row's place."""
        sql = "SELECT key, state, place, value FROM records WHERE contract = ?"
        values: list[Any] = [contract]
        if state is not None:
            sql, values = sql + " AND state = ?", [*values, state]
        if before is not None:
            sql, values = sql + " AND place < ?", [*values, before]
        rows = self._all(sql + " ORDER BY place DESC LIMIT ?", *values, limit)
        return [
            {"id": key, "state": standing, "place": place, "value": value,
             "height": height_of(place)}
            for key, standing, place, value in rows
        ]  # fmt: skip

    def counts(self, contract: str) -> dict[str, int]:
        """How many records stand in each state."""
        sql = "SELECT state, count(*) FROM records WHERE contract = ? GROUP BY state"
        return dict(self._all(sql, contract))

    def entries(
        self, contract: str, part: str, prefix: str = "", after: str = "",
        limit: int = 50,
    ) -> list[tuple[str, bytes]]:  # fmt: skip
        """Newest values of a part, in the order of their keys."""
        return self._all(
            "SELECT key, value FROM entries WHERE contract = ? AND part = ?"
            " AND key > ? AND substr(key, 1, ?) = ? ORDER BY key LIMIT ?",
            contract, part, after, len(prefix), prefix, limit,
        )  # fmt: skip

    def value_at(self, key: str, height: int) -> bytes | None:
        """The version of a state key that stood at the end of a height."""
        row = self._one(
            "SELECT value FROM versions WHERE key = ? AND place < ?"
            " ORDER BY place DESC LIMIT 1",
            key, place_of(height + 1, 0),
        )  # fmt: skip
        return row[0] if row else None

    def latest(
        self, limit: int = 20, sender: bytes | None = None
    ) -> list[dict[str, Any]]:
        """The newest envelopes, of everybody or of one account."""
        where, values = ("WHERE e.sender = ?", [sender]) if sender else ("", [])
        rows = self._all(
            "SELECT e.place, e.id, e.sender, e.code, e.sentence, e.what, b.time"
            f" FROM envelopes e JOIN blocks b ON b.height = e.place >> 20 {where}"
            " ORDER BY e.place DESC LIMIT ?",
            *values, limit,
        )  # fmt: skip
        return [
            {
                "height": height_of(place), "envelope": id_.hex(), "sender": who,
                "code": code, "sentence": sentence, "what": what, "time": moment,
            }
            for place, id_, who, code, sentence, what, moment in rows
        ]  # fmt: skip

    def search(self, text: str, limit: int = 30) -> list[dict[str, Any]]:
        """Directory entries that hold all the words, Chinese or English."""
        words = [word for word in text.split() if word][:8]
        if not words:
            return []
        sql = "SELECT key, part, text FROM words WHERE " + " AND ".join(
            "text LIKE ? ESCAPE '\\'" for _ in words
        )
        likes = [f"%{_escape(word)}%" for word in words]
        rows = self._all(sql + " LIMIT ?", *likes, limit)
        return [
            {"key": key.split("/", 2)[-1], "level": part, "text": found[:300]}
            for key, part, found in rows
        ]

    def add_subjects(self, receipt: str, tags: list[bytes]) -> None:
        """Whose data a sharing receipt is about; the list stays off the chain."""
        base = sqlite3.connect(self.path, timeout=30)
        with base:
            base.executemany(
                "INSERT OR IGNORE INTO subject_uses VALUES (?, ?)",
                [(tag, receipt) for tag in tags],
            )
        base.close()

    def uses(self, tag: bytes, limit: int = 200) -> list[str]:
        """The sharing receipts that are about a person."""
        sql = "SELECT receipt FROM subject_uses WHERE tag = ? LIMIT ?"
        return [row[0] for row in self._all(sql, tag, limit)]


def _escape(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def seconds_behind(index: Index, port: Port) -> float:
    """How old the newest followed block is, while the chain is ahead of it."""
    if index.height >= port.height:
        return 0.0
    block = port.block(index.height + 1)
    return 0.0 if block is None else time.time() - block.header.time / 1000
