"""
A column's type as the database itself writes it.

SQLAlchemy turns types into its own classes and forgets those it does not know
(extensions, domains, composites; in SQLite any word at all). So we ask the catalog:
the written type, and under a domain the type it stands on.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

# (table, column) -> (the type as written, the type to classify)
Declared = dict[tuple[str, str], tuple[str, str]]

_POSTGRESQL = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
       CASE t.typtype
         WHEN 'd' THEN format_type(t.typbasetype, t.typtypmod)
         WHEN 'e' THEN 'enum'
         ELSE format_type(a.atttypid, a.atttypmod) END
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid
WHERE n.nspname = :schema AND a.attnum > 0 AND NOT a.attisdropped
  AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
"""

_SQLITE = """
SELECT m.name, x.name, x.type, x.type
FROM {schema}.sqlite_master m JOIN pragma_table_xinfo(m.name, :schema) x
WHERE m.type IN ('table', 'view')
"""


def declared(connection: Connection, schema: str) -> Declared:
    """The types of a schema's columns; empty where the dialect has no such query."""
    name = connection.dialect.name
    if name == "postgresql":
        query = _POSTGRESQL
    elif name == "sqlite":
        quoted = connection.dialect.identifier_preparer.quote_identifier(schema)
        query = _SQLITE.format(schema=quoted.replace(":", "\\:"))
    else:
        return {}
    rows = connection.execute(sa.text(query), {"schema": schema})
    return {(row[0], row[1]): (row[2], row[3]) for row in rows}


def compiled(kind: Any, connection: Connection) -> tuple[str, str]:
    """The type as SQLAlchemy would write it, for the other dialects."""
    try:
        text = str(kind.compile(dialect=connection.dialect))
    except sa.exc.CompileError:
        text = ""
    return text, text
