"""
The hooks of a node: HOME/webhooks.sqlite, readable by its owner alone.

A hook's cursor says how far its receiver is. It moves on disk before more is read, and
only after the receiver took the events or they became a dead letter, which names them
by their cursors: nothing is lost, the owner can go back to any place.
"""

import base64
import secrets
import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huabiao.doors.problems import Problem, malformed, not_found
from huabiao.doors.stream import Filter, place_of
from huabiao.services import outgoing

MOST_PER_ACCOUNT, MOST_HOOKS, MOST_DEAD = 10, 1_000, 1_000
MOST_TRIES, LONGEST_WAIT_S = 12, 3_600
SECRET_BYTES = 32
Json = dict[str, Any]

_TABLES = """
CREATE TABLE IF NOT EXISTS hooks (
    id TEXT PRIMARY KEY, account BLOB NOT NULL, url TEXT NOT NULL, secret TEXT NOT NULL,
    scenario TEXT NOT NULL, record TEXT NOT NULL, cursor TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0, due REAL NOT NULL DEFAULT 0,
    failure TEXT NOT NULL DEFAULT '', until TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS dead (
    number INTEGER PRIMARY KEY, hook TEXT NOT NULL, after TEXT NOT NULL,
    until TEXT NOT NULL, failure TEXT NOT NULL
);
"""
_MOVE = "UPDATE hooks SET cursor = ?, tries = 0, due = 0, failure = '', until = ''"


@dataclass(frozen=True)
class Hook:
    """One registration, in the order of its table's columns."""

    id: str
    account: bytes
    url: str
    secret: str
    scenario: str
    record: str
    cursor: str
    tries: int
    due: float
    failure: str
    until: str
    """Where the batch ends that was tried last: it is the same when tried again."""

    def shown(self) -> Json:
        """Without its secret."""
        return {
            "id": self.id, "url": self.url, "scenario": self.scenario,
            "record": self.record, "cursor": self.cursor, "tries": self.tries,
            "failure": self.failure,
        }  # fmt: skip


class Hooks:
    """The hooks of one node, in a file of their own. Thread safe."""

    def __init__(self, path: Path) -> None:
        path.touch(0o600)
        self._table = sqlite3.connect(path, isolation_level=None,
                                      check_same_thread=False)  # fmt: skip
        self._table.execute("PRAGMA journal_mode = WAL")
        self._table.execute("PRAGMA synchronous = FULL")
        self._table.executescript(_TABLES)
        self._lock = threading.Lock()

    # -- who wants what ------------------------------------------------------------

    def register(
        self, account: bytes, url: str, wanted: Filter, cursor: str
    ) -> tuple[Hook, str]:
        """A hook and its secret, which is shown this once; Problem."""
        try:
            outgoing.check_address(url, outgoing.allowed_networks())
        except outgoing.NotAllowed as error:
            raise malformed(str(error), "webhook.address", "url") from None
        place_of(cursor)
        with self._lock:
            (own,) = self._one("SELECT count(*) FROM hooks WHERE account = ?", account)
            (all_,) = self._one("SELECT count(*) FROM hooks")
            if own >= MOST_PER_ACCOUNT or all_ >= MOST_HOOKS:
                raise Problem(
                    409, "webhook.full",
                    f"每账户至多 {MOST_PER_ACCOUNT} 个。"
                    f" At most {MOST_PER_ACCOUNT} an account.",
                    "请先删除一个。 Remove one first.",
                )  # fmt: skip
            id_ = secrets.token_hex(8)
            key = base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
            secret = f"whsec_{key}"
            self._table.execute(
                "INSERT INTO hooks (id, account, url, secret, scenario, record, cursor)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (id_, account, url, secret, wanted.scenario, wanted.record, cursor),
            )
            return self._hook(account, id_), secret

    def of(self, account: bytes) -> list[Hook]:
        with self._lock:
            rows = self._table.execute(
                "SELECT * FROM hooks WHERE account = ? ORDER BY id", (account,)
            ).fetchall()
        return [Hook(*row) for row in rows]

    def remove(self, account: bytes, id_: str) -> None:
        with self._lock:
            self._hook(account, id_)
            self._table.execute("DELETE FROM hooks WHERE id = ?", (id_,))
            self._table.execute("DELETE FROM dead WHERE hook = ?", (id_,))

    def dead_letters(self, account: bytes, id_: str) -> list[Json]:
        """What was given up: events after a cursor, until another."""
        with self._lock:
            self._hook(account, id_)
            rows = self._table.execute(
                "SELECT number, after, until, failure FROM dead WHERE hook = ?"
                " ORDER BY number", (id_,)
            ).fetchall()  # fmt: skip
        names = ("number", "after", "until", "failure")
        return [dict(zip(names, row, strict=True)) for row in rows]

    def replay(self, account: bytes, id_: str, cursor: str) -> Hook:
        """Go back, or on, to a cursor; what was given up after it comes again."""
        place = place_of(cursor)
        with self._lock:
            self._hook(account, id_)
            self._table.execute(
                f"{_MOVE} WHERE id = ?", (cursor, id_),
            )  # fmt: skip
            for number, after in self._table.execute(
                "SELECT number, after FROM dead WHERE hook = ?", (id_,)
            ).fetchall():
                if place_of(after) >= place:
                    self._table.execute("DELETE FROM dead WHERE number = ?", (number,))
            return self._hook(account, id_)

    def _hook(self, account: bytes, id_: str) -> Hook:
        row = self._one("SELECT * FROM hooks WHERE id = ? AND account = ?",
                        id_[:40], account)  # fmt: skip
        if row is None:
            raise not_found(
                f"没有网络钩子 {id_[:40]}", f"There is no webhook {id_[:40]}"
            )
        return Hook(*row)

    def _one(self, statement: str, *arguments: Any) -> Any:
        return self._table.execute(statement, arguments).fetchone()

    # -- how far each is -------------------------------------------------------------

    def due(self, now: float) -> list[Hook]:
        """The hooks that may be tried now, those that wait longest first."""
        with self._lock:
            rows = self._table.execute(
                "SELECT * FROM hooks WHERE due <= ? ORDER BY due", (now,)
            ).fetchall()
        return [Hook(*row) for row in rows]

    def retries_due(self, now: float) -> bool:
        """Whether a hook that failed is due again."""
        with self._lock:
            found = self._one(
                "SELECT 1 FROM hooks WHERE tries > 0 AND due <= ? LIMIT 1", now
            )
        return found is not None

    def delivered(self, hook: Hook, until: str) -> None:
        with self._lock:
            self._move(hook, until)

    def failed(self, hook: Hook, until: str, failure: str, now: float) -> None:
        """To be tried again later, or, after MOST_TRIES, a dead letter."""
        with self._lock:
            if hook.tries + 1 < MOST_TRIES:
                wait = min(2**hook.tries, LONGEST_WAIT_S)
                self._table.execute(
                    "UPDATE hooks SET tries = tries + 1, due = ?, failure = ?,"
                    " until = ? WHERE id = ? AND cursor = ?",
                    (now + wait, failure, until, hook.id, hook.cursor),
                )
                return
            self._table.execute("BEGIN")
            self._table.execute(
                "INSERT INTO dead (hook, after, until, failure) VALUES (?, ?, ?, ?)",
                (hook.id, hook.cursor, until, failure),
            )
            self._table.execute(
                "DELETE FROM dead WHERE hook = ? AND number NOT IN (SELECT number"
                " FROM dead WHERE hook = ? ORDER BY number DESC LIMIT ?)",
                (hook.id, hook.id, MOST_DEAD),
            )
            self._move(hook, until)
            self._table.execute("COMMIT")

    def _move(self, hook: Hook, until: str) -> None:
        """Unless its owner has moved it meanwhile."""
        self._table.execute(
            f"{_MOVE} WHERE id = ? AND cursor = ?", (until, hook.id, hook.cursor)
        )

    def close(self) -> None:
        with self._lock:
            self._table.close()
