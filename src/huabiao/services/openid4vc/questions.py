"""
A verifier's questions: asked by one process, answered at a desk, read by the first.

A question is good for ten minutes and one answer; five bad answers end it. An answer,
which is personal data, is erased when it has been read, or an hour after the end by the
next question.
"""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huabiao.services.credentials.strict_json import Object
from huabiao.services.openid4vc.desk_file import DeskFile
from huabiao.services.openid4vc.oauth import OAuthError

SCHEMA = """CREATE TABLE IF NOT EXISTS questions (
    id TEXT PRIMARY KEY, nonce TEXT NOT NULL, state TEXT NOT NULL, query TEXT NOT NULL,
    purpose TEXT, until INTEGER NOT NULL, wrong INTEGER NOT NULL DEFAULT 0,
    answer TEXT) WITHOUT ROWID"""
MOST_WRONG, MOST_OPEN, KEPT_MS, RANDOM_BYTES = 5, 100_000, 3_600_000, 32


@dataclass(frozen=True)
class Question:
    """What is asked, until when; `answer` None: nobody has answered yet."""

    id: str
    nonce: str
    state: str
    query: Object
    purpose: str | None
    until: int
    answer: Any


class Questions:
    """One verifier's questions; a file of SQLite, for several processes."""

    def __init__(self, path: Path) -> None:
        self._file = DeskFile(path, SCHEMA).transaction

    def ask(self, query: Object, purpose: str | None, until: int, now: int) -> str:
        """The id of a new question; ValueError where too many are open."""
        nonce, state = (secrets.token_urlsafe(RANDOM_BYTES) for _ in range(2))
        # Typed after a command, where a word that begins with "-" would be an option.
        name = secrets.token_hex(RANDOM_BYTES)
        with self._file() as file:
            file.execute("DELETE FROM questions WHERE until < ?", (now - KEPT_MS,))
            (count,) = file.execute("SELECT count(*) FROM questions").fetchone()
            if count >= MOST_OPEN:
                raise ValueError("问题过多。 There are too many open questions.")
            row = (name, nonce, state, json.dumps(query), purpose, until)
            file.execute(
                "INSERT INTO questions (id, nonce, state, query, purpose, until)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                row,
            )
        return name

    def open(self, name: str, now: int) -> Question:
        """A question that can still be answered; OAuthError 404."""
        found = self._read(name)
        if found is None or found[1] >= MOST_WRONG or found[0].answer is not None:
            raise OAuthError("invalid_request", "There is no such request", 404)
        if found[0].until <= now:
            raise OAuthError("invalid_request", "The request is over", 404)
        return found[0]

    def _read(self, name: str) -> tuple[Question, int] | None:
        with self._file() as file:
            row = file.execute(
                "SELECT nonce, state, query, purpose, until, answer, wrong"
                " FROM questions WHERE id = ?",
                (name,),
            ).fetchone()
        if row is None:
            return None
        nonce, state, query, purpose, until, answer, wrong = row
        told = None if answer is None else json.loads(answer)
        question = Question(name, nonce, state, json.loads(query), purpose, until, told)
        return question, wrong

    def missed(self, name: str) -> None:
        """Count an answer that was not good."""
        with self._file() as file:
            file.execute("UPDATE questions SET wrong = wrong + 1 WHERE id = ?", (name,))

    def answer(self, name: str, told: Object) -> None:
        """Keep the answer; OAuthError where another came first."""
        with self._file() as file:
            done = file.execute(
                "UPDATE questions SET answer = ? WHERE id = ? AND answer IS NULL",
                (json.dumps(told), name),
            )
            if not done.rowcount:
                raise OAuthError("invalid_request", "The request was answered before")

    def take(self, name: str) -> Question | None:
        """A question as it stands; one that is answered is erased."""
        found = self._read(name)
        if found is not None and found[0].answer is not None:
            with self._file() as file:
                file.execute("DELETE FROM questions WHERE id = ?", (name,))
        return None if found is None else found[0]
