"""
The tables of the index, and what makes a file fit for use.

A *step* is one call's place on the chain in one integer: height, then the envelope's
index in its block, then the call's index in its envelope. An envelope's *place* is the
step of its first call, so `step & ENVELOPE` is the place of the envelope and
`step >> HEIGHT_SHIFT` the height. Tables in the order of steps only ever grow at their
end, which is what SQLite does fastest.

A *version* is one write of one state key; the newest versions are found through
`records` (main records) and `entries` (everything else).
"""

import sqlite3
from pathlib import Path

SCHEMA = 1
APPLICATION = 0x48756269  # "Hubi"

CALL_BITS = 10
INDEX_BITS = 20
HEIGHT_SHIFT = CALL_BITS + INDEX_BITS
ENVELOPE = -(1 << CALL_BITS)

ACTOR = "@sender"
"""In `fields`: an account that acted on the record; no field can be named so."""

CHAIN_TABLES = """
CREATE TABLE followed (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    chain TEXT NOT NULL, height INTEGER NOT NULL, hash BLOB NOT NULL
);
CREATE TABLE blocks (
    height INTEGER PRIMARY KEY, time INTEGER NOT NULL, hash BLOB NOT NULL,
    envelopes INTEGER NOT NULL, refused INTEGER NOT NULL
);
CREATE TABLE envelopes (
    place INTEGER PRIMARY KEY, id BLOB NOT NULL, sender BLOB NOT NULL,
    calls INTEGER NOT NULL, decided INTEGER NOT NULL,
    code TEXT NOT NULL, sentence TEXT NOT NULL
);
CREATE INDEX envelopes_sender ON envelopes (sender);
CREATE INDEX envelopes_refused ON envelopes (place) WHERE code <> 'ok';
CREATE TABLE ids (
    prefix INTEGER NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (prefix, place)
) WITHOUT ROWID;
CREATE TABLE calls (
    step INTEGER PRIMARY KEY, contract TEXT NOT NULL, operation TEXT NOT NULL,
    key TEXT NOT NULL, code TEXT NOT NULL, source TEXT, target TEXT
);
CREATE INDEX calls_key ON calls (contract, key) WHERE key <> '';
CREATE TABLE versions (
    version INTEGER PRIMARY KEY, key TEXT NOT NULL, step INTEGER NOT NULL, value BLOB
);
CREATE INDEX versions_key ON versions (key, step);
CREATE TABLE records (
    contract TEXT NOT NULL, id TEXT NOT NULL, state TEXT NOT NULL,
    revision INTEGER NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (contract, id)
) WITHOUT ROWID;
CREATE INDEX records_state ON records (contract, state, id);
CREATE TABLE states (
    contract TEXT NOT NULL, state TEXT NOT NULL, records INTEGER NOT NULL,
    PRIMARY KEY (contract, state)
) WITHOUT ROWID;
CREATE TABLE fields (
    contract TEXT NOT NULL, field TEXT NOT NULL, value, id TEXT NOT NULL,
    PRIMARY KEY (contract, field, value, id)
) WITHOUT ROWID;
CREATE TABLE entries (key TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE events (
    contract TEXT NOT NULL, name TEXT NOT NULL, step INTEGER NOT NULL,
    n INTEGER NOT NULL, key TEXT NOT NULL, detail BLOB NOT NULL,
    PRIMARY KEY (contract, name, step, n)
) WITHOUT ROWID;
CREATE TABLE descriptions (contract TEXT PRIMARY KEY, document TEXT NOT NULL);
CREATE TABLE topics (
    topic INTEGER PRIMARY KEY, state_key TEXT NOT NULL UNIQUE, level TEXT NOT NULL,
    key TEXT NOT NULL, title TEXT NOT NULL, owner TEXT NOT NULL, text TEXT NOT NULL
);
CREATE VIRTUAL TABLE words USING fts5 (title, text, tokenize = 'trigram');
"""


def open_writer(path: Path) -> sqlite3.Connection:
    """Open or create the file, with the tables of this schema in it.

    All of it can be had from the chain again: a file of another schema version starts
    over, and a damaged one is set aside as NAME.damaged.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _open(path)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        set_aside(path)
        return _open(path)


def set_aside(path: Path) -> None:
    """Rename a damaged file and drop the journals that belong to it."""
    path.replace(path.with_name(path.name + ".damaged"))
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def open_reader(path: Path) -> sqlite3.Connection:
    """A connection that can only read; any one thread at a time may use it."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA busy_timeout = 5000")
    return connection


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        for setting in (
            "busy_timeout = 30000",
            "journal_mode = WAL",
            "synchronous = NORMAL",
            "wal_autocheckpoint = 4000",
            "journal_size_limit = 67108864",
            "cache_size = -65536",
            "temp_store = MEMORY",
        ):
            connection.execute(f"PRAGMA {setting}")
        if pragma(connection, "user_version") != SCHEMA:
            rebuild(connection)
        connection.execute("SELECT height FROM followed").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def rebuild(connection: sqlite3.Connection) -> None:
    """Empty every table that comes from the chain, in one transaction."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        names = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table'"
            " AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'words_%'"
        ).fetchall()
        for (name,) in names:
            connection.execute(f'DROP TABLE "{name}"')
        for statement in CHAIN_TABLES.split(";\n"):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {SCHEMA}")
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def pragma(connection: sqlite3.Connection, name: str) -> int:
    """The value of a whole-number setting."""
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])
