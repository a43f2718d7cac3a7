"""Envelopes: one by its id, an account's newest, and the calls of some."""

from collections.abc import Sequence
from itertools import islice
from typing import Any

from huabiao.crypto.address import show
from huabiao.services.index.database import Connection
from huabiao.services.index.postings import MOST, TERM_BYTES, places_of
from huabiao.services.index.questions import (
    bounded,
    few,
    height_of,
    index_of,
    of_those,
)
from huabiao.services.index.tables import CALL_BITS, HEIGHT_SHIFT

_ENVELOPES = """
SELECT e.step, b.time, e.id, e.sender, e.calls, e.outcome, e.sentence,
       c.contract, c.operation, c.key
FROM calls e JOIN blocks b ON b.height = e.step >> 30
JOIN calls c ON c.step = e.step + e.decided
"""


def first_call(height: int, index: int) -> int:
    """The step of an envelope's first call, by its place."""
    return height << HEIGHT_SHIFT | index << CALL_BITS


def locate(connection: Connection, envelope: str) -> tuple[int, int] | None:
    """Height and index of an envelope, by its id or 16 and more digits of it."""
    text = envelope.strip().lower()
    if len(text) < 2 * TERM_BYTES or not set(text) <= set("0123456789abcdef"):
        return None
    wanted = bytes.fromhex(text[: 2 * TERM_BYTES])
    rows = of_those(
        connection, "SELECT id, step FROM calls WHERE id IS NOT NULL AND step IN",
        list(places_of(connection, wanted)),
    )  # fmt: skip
    places = {id_: place for id_, place in sorted(rows, reverse=True)
              if id_.hex().startswith(text)}  # fmt: skip
    if len(places) != 1:
        return None
    (place,) = places.values()
    return height_of(place), index_of(place)


def newest(
    connection: Connection, limit: int, before: tuple[int, int] | None, refused: bool
) -> list[dict[str, Any]]:
    """Envelopes, newest first, those before a place if it is given; the named call is
    the one that decided."""
    where = "e.outcome <> 'ok'" if refused else "e.id IS NOT NULL"
    end = MOST if before is None else first_call(*before)
    rows = connection.execute(
        f"{_ENVELOPES} WHERE {where} AND e.step < ? ORDER BY e.step DESC LIMIT ?",
        (end, bounded(limit)),
    ).fetchall()
    return [_told(row) for row in rows]


def sent_by(
    connection: Connection, account: bytes, limit: int, before: tuple[int, int] | None
) -> list[dict[str, Any]]:
    """The newest envelopes that an account sent, newest first; those before a place,
    (height, index), if it is given."""
    most, rows = bounded(limit), []
    end = MOST if before is None else first_call(*before)
    for some in few(places_of(connection, account[:TERM_BYTES], end)):
        found = of_those(connection, f"{_ENVELOPES} WHERE e.step IN", some)
        rows += sorted((row for row in found if row[3] == account), reverse=True)
        if len(rows) >= most:
            break
    return [_told(row) for row in rows[:most]]


def acts_of(
    connection: Connection, account: bytes, contract: str, operation: str, among: int
) -> list[dict[str, Any]]:
    """Of the newest `among` envelopes of an account, those that did one thing."""
    places = list(islice(places_of(connection, account[:TERM_BYTES]), bounded(among)))
    rows = of_those(
        connection,
        f"{_ENVELOPES} WHERE e.sender = ? AND c.contract = ? AND c.operation = ?"
        " AND e.outcome = 'ok' AND e.step IN",
        places, (account, contract, operation),
    )  # fmt: skip
    return [_told(row) for row in sorted(rows, reverse=True)]


def calls_of(
    connection: Connection, places: Sequence[tuple[int, int]]
) -> list[list[tuple[str, str]]]:
    """Contract and key of every call of some envelopes, each by height and index."""
    found = []
    for height, index in places:
        first = first_call(height, index)
        rows = connection.execute(
            "SELECT contract, key FROM calls WHERE step BETWEEN ? AND ? ORDER BY step",
            (first, first + (1 << CALL_BITS) - 1),
        )
        found.append(rows.fetchall())
    return found


def _told(row: tuple[Any, ...]) -> dict[str, Any]:
    place, time, id_, sender, calls, code, sentence, contract, operation, key = row
    return {
        "height": height_of(place),
        "index": index_of(place),
        "time": time,
        "envelope": id_.hex(),
        "sender": show(sender),
        "calls": calls,
        "contract": contract,
        "operation": operation,
        "key": key,
        "code": code,
        "sentence": sentence,
    }
