"""
Actors: on which records an account acted, so that a door may show them to it.

A list asks for all of its records at once. Row by row it would be a question each, and
a node at work waits for Python's lock at every row that comes back.
"""

from collections.abc import Sequence
from itertools import islice

from huabiao.crypto.address import ADDRESS_SIZE
from huabiao.services.index.database import Connection
from huabiao.services.index.questions import bounded, of_those, versions
from huabiao.services.index.tables import ACTOR, ENVELOPE, list_of

FOUNDER = bytes(ADDRESS_SIZE)
"""Who wrote what genesis holds: nobody's account."""

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


def actors_of(
    connection: Connection, contract: str, after: bytes, limit: int, backward: bool
) -> list[bytes]:
    """The accounts that acted on any record of a contract, in the order of their bytes
    or from the last to the first: one look-up for each, however much it did."""
    beyond, order = ("<", " DESC") if backward else (">", "")
    select = (
        f"SELECT value FROM fields WHERE list = ? AND value {beyond} ?"
        f" ORDER BY value{order} LIMIT 1"
    )
    number, found = list_of(contract, ACTOR), []
    place = after or (b"\xff" * (ADDRESS_SIZE + 1) if backward else b"")
    while len(found) < bounded(limit):
        row = connection.execute(select, (number, place)).fetchone()
        if row is None:
            break
        place = bytes(row[0])
        if place != FOUNDER:
            found.append(place)
    return found


def _wrote(connection: Connection, contract: str, account: bytes, entry: str) -> bool:
    writes = islice(versions(connection, f"{contract}/{entry}"), WRITES_LOOKED_AT)
    places = sorted({step & ENVELOPE for _, step, _ in writes})
    select = "SELECT 1 FROM calls WHERE sender = ? AND step IN"
    return bool(of_those(connection, select, places, (account,)))
