"""
The database of the index: a SQLite file by its path, or PostgreSQL by its URL.

    Database(Path("index.sqlite"))
    Database("postgresql://user:password@host/database")

Statements are written once, with `?` for an argument, in the SQL that both speak.
On PostgreSQL the tables lie in a schema of their own and touch nothing beside it. All
of it can be had from the chain again: tables of another version start over, and a
damaged file is set aside as NAME.damaged.
"""

import functools
import sqlite3
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool
from sqlalchemy.schema import CreateIndex, CreateTable

from huabiao.services.index import tables

Address = Path | str
OWN_SCHEMA = "huabiao_index"
IDLE_READERS, MOST_READERS = 8, 64
LONGEST_READ_S, STEPS_UNWATCHED = 10, 100_000
CONNECT_S = 10
ROWS_A_STATEMENT = 50

WORDS = "CREATE VIRTUAL TABLE words USING fts5 (title, text, tokenize = 'trigram')"
"""SQLite's own index of the directory's texts; PostgreSQL reads the texts through."""

_WRITER = (
    "busy_timeout = 30000", "journal_mode = WAL", "synchronous = NORMAL",
    "wal_autocheckpoint = 4000", "journal_size_limit = 67108864",
    "cache_size = -65536", "temp_store = MEMORY", "secure_delete = FAST",
)  # fmt: skip
_READER = ("query_only = ON", "busy_timeout = 5000")


if sys.version_info < (3, 12):
    # Until then sqlite3 looked for an adapter of each byte string and None, and raised
    # and caught two exceptions where it found none: a twentieth of all following.
    sqlite3.register_adapter(bytes, bytes)
    sqlite3.register_adapter(type(None), {}.get)


class BadAddress(ValueError):
    """The address of the read model cannot be used; the sentence says why."""


class TooSlow(Exception):
    """A question took longer than LONGEST_READ_S; the sentence says what to do."""


class Connection:
    """One connection, for one thread at a time; statements commit by themselves."""

    def __init__(self, opened: Any, is_postgres: bool) -> None:
        self._opened, self.is_postgres = opened, is_postgres

    def close(self) -> None:
        self._opened.close()

    def execute(self, statement: str, arguments: Sequence[Any] = ()) -> Any:
        """A cursor with the rows."""
        cursor = self._opened.cursor()
        cursor.execute(self._written(statement), arguments)
        return cursor

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        self._opened.cursor().executemany(self._written(statement), list(rows))

    def append(
        self, table: str, rows: Sequence[Sequence[Any]], conflict: str = ""
    ) -> None:
        """Whole rows into a table; ON CONFLICT what happens to those that are there."""
        if not rows:
            return
        cursor = self._opened.cursor()
        if self.is_postgres and not conflict:
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        places = f"({', '.join('?' * len(rows[0]))})"
        begin, end = f"INSERT INTO {table} VALUES ", f" {conflict}" * bool(conflict)
        whole = 0 if self.is_postgres else len(rows) - len(rows) % ROWS_A_STATEMENT
        # For each statement Python's lock is let go of and the arguments are bound
        # anew: many rows in one are a third cheaper.
        many = f"{begin}{', '.join([places] * ROWS_A_STATEMENT)}{end}"
        for start in range(0, whole, ROWS_A_STATEMENT):
            some = rows[start : start + ROWS_A_STATEMENT]
            cursor.execute(many, tuple(chain.from_iterable(some)))
        if whole < len(rows):
            one = self._written(f"{begin}{places}{end}")
            cursor.executemany(one, rows[whole:])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing."""
        self.execute("BEGIN" if self.is_postgres else "BEGIN IMMEDIATE")
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            with suppress(Exception):  # a connection that is gone has nothing to undo
                self.execute("ROLLBACK")
            raise

    def _written(self, statement: str) -> str:
        return _for_postgres(statement) if self.is_postgres else statement


@functools.lru_cache(512)
def _for_postgres(statement: str) -> str:
    return statement.replace("%", "%%").replace("?", "%s")


class Database:
    """Readers from a pool, and one writer. Thread safe."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._engine = _engine_of(address, _READER)
        self.errors: tuple[type[Exception], ...] = (self._engine.dialect.dbapi.Error,)
        self.is_postgres = self._engine.dialect.name == "postgresql"
        self.name = (
            address.name if isinstance(address, Path)
            else self._engine.url.render_as_string(hide_password=True)
        )  # fmt: skip

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that no other thread holds meanwhile."""
        opened = self._engine.raw_connection()
        if not self.is_postgres:  # PostgreSQL watches by its own clock
            end = time.monotonic() + LONGEST_READ_S
            opened.set_progress_handler(lambda: time.monotonic() > end, STEPS_UNWATCHED)
        try:
            yield Connection(opened, self.is_postgres)
        except self.errors as error:
            if "interrupted" in str(error) or "statement timeout" in str(error):
                raise TooSlow(
                    "查询太久，已停止；请缩小范围。"
                    " The question took too long and was stopped: ask for less."
                ) from None
            raise
        finally:
            opened.close()

    def open_writer(self) -> Connection:
        """The connection that writes, with the tables of this version behind it."""
        if not isinstance(self.address, Path):
            return self._open()
        self.address.parent.mkdir(parents=True, exist_ok=True)
        try:
            return self._open()
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            set_aside(self.address)
            return self._open()

    def _open(self) -> Connection:
        engine = _engine_of(self.address, _WRITER)
        opened = engine.raw_connection()
        opened.detach()  # its own from now on: closed when the writer is
        writer = Connection(opened, self.is_postgres)
        try:
            if self._form(writer) != tables.SCHEMA:
                self.rebuild(writer)
            writer.execute("SELECT height FROM followed").fetchone()
        except BaseException:
            opened.close()
            raise
        return writer

    def _form(self, writer: Connection) -> int:
        """The version of the tables that are there; 0 of none."""
        there = (
            "SELECT count(*) FROM pg_tables WHERE schemaname = ? AND tablename = 'form'"
            if self.is_postgres
            else "SELECT count(*) FROM sqlite_schema WHERE ? <> '' AND name = 'form'"
        )
        if not writer.execute(there, (OWN_SCHEMA,)).fetchone()[0]:
            return 0
        row = writer.execute("SELECT version FROM form").fetchone()
        return int(row[0]) if row else 0

    def rebuild(self, writer: Connection) -> None:
        """Empty every table, in one transaction."""
        dialect = self._engine.dialect
        with writer.transaction():
            _drop_all(writer)
            for table in tables.metadata.sorted_tables:
                writer.execute(str(CreateTable(table).compile(dialect=dialect)))
                for index in sorted(table.indexes, key=lambda each: str(each.name)):
                    if index.info.get("dialect", dialect.name) != dialect.name:
                        continue
                    writer.execute(str(CreateIndex(index).compile(dialect=dialect)))
            if not self.is_postgres:
                writer.execute(WORDS)
            writer.execute("INSERT INTO form VALUES (1, ?)", (tables.SCHEMA,))

    def close(self) -> None:
        self._engine.dispose()


def _drop_all(writer: Connection) -> None:
    if writer.is_postgres:
        writer.execute(f"DROP SCHEMA IF EXISTS {OWN_SCHEMA} CASCADE")
        writer.execute(f"CREATE SCHEMA {OWN_SCHEMA}")
        return
    names = writer.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table'"
        " AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'words_%'"
    ).fetchall()
    for (name,) in names:
        writer.execute(f'DROP TABLE "{name}"')


def set_aside(path: Path) -> None:
    """Rename a damaged file and drop the journals that belong to it."""
    path.replace(path.with_name(path.name + ".damaged"))
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _engine_of(address: Address, pragmas: Sequence[str]) -> Engine:
    options: dict[str, Any] = {
        "isolation_level": "AUTOCOMMIT",
        "pool_size": IDLE_READERS,
        "max_overflow": MOST_READERS,
    }
    if isinstance(address, Path):
        opening = functools.partial(_open_file, address, pragmas)
        return create_engine(
            "sqlite://", creator=opening, poolclass=QueuePool, **options
        )
    settings = f"-c search_path={OWN_SCHEMA} -c synchronous_commit=off"
    if pragmas is _READER:
        settings += f" -c statement_timeout={int(LONGEST_READ_S * 1000)}ms"
    return create_engine(
        _postgres_url(address),
        pool_pre_ping=True,
        connect_args={"options": settings, "connect_timeout": CONNECT_S},
        **options,
    )


def _open_file(path: Path, pragmas: Sequence[str]) -> sqlite3.Connection:
    opened = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        for setting in pragmas:
            opened.execute(f"PRAGMA {setting}")
    except BaseException:
        opened.close()
        raise
    return opened


def _postgres_url(address: str) -> URL:
    """The address with the driver that we have; BadAddress."""
    try:
        url = make_url(address)
    except ArgumentError:
        url = None
    if url is None or url.get_backend_name() not in ("postgresql", "postgres"):
        # The address may hold a password: it is not repeated.
        raise BadAddress(
            "读模型的地址应为 postgresql://用户:口令@主机/库。"
            " The read model's address is postgresql://user:password@host/database."
        )
    return url.set(drivername="postgresql+psycopg")
