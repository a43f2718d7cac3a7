"""
Attempts: who has tried codes that were no good, and who must wait.

Redeeming a licence's code, or signing in with one, five misses within a quarter of an
hour lock an account for an hour, twenty within a day for a day. A good code does not
make misses undone. The file outlives a restart; what is older than a day is swept with
each miss.

To draw codes is bounded in the same way, ten and fifty: whoever could draw without end
would learn under which id each code stands.

An account gets through at most 20 of 10^8 codes of licences a day: with a thousand
codes open for its own office and purpose at once, one guess in five thousand days
finds one.
"""

import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

MOST_KEPT = 200_000
"""Misses that the file holds: whoever invents names pushes out the oldest."""
QUARTER_S, HOUR_S, DAY_S = 900.0, 3_600.0, 86_400.0
REDEEMING, DRAWING = (5, 20), (10, 50)
SCHEMA = """CREATE TABLE IF NOT EXISTS misses (account BLOB NOT NULL, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS of_account ON misses (account, at)"""


class Locked(Exception):
    """An account has guessed too often; `seconds` until it may try again."""

    def __init__(self, seconds: float) -> None:
        self.seconds = max(1, round(seconds))
        super().__init__(
            f"尝试过多，请 {self.seconds} 秒后再试。"
            f" Too many attempts: try again in {self.seconds} seconds."
        )


class Attempts:
    """The misses of every account. Thread safe."""

    def __init__(
        self,
        path: Path,
        bounds: tuple[int, int] = REDEEMING,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._bounds = bounds
        path.parent.mkdir(parents=True, exist_ok=True)
        self._clock, self._lock = clock, threading.Lock()
        self._file = sqlite3.connect(path, check_same_thread=False)
        self._file.executescript(SCHEMA)

    def take(self, account: bytes) -> None:
        """Count an attempt as a miss before it is looked at, so that many at once are
        many; Locked where the account must wait."""
        with self._lock, self._file:
            now = self._clock()
            self._file.execute("DELETE FROM misses WHERE at < ?", (now - DAY_S,))
            self._file.execute(
                "DELETE FROM misses WHERE rowid <= (SELECT max(rowid) FROM misses) - ?",
                (MOST_KEPT,),
            )
            rows = self._file.execute(
                "SELECT at FROM misses WHERE account = ? ORDER BY at DESC", (account,)
            ).fetchall()
            wait = locked_for([at for (at,) in rows], now, *self._bounds)
            if wait > 0:
                raise Locked(wait)
            self._file.execute("INSERT INTO misses VALUES (?, ?)", (account, now))

    def good(self, account: bytes) -> None:
        """The attempt that was counted last was no miss."""
        with self._lock, self._file:
            self._file.execute(
                "DELETE FROM misses WHERE rowid = (SELECT rowid FROM misses"
                " WHERE account = ? ORDER BY at DESC LIMIT 1)",
                (account,),
            )

    def close(self) -> None:
        self._file.close()


def locked_for(misses: list[float], now: float, few: int, many: int) -> float:
    """Seconds that an account with these misses, newest first, must wait yet."""
    wait = 0.0
    if len(misses) >= many:
        wait = misses[0] + DAY_S - now
    for start in range(len(misses) - few + 1):
        newest, oldest = misses[start], misses[start + few - 1]
        if newest - oldest <= QUARTER_S:
            wait = max(wait, newest + HOUR_S - now)
    return wait
