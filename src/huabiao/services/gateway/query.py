"""
A grant into SQL: names from the registered structure only, values always bound.

The rows that a fetch sees satisfy the grant's conditions and its own, in the order of
the primary key. A value travels as text and is read by its column's letter (C, N, D …,
the national guide's); what has no letter of its own the database reads itself.
"""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import Engine, Select, bindparam, column, event, select, table
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.types import NullType

from huabiao.services.gateway.grant import Denied
from huabiao.services.gateway.request import Condition
from huabiao.services.gateway.table import RegisteredTable

STATEMENT_TIMEOUT_MS = 5_000
WORDS = {"true": True, "t": True, "1": True, "是": True,
         "false": False, "f": False, "0": False, "否": False}  # fmt: skip
LONGEST_VALUE = 1_000


def guard(engine: Engine) -> Engine:
    """The engine, made unable to write and to wait without end, one trip a query."""
    if engine.dialect.name == "postgresql":

        @event.listens_for(engine, "connect")
        def restrict(connection: Any, _: Any) -> None:
            connection.execute("SET default_transaction_read_only = on")
            connection.execute(f"SET statement_timeout = {STATEMENT_TIMEOUT_MS}")
            connection.commit()

    return engine.execution_options(isolation_level="AUTOCOMMIT")


def build(
    registered: RegisteredTable,
    columns: list[str],
    conditions: list[Condition],
    limit: int,
) -> Select[Any]:
    """The statement for some columns under all conditions; Denied for what is not."""
    named = {name: column(name) for name in registered.letters}
    source = table(registered.name, *named.values(), schema=registered.schema or None)
    chosen = [_named(named, name) for name in columns]
    statement = select(*chosen).select_from(source)
    for each in conditions:
        letter = registered.letters.get(each.column, "G")
        statement = statement.where(_clause(_named(named, each.column), letter, each))
    order = [named[name] for name in registered.primary_key if name in named]
    return statement.order_by(*order).limit(limit)


def run(engine: Engine, statement: Select[Any]) -> list[list[Any]]:
    """The rows as plain values; Denied when the database refuses or takes too long."""
    try:
        with engine.connect() as connection:
            rows = connection.execute(statement).fetchall()
    except SQLAlchemyError as error:
        cause = type(getattr(error, "orig", None) or error).__name__
        raise Denied(
            "database",
            f"数据库未能应答（{cause}）；结构若有变化，请提供方重新扫描。"
            f" The database did not answer ({cause}); has it changed, scan again.",
        ) from None
    return [[_plain(value) for value in row] for row in rows]


def _named(named: dict[str, Any], name: str) -> Any:
    if name not in named:
        raise Denied(
            "column.gone",
            f"目录中已没有字段“{name}”。 The column {name!r} is registered no more.",
        )
    return named[name]


def _clause(subject: Any, letter: str, condition: Condition) -> Any:
    if condition.operator == "is_null":
        return subject.is_(None)
    values = [_bound(letter, condition.column, each) for each in condition.values]
    if condition.operator == "in":
        return subject.in_(values)
    if condition.operator not in _CLAUSES or len(values) != 1:
        raise Denied(
            "filter",
            "没有此运算，或其值的个数不对。"
            " There is no such operator, or it takes another number of values.",
        )
    if condition.operator == "prefix":
        pattern = condition.values[0]
        for special in "\\%_":
            pattern = pattern.replace(special, "\\" + special)
        return subject.like(_untyped(pattern + "%"), escape="\\")
    return _CLAUSES[condition.operator](subject, values[0])


_CLAUSES: dict[str, Callable[[Any, Any], Any]] = {
    "eq": lambda subject, value: subject == value,
    "ne": lambda subject, value: subject != value,
    "lt": lambda subject, value: subject < value,
    "le": lambda subject, value: subject <= value,
    "gt": lambda subject, value: subject > value,
    "ge": lambda subject, value: subject >= value,
    "prefix": lambda subject, value: subject,
}

_READ: dict[str, Callable[[str], Any]] = {
    "I": int,
    "N": Decimal,
    "Y": Decimal,
    "B": float,
    "F": float,
    "D": date.fromisoformat,
    "T": datetime.fromisoformat,
    "L": lambda written: WORDS[written.lower()],
}


def _bound(letter: str, name: str, written: str) -> Any:
    """A value to bind, read by its column's letter."""
    try:
        if len(written) > LONGEST_VALUE or "\x00" in written:
            raise ValueError
        return _untyped(_READ.get(letter, str)(written))
    except (ValueError, KeyError, InvalidOperation):
        raise Denied(
            "filter",
            f"“{name}”的筛选值与其类型 {letter} 不符。"
            f" A value for {name!r} is not of its type {letter}.",
        ) from None


def _untyped(value: Any) -> Any:
    # without a type SQLAlchemy writes no cast, and the column's own type decides
    return bindparam(None, value, type_=NullType(), unique=True)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    return value.hex() if isinstance(value, bytes) else str(value)
