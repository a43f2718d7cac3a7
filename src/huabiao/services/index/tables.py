"""
The tables of the index, alike on SQLite and on PostgreSQL.

A *step* is one call's place on the chain in one integer: height, then the envelope's
index in its block, then the call's index in its envelope. An envelope's *place* is the
step of its first call, so `step & ENVELOPE` is the place of the envelope and
`step >> HEIGHT_SHIFT` the height. Tables in the order of steps only ever grow at their
end, which is what both databases do fastest.

A *version* is one write of one state key; the newest versions are found through
`records` (main records) and `entries` (everything else). What happened to one record or
by one account, and an envelope by its id, are found through `postings`.

Text is ordered by its UTF-8 bytes: SQLite does so by itself, PostgreSQL by COLLATE "C".
"""

from functools import lru_cache
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

SCHEMA = 4

CALL_BITS = 10
INDEX_BITS = 20
HEIGHT_SHIFT = CALL_BITS + INDEX_BITS
ENVELOPE = -(1 << CALL_BITS)

ACTOR = "@sender"
"""In `fields`: an account that acted on the record; no field can be named so."""


@lru_cache(4_096)
def list_of(contract: str, field: str) -> int:
    """The number of a contract's field in `fields`: eight bytes of a digest, so that
    rows are short and every index numbers alike."""
    digest = sha256(f"list {contract}/{field}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


_NUMBER = BigInteger().with_variant(Integer, "sqlite")
_TEXT = Text().with_variant(Text(collation="C"), "postgresql")
metadata = MetaData()


def _number(name: str, key: bool = False, nullable: bool = False) -> Column[Any]:
    return Column(
        name, _NUMBER, primary_key=key, nullable=nullable, autoincrement=False
    )


def _text(name: str, key: bool = False, nullable: bool = False) -> Column[Any]:
    return Column(name, _TEXT, primary_key=key, nullable=nullable)


def _octets(name: str, key: bool = False, nullable: bool = False) -> Column[Any]:
    return Column(name, LargeBinary, primary_key=key, nullable=nullable)


def _table(name: str, *columns: Any, clustered: bool = False) -> Table:
    """`clustered`: SQLite keeps the rows in the primary key's own tree."""
    return Table(name, metadata, *columns, sqlite_with_rowid=not clustered)


_table("form", _number("one", True), _number("version"))
_table(
    "followed",
    _number("one", True), _text("chain"), _number("height"), _octets("hash"),
)  # fmt: skip
_table(
    "blocks",
    _number("height", True), _number("time"), _octets("hash"), _number("envelopes"),
    _number("refused"), _number("version"),
)  # fmt: skip
_calls = _table(
    "calls",
    _number("step", True), _text("contract"), _text("operation"), _text("key"),
    _text("code"), _text("source", nullable=True), _text("target", nullable=True),
    # What follows stands with the first call of an envelope and is about the whole.
    _octets("id", nullable=True), _octets("sender", nullable=True),
    _number("calls", nullable=True), _number("decided", nullable=True),
    _text("outcome", nullable=True), _text("sentence", nullable=True),
)  # fmt: skip
_REFUSED = text("outcome <> 'ok'")
Index("calls_refused", _calls.c.step,
      sqlite_where=_REFUSED, postgresql_where=_REFUSED)  # fmt: skip
_table(
    "versions",
    _number("version", True), _text("key"), _number("step"),
    _octets("value", nullable=True),
)  # fmt: skip
_table("segments", _number("segment", True))
_table(
    "postings",
    _number("segment", True), _number("term", True), _number("place", True),
    _octets("packed"),
)  # fmt: skip
_records = _table(
    "records",
    _text("contract", True), _text("id", True), _text("state"), _number("revision"),
    _number("version"), clustered=True,
)  # fmt: skip
Index("records_state", _records.c.contract, _records.c.state, _records.c.id)
_table(
    "states",
    _text("contract", True), _text("state", True), _number("records"), clustered=True,
)  # fmt: skip
_table(
    "fields",
    _number("list", True), _octets("value", True), _text("id", True), clustered=True,
)  # fmt: skip
_table("entries", _text("key", True), _number("version"), clustered=True)
_table(
    "events",
    _number("step", True), _number("n", True), _text("contract"), _text("name"),
    _text("key"), _octets("detail"), clustered=True,
)  # fmt: skip
_table("descriptions", _text("contract", True), _text("document"))
_table(
    "topics",
    Column("topic", _NUMBER, primary_key=True, autoincrement=True),
    Column("state_key", _TEXT, nullable=False, unique=True), _text("level"),
    _text("key"), _text("title"), _text("owner"), _text("text"),
)  # fmt: skip
