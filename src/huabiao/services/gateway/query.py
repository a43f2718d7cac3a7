"""
A grant into SQL: names from the registered structure only, values always bound.

The rows that a fetch sees satisfy the grant's conditions and its own.
"""

from typing import Any

from sqlalchemy import Engine, MetaData, Select, Table, cast, select
from sqlalchemy.exc import NoSuchTableError, SQLAlchemyError
from sqlalchemy.types import Integer, Numeric

from huabiao.services.gateway.grant import Denied
from huabiao.services.gateway.request import Condition

STATEMENT_TIMEOUT_MS = 5_000


def reflect(engine: Engine, schema: str, name: str) -> Table:
    """The live table behind a registered one; Denied where it is gone."""
    try:
        return Table(name, MetaData(), schema=schema or None, autoload_with=engine)
    except NoSuchTableError:
        raise Denied(
            "table.gone",
            f"数据库中已没有表“{name}”，请提供方重新扫描。"
            f" The table {name!r} is gone; its owner must scan again.",
        ) from None


def build(
    table: Table, columns: list[str], conditions: list[Condition], limit: int
) -> Select[Any]:
    """The statement for some columns under all conditions."""
    statement = select(*(_column(table, name) for name in columns))
    for condition in conditions:
        statement = statement.where(_clause(table, condition))
    return statement.limit(limit)


def run(engine: Engine, statement: Select[Any]) -> list[list[Any]]:
    """The rows as plain values; Denied when the database refuses or takes too long."""
    try:
        with engine.connect() as base:
            if engine.dialect.name == "postgresql":
                base.exec_driver_sql("SET TRANSACTION READ ONLY")
                base.exec_driver_sql(
                    f"SET LOCAL statement_timeout = {STATEMENT_TIMEOUT_MS}"
                )
            return [[_plain(value) for value in row] for row in base.execute(statement)]
    except SQLAlchemyError as error:
        name = type(error).__name__
        raise Denied(
            "database",
            f"数据库未能应答（{name}）。 The database did not answer ({name}).",
        ) from None


def _column(table: Table, name: str) -> Any:
    if name not in table.columns:
        raise Denied(
            "column.gone",
            f"数据库中已没有字段“{name}”。 The column {name!r} is gone.",
        )
    return table.columns[name]


def _clause(table: Table, condition: Condition) -> Any:
    column = _column(table, condition.column)
    values = [_value(column, written) for written in condition.values]
    if condition.operator == "in":
        return column.in_(values)
    if len(values) != 1:
        raise Denied("filter", "此运算须有一个值。 This operator takes one value.")
    value = values[0]
    clauses = {
        "eq": lambda: column == value,
        "ne": lambda: column != value,
        "lt": lambda: column < value,
        "le": lambda: column <= value,
        "gt": lambda: column > value,
        "ge": lambda: column >= value,
        "prefix": lambda: column.startswith(value, autoescape=True),
    }
    if condition.operator not in clauses:
        raise Denied("filter", "没有此运算。 There is no such operator.")
    return clauses[condition.operator]()


def _value(column: Any, written: str) -> Any:
    """Text as the column's own type; the database casts what Python need not know."""
    kind = column.type
    try:
        if isinstance(kind, Integer):
            return int(written)
        if isinstance(kind, Numeric):
            return cast(written, kind)
    except ValueError:
        raise Denied(
            "filter",
            f"“{column.name}”的筛选值须为整数。 {column.name!r} takes a whole number.",
        ) from None
    try:
        is_text = kind.python_type is str
    except NotImplementedError:
        is_text = False
    return written if is_text else cast(written, kind)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    return value.hex() if isinstance(value, bytes) else str(value)
