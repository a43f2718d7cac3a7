"""
Whose data went out under which receipt: the tags that gateways tell, and nobody else.

They stand nowhere on the chain and cannot be had from it again, so they have a file of
their own that no rebuild of the read model touches. A tag is a keyed hash of an
identity number (huabiao.services.gateway.subjects); the file names nobody.

Tags are random: sorted among all there ever were, each would write a page of its own,
at a cost that grows with the file. So they are sorted in runs of RUN receipts. A
delivery writes the pages of one run; a question looks into each run once.
"""

import sqlite3
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

LENGTH = 32
RUN = 1_024
TABLES = """
CREATE TABLE IF NOT EXISTS receipts (number INTEGER PRIMARY KEY, receipt TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS tags (
    run INTEGER NOT NULL, tag BLOB NOT NULL, number INTEGER NOT NULL,
    PRIMARY KEY (run, tag, number)
) WITHOUT ROWID;
"""
OLDER = "SELECT count(*) FROM sqlite_schema WHERE name = 'subjects'"
"""Before there were runs: one table of tag and receipt."""
TAKE_OVER = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS subjects (tag BLOB, receipt TEXT);
INSERT INTO receipts (receipt) SELECT DISTINCT receipt FROM subjects;
INSERT INTO tags SELECT number / {RUN}, tag, number FROM receipts JOIN subjects
    USING (receipt) ORDER BY 1, 2, 3;
DROP TABLE subjects;
COMMIT;
"""

# A statement a receipt, not a tag: Python's lock is let go of for each, and among busy
# threads that costs more than the insertion.
KEEP = f"""
WITH RECURSIVE place (n) AS (
    SELECT 0 UNION ALL SELECT n + 1 FROM place WHERE n + 1 < ?2
)
INSERT OR IGNORE INTO tags
SELECT ?3 / {RUN}, substr(?1, n * {LENGTH} + 1, {LENGTH}), ?3 FROM place
"""
FIND = f"""
WITH RECURSIVE runs (run) AS (
    SELECT 0 UNION ALL
    SELECT run + 1 FROM runs WHERE run < (SELECT max(number) / {RUN} FROM receipts)
)
SELECT DISTINCT receipt FROM runs CROSS JOIN tags USING (run) JOIN receipts
USING (number) WHERE tag = ? ORDER BY receipt
"""

NUMBER = FIND.replace("SELECT DISTINCT receipt FROM", "SELECT number FROM").replace(
    "WHERE tag = ? ORDER BY receipt", "WHERE tag = ? AND receipt = ? LIMIT 1"
)
TOGETHER = f"SELECT tag FROM tags WHERE run = ?1 / {RUN} AND number = ?1 ORDER BY tag"


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
        self._file.executescript(TABLES)
        if self._file.execute(OLDER).fetchone()[0]:
            self._file.executescript(TAKE_OVER)

    def keep(self, delivered: Mapping[str, Sequence[bytes]]) -> None:
        """The tags of some receipts, 32 bytes each; durable when this returns."""
        told = [(receipt, tags) for receipt, tags in delivered.items() if tags]
        with self._lock:
            self._file.execute("BEGIN IMMEDIATE")
            try:
                newest = "SELECT coalesce(max(number), 0) FROM receipts"
                (last,) = self._file.execute(newest).fetchone()
                numbered = list(enumerate(told, last + 1))
                self._file.executemany(
                    "INSERT INTO receipts VALUES (?, ?)",
                    [(number, receipt) for number, (receipt, _) in numbered],
                )
                self._file.executemany(
                    KEEP,
                    [(b"".join(tags), len(tags), n) for n, (_, tags) in numbered],
                )
                self._file.execute("COMMIT")
            except BaseException:
                self._file.execute("ROLLBACK")
                raise

    def receipts(self, tag: bytes) -> list[str]:
        """The ids of all receipts that a tag was told for, whether filed or not."""
        with self._lock:
            return [receipt for (receipt,) in self._file.execute(FIND, (tag,))]

    def together(self, tag: bytes, receipt: str) -> list[bytes]:
        """All tags that were told for a receipt, sorted, where this one is among them;
        else none. Reads the receipt's run."""
        with self._lock:
            number = self._file.execute(NUMBER, (tag, receipt)).fetchone()
            found = self._file.execute(TOGETHER, number) if number else ()
            return [each for (each,) in found]

    def close(self) -> None:
        with self._lock:
            self._file.close()
