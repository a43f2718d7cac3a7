"""
A grant into SQL: names from the registered structure only, values always bound.

A fetch's shape (columns, operators, how many values) becomes text once; the same shape
again only binds its values. The rows that a fetch sees satisfy the grant's conditions
and its own, in the order of the primary key. A value travels as text and is read by its
column's letter (C, N, D …, the national guide's); what has no letter of its own the
database reads itself.
"""

import contextlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from sqlalchemy import Engine, Select, bindparam, column, event, select, table
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.types import Integer, NullType

from huabiao.services.gateway.grant import Denied
from huabiao.services.gateway.request import Condition
from huabiao.services.gateway.table import RegisteredTable

STATEMENT_TIMEOUT_MS = 5_000
WORDS = {"true": True, "t": True, "1": True, "是": True,
         "false": False, "f": False, "0": False, "否": False}  # fmt: skip
LONGEST_VALUE, MOST_SHAPES = 1_000, 1_000
LIMIT = "rows"


class Query(NamedTuple):
    """SQL of one shape in a database's own dialect; `positions` names the values in
    their order where the driver wants that, `defaults` are the dialect's own."""

    text: str
    positions: list[str] | None
    defaults: dict[str, Any]


class Queries:
    """One database's queries by shape, the latest of them. Thread safe: to make one
    twice does no harm."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._held: OrderedDict[Any, Query] = OrderedDict()

    def rows(
        self,
        registered: RegisteredTable,
        columns: list[str],
        conditions: Sequence[Condition],
        limit: int,
    ) -> list[list[Any]]:
        """Rows as plain values; Denied for what is not there, or not of its type."""
        shape = (
            registered.key, registered.revision, registered.digest, tuple(columns),
            tuple((c.column, c.operator, len(c.values)) for c in conditions),
        )  # fmt: skip
        query = self._held.get(shape)
        if query is None:
            statement = build(registered, columns, conditions)
            query = self._held[shape] = compiled(self.engine, statement)
            if len(self._held) > MOST_SHAPES:
                self._held.popitem(last=False)
        return run(self.engine, query, {**bound(registered, conditions), LIMIT: limit})


def guard(engine: Engine) -> Engine:
    """The engine, made unable to write and to wait without end, one trip a query."""

    @event.listens_for(engine, "connect")
    def restrict(connection: Any, _: Any) -> None:
        if engine.dialect.name == "postgresql":
            connection.execute("SET default_transaction_read_only = on")
            connection.execute(f"SET statement_timeout = {STATEMENT_TIMEOUT_MS}")
            connection.commit()
        engine.dialect.set_isolation_level(connection, "AUTOCOMMIT")

    return engine


def build(
    registered: RegisteredTable, columns: list[str], conditions: Sequence[Condition]
) -> Select[Any]:
    """The statement for some columns under all conditions; Denied for what is not."""
    named = {name: column(name) for name in registered.letters}
    source = table(registered.name, *named.values(), schema=registered.schema or None)
    chosen = [_named(named, name) for name in columns]
    statement = select(*chosen).select_from(source)
    for number, each in enumerate(conditions):
        statement = statement.where(_clause(_named(named, each.column), number, each))
    order = [named[name] for name in registered.primary_key if name in named]
    return statement.order_by(*order).limit(bindparam(LIMIT, type_=Integer()))


def compiled(engine: Engine, statement: Select[Any]) -> Query:
    """The statement's text, as the database's driver takes it."""
    made: Any = statement.compile(dialect=engine.dialect)
    positions = list(made.positiontup) if made.positional else None
    return Query(str(made), positions, dict(made.params))


def bound(
    registered: RegisteredTable, conditions: Sequence[Condition]
) -> dict[str, Any]:
    """The values of conditions by the names that `build` gives them."""
    found = {}
    for number, each in enumerate(conditions):
        letter = registered.letters.get(each.column, "G")
        for place, written in enumerate(each.values):
            value = _value(letter, each.column, written)
            if each.operator == "prefix":
                value = _prefix_pattern(written)
            found[f"v{number}_{place}"] = value
    return found


def run(engine: Engine, query: Query, values: dict[str, Any]) -> list[list[Any]]:
    """The rows as plain values; Denied when the database refuses or takes too long."""
    given: Any = {**query.defaults, **values}
    if query.positions is not None:
        given = tuple(given[name] for name in query.positions)
    try:
        rows = _fetched(engine, query.text, given)
    except (SQLAlchemyError, engine.dialect.loaded_dbapi.Error) as error:
        cause = type(getattr(error, "orig", None) or error).__name__
        raise Denied(
            "database",
            f"数据库未能应答（{cause}）；结构若有变化，请提供方重新扫描。"
            f" The database did not answer ({cause}); has it changed, scan again.",
        ) from None
    return [
        [value if type(value) in _PLAIN else _plain(value) for value in row]
        for row in rows
    ]


def _fetched(engine: Engine, text: str, given: Any) -> Sequence[Sequence[Any]]:
    """Straight through the driver: SQLAlchemy's layer above it costs as much again."""
    connection = engine.raw_connection()
    try:
        with contextlib.closing(connection.cursor()) as cursor:
            cursor.execute(text, given)
            return cursor.fetchall()
    except engine.dialect.loaded_dbapi.Error as error:
        if engine.dialect.is_disconnect(error, connection.driver_connection, None):
            connection.invalidate(error)
            engine.dispose()  # the others of the pool are gone as well
        raise
    finally:
        connection.close()


def _named(named: dict[str, Any], name: str) -> Any:
    if name not in named:
        raise Denied(
            "column.gone",
            f"目录中已没有字段“{name}”。 The column {name!r} is registered no more.",
        )
    return named[name]


def _clause(subject: Any, number: int, condition: Condition) -> Any:
    if condition.operator == "is_null":
        return subject.is_(None)
    # without a type SQLAlchemy writes no cast, and the column's own type decides
    values = [
        bindparam(f"v{number}_{place}", type_=NullType())
        for place in range(len(condition.values))
    ]
    if condition.operator == "in":
        return subject.in_(values)
    if condition.operator not in _CLAUSES or len(values) != 1:
        raise Denied(
            "filter",
            "没有此运算，或其值的个数不对。"
            " There is no such operator, or it takes another number of values.",
        )
    return _CLAUSES[condition.operator](subject, values[0])


def _prefix_pattern(written: str) -> str:
    for special in "\\%_":
        written = written.replace(special, "\\" + special)
    return written + "%"


_CLAUSES: dict[str, Callable[[Any, Any], Any]] = {
    "eq": lambda subject, value: subject == value,
    "ne": lambda subject, value: subject != value,
    "lt": lambda subject, value: subject < value,
    "le": lambda subject, value: subject <= value,
    "gt": lambda subject, value: subject > value,
    "ge": lambda subject, value: subject >= value,
    "prefix": lambda subject, value: subject.like(value, escape="\\"),
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


def _value(letter: str, name: str, written: str) -> Any:
    """A value to bind, read by its column's letter; Denied if it is not of it."""
    try:
        if len(written) > LONGEST_VALUE or "\x00" in written:
            raise ValueError
        return _READ.get(letter, str)(written)
    except (ValueError, KeyError, InvalidOperation):
        raise Denied(
            "filter",
            f"“{name}”的筛选值与其类型 {letter} 不符。"
            f" A value for {name!r} is not of its type {letter}.",
        ) from None


_PLAIN = frozenset({str, int, bool, type(None)})


def _plain(value: Any) -> Any:
    if isinstance(value, bool | int | str):
        return value
    return value.hex() if isinstance(value, bytes) else str(value)
