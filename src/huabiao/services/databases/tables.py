"""
What a demo table is made of, and how it gets into PostgreSQL.

A table is described once: columns with their Chinese comments, keys, and either rows
of Python values or the bytes of a CSV file. From that come CREATE TABLE, COPY and
COMMENT ON. Identifiers go through `psycopg.sql`, never through string formatting.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
import psycopg
from psycopg import sql

Rows = Callable[[], Iterable[Sequence[Any]]]
Csv = Callable[[], Iterable[bytes]]


class Column(msgspec.Struct, frozen=True):
    """One column: `type` is PostgreSQL's, with NOT NULL where it belongs."""

    name: str
    type: str
    comment: str


class Table(msgspec.Struct, frozen=True):
    """One table. `laws` are constraints as SQL. Exactly one of `rows`, `csv` is set.

    A CSV has a header and writes a missing value as `NA`, as the R packages do.
    Columns that the database fills itself (identity) are not in the input.
    """

    name: str
    comment: str
    columns: tuple[Column, ...]
    laws: tuple[str, ...] = ()
    rows: Rows | None = None
    csv: Csv | None = None


class View(msgspec.Struct, frozen=True):
    """A view or a materialized view over the tables of the same database."""

    name: str
    comment: str
    select: str
    materialized: bool = False


def create(connection: psycopg.Connection[Any], table: Table) -> int:
    """Create, fill and comment a table; returns the number of rows."""
    parts: list[sql.Composable] = [
        sql.SQL("{} {}").format(sql.Identifier(c.name), _raw(c.type))
        for c in table.columns
    ]
    parts += [_raw(law) for law in table.laws]
    name = sql.Identifier(table.name)
    connection.execute(
        sql.SQL("CREATE TABLE {} ({})").format(name, sql.SQL(", ").join(parts))
    )
    rows = _fill(connection, table)
    _comment(connection, "TABLE", [table.name], table.comment)
    for column in table.columns:
        _comment(connection, "COLUMN", [table.name, column.name], column.comment)
    return rows


def create_view(connection: psycopg.Connection[Any], view: View) -> None:
    """Create and comment a view."""
    kind = "MATERIALIZED VIEW" if view.materialized else "VIEW"
    connection.execute(
        sql.SQL("CREATE {} {} AS {}").format(
            _raw(kind), sql.Identifier(view.name), _raw(view.select)
        )
    )
    _comment(connection, kind, [view.name], view.comment)


def _fill(connection: psycopg.Connection[Any], table: Table) -> int:
    given = [c for c in table.columns if "GENERATED" not in c.type]
    copy = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name),
        sql.SQL(", ").join(sql.Identifier(c.name) for c in given),
    )
    cursor = connection.cursor()
    if table.csv is not None:
        options = sql.SQL(" (FORMAT csv, HEADER true, NULL 'NA')")
        with cursor.copy(copy + options) as stream:
            for chunk in table.csv():
                stream.write(chunk)
    elif table.rows is not None:
        with cursor.copy(copy) as stream:
            for row in table.rows():
                stream.write_row(row)
    return cursor.rowcount


def _comment(
    connection: psycopg.Connection[Any], kind: str, path: list[str], text: str
) -> None:
    connection.execute(
        sql.SQL("COMMENT ON {} {} IS {}").format(
            _raw(kind), sql.Identifier(*path), sql.Literal(text)
        )
    )


def _raw(text: str) -> sql.SQL:
    """SQL that this package itself wrote; nothing from outside comes here."""
    return sql.SQL(text)
