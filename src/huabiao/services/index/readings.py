"""
Readings: the questions as methods, each on a connection that no other thread holds.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from huabiao.services.index import envelopes, events, listing, questions
from huabiao.services.index.actors import acted_on, actors_of
from huabiao.services.index.database import Address, Connection, Database
from huabiao.services.index.events import NEWEST, Place, Sought
from huabiao.services.index.kinship import MOST_KIN, descendants
from huabiao.services.index.layouts import Layouts
from huabiao.services.index.listing import Wanted
from huabiao.services.index.topics import find_topics
from huabiao.services.index.uses import uses

ALL = Wanted()


class Readings:
    """The reading half of `Index`. Thread safe; sees whole batches of blocks only."""

    def __init__(self, address: Address) -> None:
        self.database = Database(address)
        self._layouts = Layouts({})

    def locate(self, envelope: str) -> tuple[int, int] | None:
        """(height, index) of an envelope, by its id or 16 and more hex digits of it."""
        with self._reading() as connection:
            return envelopes.locate(connection, envelope)

    def history(
        self, contract: str, key: str, limit: int = 200
    ) -> list[dict[str, Any]]:
        """Who did what to a record, refused attempts too, oldest first.

        `key` is a record's id, or "part/key" of a registry's entry.
        """
        with self._reading() as connection:
            return questions.history(connection, contract, key, limit)

    def records(self, contract: str, wanted: Wanted = ALL) -> list[dict[str, Any]]:
        """Main records, see `listing`; raises NotIndexed and BadCursor. Each has id,
        state, revision, height and time of its last change, its stored value, and the
        cursor that a page after it begins with."""
        with self._reading() as connection:
            return listing.records(connection, self._layouts, contract, wanted)

    def descendants(
        self, contract: str, field: str, key: str, limit: int = MOST_KIN
    ) -> list[str]:
        """Ids of the records that name this one in a field, and of those that name
        these, down to the last, sorted; raises NotIndexed."""
        with self._reading() as connection:
            return descendants(connection, self._layouts, contract, field, key, limit)

    def counts(self, contract: str) -> dict[str, int]:
        """How many records stand in each state."""
        with self._reading() as connection:
            return questions.counts(connection, contract)

    def all_counts(self) -> dict[str, dict[str, int]]:
        """The same of every contract that has records, by its name."""
        with self._reading() as connection:
            return questions.all_counts(connection)

    def acted_on(self, contract: str, account: bytes, ids: Sequence[str]) -> set[str]:
        """Those of some keys on which an account acted, see `actors`."""
        with self._reading() as connection:
            return acted_on(connection, contract, account, ids)

    def actors(
        self, contract: str, after: bytes = b"", limit: int = 50, backward: bool = False
    ) -> list[bytes]:
        """Accounts that acted on records of a contract, in their order."""
        with self._reading() as connection:
            return actors_of(connection, contract, after, limit, backward)

    def entries(
        self,
        contract: str,
        part: str,
        prefix: str = "",
        after: str = "",
        limit: int = 50,
        backward: bool = False,
    ) -> list[tuple[str, bytes]]:
        """Keys and newest values of a registry, in the order of keys."""
        with self._reading() as connection:
            return questions.entries(
                connection, contract, part, prefix, after, limit, backward
            )

    def value_at(self, key: str, height: int) -> bytes | None:
        """What a full state key held after a block, by the receipts."""
        with self._reading() as connection:
            return questions.value_at(connection, key, height)

    def time_of(self, height: int) -> int:
        """A block's time in UTC milliseconds; 0 if it is not here."""
        with self._reading() as connection:
            return questions.time_of(connection, height)

    def height_at(self, time: int) -> int:
        """The newest block that is not after a time; 0 before the first."""
        with self._reading() as connection:
            return questions.height_at(connection, time)

    def latest(
        self,
        limit: int = 50,
        before: tuple[int, int] | None = None,
        refused: bool = False,
    ) -> list[dict[str, Any]]:
        """The newest envelopes, newest first, of the refused or of all; the page after
        one is `before` the height and index of its last."""
        with self._reading() as connection:
            return envelopes.newest(connection, limit, before, refused)

    def account_history(
        self, account: bytes, limit: int = 50, before: tuple[int, int] | None = None
    ) -> list[dict[str, Any]]:
        """The newest envelopes that an account sent, newest first; the page after one
        is `before` the height and index of its last."""
        with self._reading() as connection:
            return envelopes.sent_by(connection, account, limit, before)

    def acts_of(
        self, account: bytes, contract: str, operation: str, among: int
    ) -> list[dict[str, Any]]:
        """The accepted ones of one kind among an account's newest envelopes, newest
        first; the kind is that of an envelope's first call."""
        with self._reading() as connection:
            return envelopes.acts_of(connection, account, contract, operation, among)

    def calls_of(
        self, places: Sequence[tuple[int, int]]
    ) -> list[list[tuple[str, str]]]:
        """Contract and key of every call of some envelopes, each by height and index.
        A key that no record has may be cut at LONGEST_NAME."""
        with self._reading() as connection:
            return envelopes.calls_of(connection, places)

    def events(self, after: tuple[int, int], limit: int = 50) -> list[dict[str, Any]]:
        """Events after a position, (step, number within the step), in their order."""
        with self._reading() as connection:
            return events.events_after(connection, after, limit)

    def events_before(
        self, sought: Sought, before: Place = NEWEST, limit: int = 50
    ) -> tuple[list[dict[str, Any]], Place | None]:
        """The newest events of a kind before a position, newest first, and the position
        before which there may be more; None where the beginning is reached."""
        with self._reading() as connection:
            return events.events_before(connection, sought, before, limit)

    def search(self, text: str, limit: int = 30) -> list[dict[str, Any]]:
        """Directory entries with these words: level, key, title, snippet, owner."""
        with self._reading() as connection:
            return find_topics(connection, text, questions.bounded(limit))

    def uses(self, receipts: Iterable[str]) -> list[dict[str, Any]]:
        """Who read the data about the person behind a subject tag, oldest first."""
        with self._reading() as connection:
            return uses(connection, self._layouts, receipts)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """A connection that no other thread holds meanwhile."""
        with self.database.reading() as connection:
            yield connection
