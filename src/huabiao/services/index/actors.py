"""
Actors: on which records an account acted, so that a door may show them to it.

A list asks for all of its records at once. Row by row it would be a question each, and
a node at work waits for Python's lock at every row that comes back.
"""

from collections.abc import Sequence

from huabiao.services.index.database import Connection
from huabiao.services.index.tables import ACTOR, ENVELOPE

MOST_ASKED, STEPS_LOOKED_AT = 500, 200

_ACTED = """
WITH asked(id) AS (VALUES {places})
SELECT a.id FROM asked a
WHERE EXISTS (
    SELECT 1 FROM fields f
    WHERE f.contract = ? AND f.field = ? AND f.value = ? AND f.id = a.id
) OR EXISTS (
    SELECT 1 FROM (
        SELECT step, code FROM calls WHERE contract = ? AND key = a.id AND key <> ''
        ORDER BY step DESC LIMIT ?
    ) c JOIN envelopes e ON e.place = c.step & ?
    WHERE c.code = 'ok' AND e.sender = ?
) OR EXISTS (
    SELECT 1 FROM (
        SELECT step FROM versions WHERE key = ? || a.id ORDER BY step DESC LIMIT ?
    ) v JOIN envelopes e ON e.place = v.step & ?
    WHERE e.sender = ?
)
"""


def acted_on(
    connection: Connection, contract: str, account: bytes, ids: Sequence[str]
) -> set[str]:
    """Those of some keys on which an account acted and was not refused: it wrote the
    record, ever; or it is the sender of one of the newest STEPS_LOOKED_AT calls that
    name the key, or writes of the entry "part/key". The first MOST_ASKED keys."""
    asked = list(ids[:MOST_ASKED])
    if not asked:
        return set()
    # Few shapes of statement, so that each is prepared once.
    asked += asked[-1:] * ((1 << (len(asked) - 1).bit_length()) - len(asked))
    rows = connection.execute(
        _ACTED.format(places=", ".join(["(?)"] * len(asked))),
        (
            *asked, contract, ACTOR, account,
            contract, STEPS_LOOKED_AT, ENVELOPE, account,
            f"{contract}/", STEPS_LOOKED_AT, ENVELOPE, account,
        ),
    )  # fmt: skip
    return {id_ for (id_,) in rows.fetchall()}
