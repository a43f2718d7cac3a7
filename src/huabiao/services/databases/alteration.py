"""
What somebody does to a database behind the directory's back.

In each department: a column dropped, a table added, a type changed. Each change first
asks whether it is still to be done, so that a second call changes nothing; all run in
one transaction. No story reads the columns concerned.
"""

from typing import Any

import msgspec
import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError


class Change(msgspec.Struct, frozen=True):
    """One statement, and the state of the catalog in which it is still to be done.

    `column` is empty when the change adds the table; `from_type` is empty unless the
    change is one of type.
    """

    said: str
    table: str
    statement: str
    column: str = ""
    from_type: str = ""


class NothingToAlter(Exception):
    """The address is not one of the demo's databases; the sentence says what is."""


CHANGES: dict[str, tuple[Change, ...]] = {
    "market_supervision": (
        Change(
            "删除列 gtgsh.zh。 Column gtgsh.zh was dropped.",
            "gtgsh",
            "ALTER TABLE gtgsh DROP COLUMN zh",
            "zh",
        ),
        Change(
            "新增表 abnormal_operations。 Table abnormal_operations was added.",
            "abnormal_operations",
            "CREATE TABLE abnormal_operations"
            " (code char(18) NOT NULL, listed date NOT NULL, reason text)",
        ),
        Change(
            "列 grain_prices.price 的类型已改。"
            " The type of grain_prices.price was changed.",
            "grain_prices",
            "ALTER TABLE grain_prices ALTER COLUMN price TYPE numeric(12,4)",
            "price",
            "numeric(8,2)",
        ),
    ),
    "transport": (
        Change(
            "删除列 planes.speed。 Column planes.speed was dropped.",
            "planes",
            "ALTER TABLE planes DROP COLUMN speed",
            "speed",
        ),
        Change(
            "新增表 charging_stations。 Table charging_stations was added.",
            "charging_stations",
            "CREATE TABLE charging_stations"
            " (id integer PRIMARY KEY, name varchar(80) NOT NULL, piles smallint)",
        ),
        Change(
            "列 airports.alt 的类型已改。 The type of airports.alt was changed.",
            "airports",
            "ALTER TABLE airports ALTER COLUMN alt TYPE numeric(7,1)",
            "alt",
            "integer",
        ),
    ),
    "human_resources": (
        Change(
            "删除列 employers.trade。 Column employers.trade was dropped.",
            "employers",
            "ALTER TABLE employers DROP COLUMN trade",
            "trade",
        ),
        Change(
            "新增表 training_vouchers。 Table training_vouchers was added.",
            "training_vouchers",
            "CREATE TABLE training_vouchers (number varchar(20) PRIMARY KEY,"
            " identity_number char(18) NOT NULL, issued date NOT NULL)",
        ),
        Change(
            "列 contributions.base 的类型已改。"
            " The type of contributions.base was changed.",
            "contributions",
            "ALTER TABLE contributions ALTER COLUMN base TYPE numeric(12,2)",
            "base",
            "integer",
        ),
    ),
}

_TYPE_NOW = """
SELECT format_type(atttypid, atttypmod) FROM pg_attribute
WHERE attrelid = to_regclass(%s) AND attname = %s AND NOT attisdropped
"""


def alter(url: str) -> list[str]:
    """Perform the day's drift once; returns a sentence for each change made now.

    `url` is that of a demo database, as its owner. Raises NothingToAlter.
    """
    try:
        address = make_url(url)
    except ArgumentError:
        raise _refusal() from None
    changes = CHANGES.get(address.database or "")
    if changes is None or address.get_backend_name() != "postgresql":
        raise _refusal()
    plain = address.set(drivername="postgresql")
    done = []
    with psycopg.connect(plain.render_as_string(hide_password=False)) as connection:
        for change in changes:
            if _still_to_do(connection, change):
                connection.execute(sql.SQL(change.statement))
                done.append(change.said)
    return done


def _refusal() -> NothingToAlter:
    known = ", ".join(CHANGES)
    return NothingToAlter(
        f"这不是演示数据库；可以改动的有：{known}。"
        f" This is not one of the demo's databases; those are: {known}."
    )


def _still_to_do(connection: psycopg.Connection[Any], change: Change) -> bool:
    if not change.column:
        query = "SELECT to_regclass(%s) IS NULL"
        row = connection.execute(query, (change.table,)).fetchone()
        return row is not None and bool(row[0])
    row = connection.execute(_TYPE_NOW, (change.table, change.column)).fetchone()
    return row is not None and (not change.from_type or row[0] == change.from_type)
