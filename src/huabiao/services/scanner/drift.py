"""
What changed between the directory and the live database.

`structure` reduces a table to plain, canonical data without row counts: what the
directory registers and what its digest is made of. `compare` holds the registered
structures against a scan. The two agree exactly when `compare` finds no drift other
than that of row counts.

An alert is drift that breaks what somebody relies on, or that nobody has declared; a
notice only informs.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

import msgspec

from huabiao.services.scanner.drift_sentences import sentence
from huabiao.services.scanner.records import DatabaseScan, TableScan

Severity = Literal["alert", "notice"]
Plain = dict[str, Any]
Registered = TableScan | Mapping[str, Any]

NOTICES = frozenset({"comment changed", "columns reordered", "rows changed"})


class Drift(msgspec.Struct, frozen=True):
    """One difference. `before` and `after` are text: a type, yes/no, or JSON lists."""

    kind: str
    schema: str
    table: str
    column: str | None
    before: str | None
    after: str | None
    severity: Severity
    zh: str
    en: str

    @property
    def sentence(self) -> str:
        """Both languages, Chinese first."""
        return f"{self.zh} {self.en}"


def structure(table: Registered) -> Plain:
    """A table as plain data, the same for the same structure. No rows, no proposals.

    Keys: schema, name, kind, comment, primary_key, foreign_keys, unique, columns; each
    column: name, type, standard_type, length, nullable, comment. Values are str, int,
    bool, None and lists of them: ready for JSON or MessagePack.
    """
    plain: Plain = msgspec.to_builtins(table)
    columns = [{key: c[key] for key in _COLUMN_KEYS} for c in plain["columns"]]
    found = {key: plain[key] for key in _TABLE_KEYS}
    found["unique"] = sorted(list(names) for names in plain["unique"])
    found["foreign_keys"] = sorted(plain["foreign_keys"], key=_as_text)
    return {**found, "columns": columns}


_COLUMN_KEYS = ("name", "type", "standard_type", "length", "nullable", "comment")
_TABLE_KEYS = (
    "schema",
    "name",
    "kind",
    "comment",
    "primary_key",
    "foreign_keys",
    "unique",
)


def compare(registered: Iterable[Registered], live: DatabaseScan) -> list[Drift]:
    """Every difference, ordered by schema, table, column and kind.

    `registered` are scans or what `structure` made of them; row counts are compared
    only where the registered side has `rows`. A different order of the same tables
    is no difference.
    """
    before = {_key(table): table for table in registered}
    after = {_key(table): table for table in live.tables}
    found: list[Drift] = []
    for key in before.keys() | after.keys():
        old, new = before.get(key), after.get(key)
        if new is None:
            found.append(_drift("table dropped", key))
        elif old is None:
            found.append(_drift("table added", key))
        else:
            found += _table_drift(key, structure(old), structure(new))
            found += _row_drift(key, old, new)
    return sorted(found, key=lambda d: (d.schema, d.table, d.column or "", d.kind))


Key = tuple[str, str]


def _key(table: Registered) -> Key:
    if isinstance(table, Mapping):
        return table["schema"], table["name"]
    return table.schema, table.name


def _table_drift(key: Key, old: Plain, new: Plain) -> Iterator[Drift]:
    for field, kind in (
        ("kind", "kind changed"),
        ("comment", "comment changed"),
        ("primary_key", "primary key changed"),
        ("foreign_keys", "foreign keys changed"),
        ("unique", "unique changed"),
    ):
        if old[field] != new[field]:
            yield _drift(kind, key, None, old[field], new[field])
    was = {column["name"]: column for column in old["columns"]}
    now = {column["name"]: column for column in new["columns"]}
    for name in was.keys() | now.keys():
        if name not in now:
            yield _drift("column dropped", key, name, was[name]["type"], None)
        elif name not in was:
            yield _drift("column added", key, name, None, now[name]["type"])
        else:
            yield from _column_drift(key, name, was[name], now[name])
    kept_before = [name for name in was if name in now]
    kept_after = [name for name in now if name in was]
    if kept_before != kept_after:
        yield _drift("columns reordered", key, None, kept_before, kept_after)


def _column_drift(key: Key, name: str, old: Plain, new: Plain) -> Iterator[Drift]:
    # letter and length follow from the written type, except when our reading changes
    if any(old[f] != new[f] for f in ("type", "standard_type", "length")):
        yield _drift("type changed", key, name, _type_of(old), _type_of(new))
    if old["nullable"] != new["nullable"]:
        written = ("不可空 not null", "可空 nullable")
        yield _drift(
            "nullability changed",
            key,
            name,
            written[old["nullable"]],
            written[new["nullable"]],
        )
    if old["comment"] != new["comment"]:
        yield _drift("comment changed", key, name, old["comment"], new["comment"])


def _type_of(column: Plain) -> str:
    return f"{column['type']} · {column['standard_type']}"


def _row_drift(key: Key, old: Registered, new: TableScan) -> Iterator[Drift]:
    rows = old.get("rows") if isinstance(old, Mapping) else old.rows
    if rows is None:
        return
    few, many = sorted((int(rows), new.rows))
    # one more on both sides: an empty table that got its first nine rows is no news
    if many + 1 >= 10 * (few + 1):
        yield _drift("rows changed", key, None, str(rows), str(new.rows))


def _drift(
    kind: str,
    key: Key,
    column: str | None = None,
    before: Any = None,
    after: Any = None,
) -> Drift:
    old, new = _as_text(before), _as_text(after)
    zh, en = sentence(kind, f"{key[0]}.{key[1]}", column, old, new)
    severity: Severity = "notice" if kind in NOTICES else "alert"
    return Drift(kind, key[0], key[1], column, old, new, severity, zh, en)


def _as_text(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
