"""
From a scan to the directory: calls that register tables, report drift and accept it.

A table's key in the directory is `<database>.<schema>.<table>`. Its structure is kept
on chain as JSON text in pieces, so that any later scan, on any machine, is held against
what was registered.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from huabiao.client.signing import call
from huabiao.codec import decode
from huabiao.crypto.envelope import Call
from huabiao.services.scanner.drift import Drift, compare, structure
from huabiao.services.scanner.records import ColumnScan, DatabaseScan, TableScan

PIECE = 50_000
PAGE = 1_000
MOST_CHANGES = 200
Digest = Callable[[bytes], bytes]
Read = Callable[[str], bytes | None]


def table_key(database: str, schema: str, name: str) -> str:
    """The key of a table in the directory."""
    return f"{database}.{schema}.{name}"[:200]


def register_calls(
    scan: DatabaseScan, table: TableScan, catalog: str, system: str, digest: Digest
) -> list[Call]:
    """Register a table on a catalog and in a system, further pages of it after."""
    key = table_key(scan.database, table.schema, table.name)
    pages = _pages(table)
    first = call(
        "directory", "register_table", key,
        catalog=catalog,
        system=system,
        database=scan.database,
        schema_name=table.schema,
        table_name=table.name,
        kind=table.kind,
        rows=table.rows,
        structure=structure_digest(table, digest),
        columns=pages[0],
        document=_document(table),
        comment=table.comment[:4_000],
    )  # fmt: skip
    more = [call("directory", "extend_table", key, columns=page) for page in pages[1:]]
    return [first, *more]


def drift_calls(
    scan: DatabaseScan, system: str, registered: Mapping[str, str], digest: Digest
) -> tuple[list[Call], list[Drift]]:
    """
    Report how a database differs from the directory, and what no longer differs.

    `registered` are the structures on chain by table key, of this database.
    """
    before = [json.loads(text) for text in registered.values()]
    drifts = [each for each in compare(before, scan) if each.kind != "rows changed"]
    by_table: dict[str, list[Drift]] = {key: [] for key in registered}
    for each in drifts:
        key = table_key(scan.database, each.schema, each.table)
        by_table.setdefault(key, []).append(each)
    live = {table_key(scan.database, t.schema, t.name): t for t in scan.tables}
    calls = []
    for key, found in sorted(by_table.items()):
        table = live.get(key)
        shape = structure_digest(table, digest) if table else bytes(32)
        changes = [_change(each) for each in found[:MOST_CHANGES]]
        calls.append(
            call(
                "directory",
                "report_drift",
                key,
                system=system,
                changes=changes,
                structure=shape,
            )  # fmt: skip
        )
    return calls, drifts


def accept_call(scan: DatabaseScan, table: TableScan, digest: Digest) -> Call:
    """Accept the structure that a table has now."""
    return call(
        "directory", "accept_drift",
        table_key(scan.database, table.schema, table.name),
        rows=table.rows,
        structure=structure_digest(table, digest),
        columns=_pages(table)[0],
        document=_document(table),
    )  # fmt: skip


def registered_structures(keys: list[str], read: Read) -> dict[str, str]:
    """The structures that the directory holds, as JSON text, by table key."""
    found = {}
    for key in keys:
        pieces = []
        while (stored := read(f"directory/structures/{key}#{len(pieces)}")) is not None:
            pieces.append(decode(stored)[0])
        text = "".join(pieces)
        # A structure that became shorter leaves pieces of the older one behind it.
        if text:
            end = json.JSONDecoder().raw_decode(text)[1]
            found[key] = text[:end]
    return found


def structure_digest(table: TableScan, digest: Digest) -> bytes:
    """What stands for a table's structure on chain."""
    return digest(_text(table).encode())


def _text(table: TableScan) -> str:
    return json.dumps(structure(table), ensure_ascii=False, sort_keys=True)


def _document(table: TableScan) -> list[str]:
    text = _text(table)
    return [text[start : start + PIECE] for start in range(0, len(text), PIECE)]


def _pages(table: TableScan) -> list[list[list[Any]]]:
    columns = [_column(column) for column in table.columns]
    starts = range(0, max(len(columns), 1), PAGE)
    return [columns[start : start + PAGE] for start in starts]


def _column(column: ColumnScan) -> list[Any]:
    personal = (
        f"{column.personal.kind}/{column.personal.grade}" if column.personal else ""
    )
    return [
        column.name, column.type, column.standard_type, column.nullable,
        column.comment[:4_000], personal,
    ]  # fmt: skip


def _change(drift: Drift) -> list[str]:
    return [
        drift.kind, drift.column or "", (drift.before or "")[:1_000],
        (drift.after or "")[:1_000], drift.sentence[:2_000],
    ]  # fmt: skip
