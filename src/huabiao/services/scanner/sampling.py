"""
A bounded look at values, for `personal` to judge by.

At most some hundred rows, each value cut to a few dozen characters inside the
database, and only of columns that could hold text or a long number. What is read is
judged and forgotten: it is neither stored nor logged nor part of any error.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from huabiao.services.scanner.connection import is_timeout
from huabiao.services.scanner.counting import reference
from huabiao.services.scanner.records import ColumnScan

VALUE_CHARACTERS = 80
COLUMNS_AT_ONCE = 100
COLUMNS_AT_MOST = 400

Values = dict[str, list[str]]


def could_be_personal(column: ColumnScan) -> bool:
    """Whether a column of this type can hold a name, a number or an address."""
    return column.standard_type in ("C", "M", "I", "N")


def sample(
    connection: Connection,
    schema: str,
    name: str,
    columns: Sequence[ColumnScan],
    rows: int,
) -> tuple[Values, bool]:
    """(some values of each column as text, whether the table answered in time).

    Missing and empty values are left out. A table that may not be read gives none. Of
    one with very many columns the first few hundred are looked at.
    """
    looked_at = [c for c in columns if could_be_personal(c)][:COLUMNS_AT_MOST]
    values: Values = {}
    if rows <= 0:
        return values, True
    for start in range(0, len(looked_at), COLUMNS_AT_ONCE):
        part = looked_at[start : start + COLUMNS_AT_ONCE]
        try:
            with connection.begin_nested():
                values.update(_read(connection, schema, name, part, rows))
        except UnicodeError:
            return values, True  # it would quote the value
        except sa.exc.DBAPIError as why:
            if why.connection_invalidated:
                raise
            return values, not is_timeout(why)
    return values, True


def _read(
    connection: Connection,
    schema: str,
    name: str,
    columns: Sequence[ColumnScan],
    rows: int,
) -> Values:
    chosen = [
        sa.func.substr(
            sa.cast(sa.column(sa.quoted_name(c.name, quote=True)), sa.Text),
            1,
            VALUE_CHARACTERS,
        ).label(f"c{place}")
        for place, c in enumerate(columns)
    ]
    query = sa.select(*chosen).select_from(reference(schema, name)).limit(rows)
    values: Values = {c.name: [] for c in columns}
    for row in connection.execute(query):
        for column, value in zip(columns, row, strict=True):
            if value is not None and str(value).strip():
                values[column.name].append(str(value).strip())
    return values
