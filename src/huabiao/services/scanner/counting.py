"""
How many rows: counted where that is cheap, else estimated.

The count stops at a limit, so that it costs the same on a table of a hundred million
rows as on one of half a million. Beyond the limit, or when the table may not be read
or the count takes too long, the planner's estimate stands in, and says so.
"""

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.sql.expression import TableClause

EXACT_LIMIT = 500_000

_PLANNER = """
SELECT c.reltuples::bigint FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = :schema AND c.relname = :name
"""


def reference(schema: str, name: str) -> TableClause:
    """The table in a query; both names are always quoted."""
    quoted = sa.quoted_name(name, quote=True)
    return sa.table(quoted, schema=sa.quoted_name(schema, quote=True))


def count(
    connection: Connection, schema: str, name: str, limit: int = EXACT_LIMIT
) -> tuple[int, bool]:
    """(rows, whether they were counted); a limit of 0 only estimates."""
    if limit <= 0:
        return _estimate(connection, schema, name), False
    one: sa.ColumnElement[int] = sa.literal_column("1")
    some = sa.select(one.label("one"))
    some = some.select_from(reference(schema, name)).limit(limit + 1)
    counted: int | None = None
    try:
        with connection.begin_nested():
            query = sa.select(sa.func.count()).select_from(some.subquery())
            counted = connection.execute(query).scalar_one()
    except sa.exc.DBAPIError as why:
        if why.connection_invalidated:
            raise
    if counted is not None and counted <= limit:
        return counted, True
    return max(_estimate(connection, schema, name), counted or 0), False


def _estimate(connection: Connection, schema: str, name: str) -> int:
    """The planner's guess; 0 when there is none.

    SQLite has one only after ANALYZE (`sqlite_stat1`, first number of `stat`).
    """
    where = {"schema": schema, "name": name}
    if connection.dialect.name == "postgresql":
        guess = connection.execute(sa.text(_PLANNER), where).scalar()
        return max(int(guess or 0), 0)
    if connection.dialect.name == "sqlite":
        query = sa.text("SELECT stat FROM sqlite_stat1 WHERE tbl = :name")
        try:
            stat = connection.execute(query, {"name": name}).scalar()
        except sa.exc.DBAPIError:
            return 0
        first = str(stat or "0").split()[0]
        return int(first) if first.isdigit() else 0
    return 0
