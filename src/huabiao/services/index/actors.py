"""
Actors: on which records an account acted, so that a door may show them to it.

A list asks for all of its records at once. Row by row it would be a question each, and
a node at work waits for Python's lock at every row that comes back.
"""

from collections.abc import Sequence
from itertools import islice

from huabiao.services.index.database import Connection
from huabiao.services.index.questions import of_those, versions
from huabiao.services.index.tables import ACTOR, ENVELOPE, list_of

MOST_ASKED, WRITES_LOOKED_AT = 500, 200


def acted_on(
    connection: Connection, contract: str, account: bytes, ids: Sequence[str]
) -> set[str]:
    """Those of some keys on which an account acted and was not refused: it wrote the
    record or named it in a call; or it is the sender of one of the newest
    WRITES_LOOKED_AT writes of the entry "part/key". The first MOST_ASKED keys."""
    asked = list(dict.fromkeys(ids[:MOST_ASKED]))
    told = of_those(
        connection, "SELECT id FROM fields WHERE list = ? AND value = ? AND id IN",
        asked, (list_of(contract, ACTOR), account),
    )  # fmt: skip
    found = {id_ for (id_,) in told}
    return found | {
        id_
        for id_ in asked
        if id_ not in found
        and "/" in id_
        and _wrote(connection, contract, account, id_)
    }


def _wrote(connection: Connection, contract: str, account: bytes, entry: str) -> bool:
    writes = islice(versions(connection, f"{contract}/{entry}"), WRITES_LOOKED_AT)
    places = sorted({step & ENVELOPE for _, step, _ in writes})
    select = "SELECT 1 FROM calls WHERE sender = ? AND step IN"
    return bool(of_those(connection, select, places, (account,)))
