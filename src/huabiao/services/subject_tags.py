"""
Whose data went out under which receipt: the tags that gateways tell, and nobody else.

They stand nowhere on the chain and cannot be had from it again, so they have a file of
their own that no rebuild of the read model touches. A tag is a keyed hash of an
identity number (huabiao.services.gateway.subjects); the file names nobody.
"""

import sqlite3
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

LENGTH = 32
TABLES = """
CREATE TABLE IF NOT EXISTS subjects (
    tag BLOB NOT NULL, receipt TEXT NOT NULL, PRIMARY KEY (tag, receipt)
) WITHOUT ROWID
"""

# A statement a receipt, not a tag: Python's lock is let go of for each, and among busy
# threads that costs more than the insertion.
KEEP = f"""
WITH RECURSIVE place (n) AS (
    SELECT 0 UNION ALL SELECT n + 1 FROM place WHERE n + 1 < ?2
)
INSERT OR IGNORE INTO subjects
SELECT substr(?1, n * {LENGTH} + 1, {LENGTH}), ?3 FROM place
"""


class SubjectTags:
    """The file of one city's gateways. Thread safe; several processes may share it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._file = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False
        )
        for setting in ("busy_timeout = 30000", "journal_mode = WAL",
                        "synchronous = FULL"):  # fmt: skip
            self._file.execute(f"PRAGMA {setting}")
        self._file.execute(TABLES)

    def keep(self, delivered: Mapping[str, Sequence[bytes]]) -> None:
        """The tags of some receipts, 32 bytes each; durable when this returns."""
        rows = [
            (b"".join(tags), len(tags), receipt)
            for receipt, tags in delivered.items()
            if tags
        ]
        with self._lock:
            self._file.execute("BEGIN IMMEDIATE")
            try:
                self._file.executemany(KEEP, rows)
                self._file.execute("COMMIT")
            except BaseException:
                self._file.execute("ROLLBACK")
                raise

    def receipts(self, tag: bytes) -> list[str]:
        """The ids of all receipts that a tag was told for, whether filed or not."""
        with self._lock:
            found = self._file.execute(
                "SELECT receipt FROM subjects WHERE tag = ? ORDER BY receipt", (tag,)
            )
            return [receipt for (receipt,) in found]

    def close(self) -> None:
        with self._lock:
            self._file.close()
