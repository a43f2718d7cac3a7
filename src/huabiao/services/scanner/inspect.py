"""
Scanning a live database: its tables, columns, keys, comments and counts.

1. Open it read-only (`connection`).
2. Reflect each schema in bulk: a few catalog queries, however many tables there are.
3. For each table: count or estimate the rows, look at a bounded sample of values, and
   ask `personal` which columns seem to be about citizens. The values are dropped.
4. Sort: the same database always gives the same scan.
"""

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection
from sqlalchemy.engine.reflection import Inspector, ObjectKind

from huabiao.services.scanner import catalog_types, counting, sampling
from huabiao.services.scanner.connection import CannotScan, parse_address, reading
from huabiao.services.scanner.personal import propose
from huabiao.services.scanner.records import (
    ColumnScan,
    DatabaseScan,
    ForeignKeyScan,
    Kind,
    TableScan,
)
from huabiao.services.scanner.standard_types import declared_length, standard_type

Key = tuple[str | None, str]
SAMPLE_ROWS = 200

_SYSTEM_SCHEMAS = {"information_schema", "performance_schema", "mysql", "sys"}


def scan(
    url: str,
    *,
    schemas: Sequence[str] | None = None,
    on_progress: Callable[[str], None] | None = None,
    sample_rows: int = SAMPLE_ROWS,
) -> DatabaseScan:
    """Read the structure of the database at `url`, an SQLAlchemy address.

    `schemas` limits the scan; by default every schema that is not the system's.
    `on_progress` gets `schema.table` before each table is looked at. `sample_rows`
    bounds the values read of each column; 0 judges by names alone.
    Raises CannotScan with a sentence; it never carries a value or the password.
    """
    address = parse_address(url)
    with reading(url) as connection, warnings.catch_warnings():
        # types that SQLAlchemy does not know are read from the catalog below
        warnings.simplefilter("ignore", sa.exc.SAWarning)
        inspector = sa.inspect(connection)
        tables: list[TableScan] = []
        for schema in _chosen_schemas(inspector, schemas):
            seen = _reflect(connection, inspector, schema)
            for key in sorted(seen.columns, key=lambda key: key[1]):
                if key[1] not in seen.kinds:
                    continue
                if on_progress:
                    on_progress(f"{schema}.{key[1]}")
                tables.append(_scan_table(connection, seen, key, sample_rows))
        return DatabaseScan(
            dialect=connection.dialect.name,
            server_version=_version(connection),
            database=_database_name(address),
            tables=sorted(tables, key=lambda table: (table.schema, table.name)),
        )


def _database_name(address: URL) -> str:
    """The database's name; of an SQLite file its name without the folders."""
    name = address.database or ""
    return PurePath(name).name if address.get_backend_name() == "sqlite" else name


def _version(connection: Connection) -> str:
    found = connection.dialect.server_version_info or ()
    if connection.dialect.name == "sqlite":
        found = connection.dialect.dbapi.sqlite_version_info  # type: ignore[union-attr]
    return ".".join(str(part) for part in found)


def _chosen_schemas(inspector: Inspector, wanted: Sequence[str] | None) -> list[str]:
    there = inspector.get_schema_names()
    if wanted is not None:
        missing = sorted(set(wanted) - set(there))
        if missing:
            names = ", ".join(missing)
            raise CannotScan(
                "schema",
                f"库中没有模式 {names}；请核对名称。",
                f"The database has no schema {names}; check the names.",
            )
        return sorted(set(wanted))
    return sorted(
        name
        for name in there
        if name.lower() not in _SYSTEM_SCHEMAS and not name.startswith("pg_")
    )


class Reflected(NamedTuple):
    """What bulk catalog queries say about one schema, by (schema, table)."""

    schema: str
    kinds: dict[str, Kind]
    columns: Mapping[Key, Any]
    keys: Mapping[Key, Any]
    foreign: Mapping[Key, Any]
    unique: Mapping[Key, Any]
    indexes: Mapping[Key, Any]
    comments: Mapping[Key, Any]
    types: catalog_types.Declared


def _reflect(connection: Connection, inspector: Inspector, schema: str) -> Reflected:
    everything: dict[str, Any] = {"schema": schema, "kind": ObjectKind.ANY}
    return Reflected(
        schema,
        _kinds(inspector, schema),
        inspector.get_multi_columns(**everything),
        inspector.get_multi_pk_constraint(**everything),
        inspector.get_multi_foreign_keys(**everything),
        inspector.get_multi_unique_constraints(**everything),
        _indexes(connection, inspector, everything),
        _table_comments(inspector, everything),
        catalog_types.declared(connection, schema),
    )


def _scan_table(
    connection: Connection, seen: Reflected, key: Key, sample_rows: int
) -> TableScan:
    name = key[1]
    comment = (seen.comments.get(key) or {}).get("text") or ""
    primary = seen.keys.get(key) or {}
    plain = [_column(seen.types, name, c, connection) for c in seen.columns[key]]
    values, prompt = sampling.sample(connection, seen.schema, name, plain, sample_rows)
    # what could not show a few rows in time will not count them either
    limit = counting.EXACT_LIMIT if prompt else 0
    rows, exact = counting.count(connection, seen.schema, name, limit)
    return TableScan(
        schema=seen.schema,
        name=name,
        kind=seen.kinds[name],
        comment=comment,
        rows=rows,
        rows_exact=exact,
        primary_key=list(primary.get("constrained_columns") or ()),
        foreign_keys=_foreign_keys(seen.foreign.get(key) or (), seen.schema),
        unique=_unique(seen, key, list(primary.get("constrained_columns") or ())),
        columns=propose(name, comment, plain, values),
    )


def _kinds(inspector: Inspector, schema: str) -> dict[str, Kind]:
    kinds: dict[str, Kind] = {}
    kinds.update(dict.fromkeys(inspector.get_table_names(schema), "table"))
    kinds.update(dict.fromkeys(inspector.get_view_names(schema), "view"))
    try:
        names = inspector.get_materialized_view_names(schema)
    except NotImplementedError:
        names = []
    kinds.update(dict.fromkeys(names, "materialized view"))
    return kinds


def _table_comments(inspector: Inspector, where: dict[str, Any]) -> Mapping[Key, Any]:
    try:
        return inspector.get_multi_table_comment(**where)
    except NotImplementedError:
        return {}


def _column(
    types: catalog_types.Declared,
    table: str,
    column: Mapping[str, Any],
    connection: Connection,
) -> ColumnScan:
    name = str(column["name"])
    declared, base = types.get((table, name)) or catalog_types.compiled(
        column["type"], connection
    )
    letter = standard_type(base)
    return ColumnScan(
        name=name,
        type=declared,
        standard_type=letter,
        length=declared_length(base, letter),
        nullable=bool(column["nullable"]),
        comment=column.get("comment") or "",
        personal=None,
    )


def _indexes(
    connection: Connection, inspector: Inspector, where: dict[str, Any]
) -> Mapping[Key, Any]:
    """Indexes too: SQLAlchemy finds SQLite's inline UNIQUE by a pattern that misses
    `VARCHAR(20) UNIQUE`, while the index that SQLite made for it is always there."""
    if connection.dialect.name == "sqlite":
        return inspector.get_multi_indexes(**where, include_auto_indexes=True)
    return inspector.get_multi_indexes(**where)


def _unique(seen: Reflected, key: Key, primary: list[str]) -> list[list[str]]:
    """Columns that are unique together, by constraint or by a whole unique index."""
    laws = {tuple(law["column_names"]) for law in seen.unique.get(key) or ()}
    for index in seen.indexes.get(key) or ():
        names = index["column_names"]
        partial = any(o.endswith("_where") for o in index.get("dialect_options") or {})
        if index["unique"] and names and None not in names and not partial:
            laws.add(tuple(names))
    laws.discard(tuple(primary))
    return sorted(list(names) for names in laws)


def _foreign_keys(
    found: Iterable[Mapping[str, Any]], schema: str
) -> list[ForeignKeyScan]:
    keys = [
        ForeignKeyScan(
            columns=list(key["constrained_columns"]),
            to_schema=key["referred_schema"] or schema,
            to_table=key["referred_table"],
            to_columns=list(key["referred_columns"]),
        )
        for key in found
    ]
    return sorted(keys, key=lambda key: (key.columns, key.to_schema, key.to_table))
