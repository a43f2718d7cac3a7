"""
From a scan to the chain: calls that register tables, report drift and answer it.

A table's key in the library is `<database>.<schema>.<table>`, or where such a key
cannot be written, the database and a digest. What is registered is read back from the
chain, so that any later scan, on any machine, is held against it.

    register_calls   one envelope: the table with its first columns, then further pages
    drift_calls      one call a table that differs, or no longer differs
    accept_calls     one envelope: the new structure, then the alert's acceptance
"""

import secrets
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any

import msgspec

from huabiao.client.signing import call
from huabiao.codec import decode, encode
from huabiao.crypto.envelope import Call
from huabiao.services.scanner.drift import Drift, compare, structure
from huabiao.services.scanner.records import ColumnScan, DatabaseScan, TableScan

LONGEST_KEY = 150
LONGEST_TEXT = 4_000
MOST_IN_A_PAGE, LARGEST_PAGE = 250, 100_000
MOST_CHANGES = 200
GONE = bytes(32)

Digest = Callable[[bytes], bytes]
Read = Callable[[str], bytes | None]
Plain = dict[str, Any]


def table_key(database: str, schema: str, name: str) -> str:
    """The key of a table in the library."""
    key = f"{database}.{schema}.{name}"
    if len(key) <= LONGEST_KEY and key.isprintable() and key == key.strip():
        return key
    mark = sha256(encode([database, schema, name])).hexdigest()[:20]
    return f"{_front(database)}.{mark}"


def key_prefixes(database: str) -> list[str]:
    """With which every key of a database's tables begins, one or the other."""
    return list(dict.fromkeys([f"{database}."[:LONGEST_KEY], f"{_front(database)}."]))


def _front(database: str) -> str:
    return "".join(c for c in database if c.isalnum())[:40]


def register_calls(
    scan: DatabaseScan, table: TableScan, catalog: str, system: str, digest: Digest
) -> list[Call]:
    """Register a table on a catalog and in a system, further pages of it after."""
    key = table_key(scan.database, table.schema, table.name)
    first, *more = _pages([_column(column, None) for column in table.columns])
    found = call(
        "library", "register_table", key,
        catalog=catalog, system=system,
        structure=_structure(scan, table, digest), columns=first,
    )  # fmt: skip
    return [found, *_extend(key, more)]


def drift_calls(
    scan: DatabaseScan, system: str, known: Iterable[str], read: Read, digest: Digest
) -> tuple[list[Call], list[Drift]]:
    """
    Report how a database differs from the library, and what no longer differs.

    `known` are the keys of all tables of this system and database that the library or
    a standing alert names; `read` reads the chain's state.
    """
    live = {table_key(scan.database, t.schema, t.name): t for t in scan.tables}
    before = {key: registered_structure(key, read) for key in known}
    drifts = compare([each for each in before.values() if each], _cut(scan))
    by_table: dict[str, list[Any]] = {}
    for each in drifts:
        key = table_key(scan.database, each.schema, each.table)
        by_table.setdefault(key, []).append(_change(each))
    calls = []
    for key in sorted({*live, *before}):
        table, stored = live.get(key), _stored(f"library/tables/{key}", read)
        registered = stored[3][10] if stored else GONE
        seen = structure_digest(table, digest) if table else GONE
        alert = standing_alert(key, read)
        if seen == registered:
            if alert:
                calls.append(call("drift", "confirm", alert, structure=seen))
            continue
        facts: Plain = {"changes": by_table[key][:MOST_CHANGES], "structure": seen}
        if alert:
            calls.append(call("drift", "see_again", alert, **facts))
        else:
            new = f"{key}@{secrets.token_hex(4)}"
            facts |= {"table": key, "system": system}
            calls.append(call("drift", "report", new, **facts))
    return calls, drifts


def accept_calls(
    scan: DatabaseScan,
    key: str,
    read: Read,
    digest: Digest,
    catalog: str = "",
    system: str = "",
) -> list[Call]:
    """
    The owner's act that accepts a table's drift, for one envelope: the library takes
    the structure that the scan saw, then the alert is answered.

    A table that is gone is retired; one that is new is registered on `catalog` in
    `system`. LookupError if no alert stands for the table.
    """
    alert = standing_alert(key, read)
    if alert is None:
        raise LookupError(f"表“{key}”没有待处理的告警。 No alert stands for {key!r}.")
    done = call("drift", "accept", alert)
    table = next(
        (t for t in scan.tables if table_key(scan.database, t.schema, t.name) == key),
        None,
    )
    if table is None:
        return [call("library", "retire_table", key), done]
    if _stored(f"library/tables/{key}", read) is None:
        return [*register_calls(scan, table, catalog, system, digest), done]
    decided = {column[0]: column for column in registered_columns(key, read)}
    columns = [_column(column, decided.get(column.name)) for column in table.columns]
    first, *more = _pages(columns)
    shape = _structure(scan, table, digest)
    revise = call("library", "revise_table", key, structure=shape, columns=first)
    return [revise, *_extend(key, more), done]


def registered_structure(key: str, read: Read) -> Plain | None:
    """A table's structure as the library holds it, in the form of `drift.structure`."""
    stored = _stored(f"library/tables/{key}", read)
    if stored is None:
        return None
    _, schema, name, kind, comment, primary, foreign, unique = stored[3][:8]
    names = ("columns", "to_schema", "to_table", "to_columns")
    columns = registered_columns(key, read)
    return {
        "schema": schema,
        "name": name,
        "kind": kind,
        "comment": comment,
        "primary_key": primary,
        "foreign_keys": [dict(zip(names, each, strict=True)) for each in foreign],
        "unique": unique,
        "columns": [dict(zip(_COLUMN, each, strict=False)) for each in columns],
    }


_COLUMN = ("name", "type", "standard_type", "length", "nullable", "comment")


def registered_columns(key: str, read: Read) -> list[list[Any]]:
    """A table's columns as the library stores them, all pages."""
    stored = _stored(f"library/tables/{key}", read)
    found = []
    for page in range(stored[5] if stored else 0):
        found += _stored(f"library/columns/{key}#{page}", read)[0]
    return found


def standing_alert(key: str, read: Read) -> str | None:
    """The id of the alert that stands for a table now."""
    stored = _stored(f"drift/current/{key}", read)
    return None if stored is None else str(stored[0])


def structure_digest(table: TableScan, digest: Digest) -> bytes:
    """What stands for a table's structure on chain; see platform/library.py."""
    s = structure(_cut_table(table))
    foreign = [[*each.values()] for each in s["foreign_keys"]]
    columns = [[column[name] for name in _COLUMN] for column in s["columns"]]
    found = [
        s["schema"], s["name"], s["kind"], s["comment"], s["primary_key"], foreign,
        s["unique"], columns,
    ]  # fmt: skip
    return digest(encode(found))


def _structure(scan: DatabaseScan, table: TableScan, digest: Digest) -> list[Any]:
    """The library's Structure, in its stored form."""
    s = structure(_cut_table(table))
    foreign = [[*each.values()] for each in s["foreign_keys"]]
    return [
        scan.database, s["schema"], s["name"], s["kind"], s["comment"],
        s["primary_key"], foreign, s["unique"], table.rows, len(table.columns),
        structure_digest(table, digest),
    ]  # fmt: skip


def _column(column: ColumnScan, decided: list[Any] | None) -> list[Any]:
    """The library's Column; what its owner decided before goes on to hold."""
    if decided is not None:
        about = decided[6:9]
    elif column.personal is not None:
        about = [column.personal.kind, column.personal.grade, ""]
    else:
        about = ["none", "none", ""]
    return [
        column.name, column.type, column.standard_type, column.length,
        column.nullable, column.comment[:LONGEST_TEXT], *about,
    ]  # fmt: skip


def _pages(columns: list[list[Any]]) -> list[list[list[Any]]]:
    """Pages that the library takes: up to 250 columns, and far from too large."""
    pages: list[list[list[Any]]] = [[]]
    size = 0
    for column in columns:
        width = len(encode(column))
        if len(pages[-1]) == MOST_IN_A_PAGE or (pages[-1] and size > LARGEST_PAGE):
            pages.append([])
            size = 0
        pages[-1].append(column)
        size += width
    return pages


def _extend(key: str, pages: list[list[list[Any]]]) -> list[Call]:
    return [call("library", "extend_table", key, columns=page) for page in pages]


def _cut(scan: DatabaseScan) -> DatabaseScan:
    tables = [_cut_table(table) for table in scan.tables]
    return msgspec.structs.replace(scan, tables=tables)


def _cut_table(table: TableScan) -> TableScan:
    """The table with its comments as long as the chain keeps them."""
    columns = [
        msgspec.structs.replace(column, comment=column.comment[:LONGEST_TEXT])
        for column in table.columns
    ]
    comment = table.comment[:LONGEST_TEXT]
    return msgspec.structs.replace(table, comment=comment, columns=columns)


def _change(drift: Drift) -> list[str]:
    return [
        drift.kind, drift.column or "", (drift.before or "")[:1_000],
        (drift.after or "")[:1_000], drift.severity, drift.sentence[:2_000],
    ]  # fmt: skip


def _stored(key: str, read: Read) -> Any:
    stored = read(key)
    return None if stored is None else decode(stored)
