"""
Kinship: what came of a record, down through a field that names what it was made of.

A field that a scenario indexes and that holds ids of its own records, such as the
`inputs` of a lot, draws a graph; SQLite walks it in one statement, each record once.
"""

import sqlite3

from huabiao.services.index.layouts import Layouts
from huabiao.services.index.questions import check_indexed

MOST_KIN = 1_000_000

_DESCENDANTS = """
WITH RECURSIVE down (id) AS (
    SELECT id FROM fields WHERE contract = ?1 AND field = ?2 AND value = ?3
    UNION
    SELECT f.id FROM down CROSS JOIN fields f
    WHERE f.contract = ?1 AND f.field = ?2 AND f.value = down.id
)
SELECT id FROM down LIMIT ?4
"""


def descendants(
    connection: sqlite3.Connection,
    layouts: Layouts,
    contract: str,
    field: str,
    key: str,
    limit: int,
) -> list[str]:
    """Ids of all that names a record in a field, and of what names that; sorted.

    Raises NotIndexed where the scenario does not index the field.
    """
    check_indexed(layouts, contract, field)
    asked = (contract, field, key, max(0, min(limit, MOST_KIN)))
    return sorted(id_ for (id_,) in connection.execute(_DESCENDANTS, asked))
