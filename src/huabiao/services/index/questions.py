"""
Questions: the reads of the index, as plain dictionaries.

Accounts are shown as hb1… addresses, envelopes as hexadecimal, times in UTC
milliseconds; stored values stay the bytes that the chain holds. Every list is bounded.
"""

from collections.abc import Sequence
from typing import Any

from huabiao.codec import decode
from huabiao.crypto.address import show
from huabiao.services.index.database import Connection
from huabiao.services.index.rows import PREFIX_BYTES, prefix_of
from huabiao.services.index.tables import CALL_BITS, ENVELOPE, HEIGHT_SHIFT

MOST_ROWS = 1_000
LAST_CHARACTER = "\U0010ffff"
INDEX_MASK = (1 << (HEIGHT_SHIFT - CALL_BITS)) - 1

_ENVELOPES = """
SELECT e.place, b.time, e.id, e.sender, e.calls, e.code, e.sentence,
       c.contract, c.operation, c.key
FROM envelopes e JOIN blocks b ON b.height = e.place >> 30
JOIN calls c ON c.step = e.place + e.decided
"""
OF_ONE_KIND = (
    "e.place IN (SELECT place FROM envelopes WHERE sender = ?"
    " ORDER BY place DESC LIMIT ?)"
    " AND c.contract = ? AND c.operation = ? AND e.code = 'ok'"
)
"""For `envelopes`: of an account's newest ones, those that did one thing."""
_HISTORY = """
WITH steps AS (
    SELECT step FROM calls WHERE contract = ? AND key = ? AND key <> ''
    UNION SELECT step FROM versions WHERE key IN (?, ?)
    ORDER BY step DESC LIMIT ?
)
SELECT steps.step, b.time, c.operation, c.source, c.target, e.sender, e.id, c.code,
       e.sentence
FROM steps LEFT JOIN calls c ON c.step = steps.step
LEFT JOIN envelopes e ON e.place = steps.step & ?
LEFT JOIN blocks b ON b.height = steps.step >> 30
ORDER BY steps.step
"""


def height_of(step: int) -> int:
    return step >> HEIGHT_SHIFT


def index_of(step: int) -> int:
    return step >> CALL_BITS & INDEX_MASK


def bounded(limit: int) -> int:
    return max(0, min(limit, MOST_ROWS))


def locate(connection: Connection, envelope: str) -> tuple[int, int] | None:
    """Height and index of an envelope, by its id or 16 and more digits of it."""
    text = envelope.strip().lower()
    if len(text) < 2 * PREFIX_BYTES or not set(text) <= set("0123456789abcdef"):
        return None
    prefix = prefix_of(bytes.fromhex(text[: 2 * PREFIX_BYTES]))
    rows = connection.execute(
        "SELECT e.place, e.id FROM ids JOIN envelopes e USING (place)"
        " WHERE ids.prefix = ? ORDER BY e.place",
        (prefix,),
    ).fetchall()
    places = {id_: place for place, id_ in reversed(rows) if id_.hex().startswith(text)}
    if len(places) != 1:
        return None
    (place,) = places.values()
    return height_of(place), index_of(place)


def history(
    connection: Connection, contract: str, key: str, limit: int
) -> list[dict[str, Any]]:
    """The newest `limit` calls that concerned or wrote a record or entry, in order."""
    keys = (f"{contract}/record/{key}", f"{contract}/{key}")
    rows = connection.execute(
        _HISTORY, (contract, key, *keys, bounded(limit), ENVELOPE)
    ).fetchall()
    return [
        {
            "height": height_of(step),
            "index": index_of(step),
            "time": time or 0,
            "operation": operation or "genesis",
            "from": source,
            "to": target,
            "sender": show(sender) if sender else "",
            "envelope": id_.hex() if id_ else "",
            "code": code or "ok",
            "sentence": sentence or "",
        }
        for step, time, operation, source, target, sender, id_, code, sentence in rows
    ]


def calls_of(
    connection: Connection, places: Sequence[tuple[int, int]]
) -> list[list[tuple[str, str]]]:
    """Contract and key of every call of some envelopes, each by height and index."""
    found = []
    for height, index in places:
        first = height << HEIGHT_SHIFT | index << CALL_BITS
        rows = connection.execute(
            "SELECT contract, key FROM calls WHERE step BETWEEN ? AND ? ORDER BY step",
            (first, first + (1 << CALL_BITS) - 1),
        )
        found.append(rows.fetchall())
    return found


def counts(connection: Connection, contract: str) -> dict[str, int]:
    """How many records of a contract stand in each state."""
    rows = connection.execute(
        "SELECT state, records FROM states WHERE contract = ?",
        (contract,),
    )
    return dict(rows.fetchall())


def all_counts(connection: Connection) -> dict[str, dict[str, int]]:
    """The same of every contract that has records."""
    found: dict[str, dict[str, int]] = {}
    rows = connection.execute("SELECT contract, state, records FROM states")
    for contract, state, number in rows.fetchall():
        found.setdefault(contract, {})[state] = number
    return found


def entries(
    connection: Connection,
    contract: str,
    part: str,
    prefix: str,
    after: str,
    limit: int,
) -> list[tuple[str, bytes]]:
    """Keys and newest values of a registry's entries, in the order of keys."""
    start = f"{contract}/{part}/"
    low, high = start + prefix, start + prefix + LAST_CHARACTER
    rows = connection.execute(
        "SELECT e.key, v.value FROM entries e JOIN versions v USING (version)"
        " WHERE e.key >= ? AND e.key < ? AND e.key > ? ORDER BY e.key LIMIT ?",
        (low, high, start + after, bounded(limit)),
    )
    return [(key[len(start) :], value) for key, value in rows.fetchall()]


def value_at(connection: Connection, key: str, height: int) -> bytes | None:
    """What a state key held after a block; None where it held nothing."""
    row = connection.execute(
        "SELECT value FROM versions WHERE key = ? AND step < ?"
        " ORDER BY step DESC, version DESC LIMIT 1",
        (key, (height + 1) << HEIGHT_SHIFT),
    ).fetchone()
    return row[0] if row else None


def time_of(connection: Connection, height: int) -> int:
    """A block's time in UTC milliseconds; 0 if it is not here."""
    row = connection.execute(
        "SELECT time FROM blocks WHERE height = ?", (height,)
    ).fetchone()
    return row[0] if row else 0


def height_at(connection: Connection, time: int) -> int:
    """The newest block that is not after a time; 0 before the first."""
    low, high = connection.execute(
        "SELECT min(height), max(height) FROM blocks"
    ).fetchone()
    if low is None or time_of(connection, low) > time:
        return 0
    while low < high:  # blocks follow one another in time, so halves will do
        middle = (low + high + 1) // 2
        if time_of(connection, middle) <= time:
            low = middle
        else:
            high = middle - 1
    return int(low)


def envelopes(
    connection: Connection, where: str, arguments: tuple[Any, ...], limit: int
) -> list[dict[str, Any]]:
    """Envelopes, newest first; the named call is the one that decided."""
    rows = connection.execute(
        f"{_ENVELOPES} WHERE {where} ORDER BY e.place DESC LIMIT ?",
        (*arguments, bounded(limit)),
    ).fetchall()
    return [
        {
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
        for place, time, id_, sender, calls, code, sentence, contract, operation, key
        in rows
    ]  # fmt: skip


def events(
    connection: Connection, after: tuple[int, int], limit: int
) -> list[dict[str, Any]]:
    """Events of all contracts in the chain's order, those after a position."""
    rows = connection.execute(
        "SELECT v.step, v.n, b.time, v.contract, v.name, v.key, v.detail, e.id,"
        " e.sender FROM events v JOIN blocks b ON b.height = v.step >> 30"
        " JOIN envelopes e ON e.place = v.step & ?"
        " WHERE (v.step, v.n) > (?, ?) ORDER BY v.step, v.n LIMIT ?",
        (ENVELOPE, *after, bounded(limit)),
    ).fetchall()
    return [
        {
            "position": (step, n),
            "height": height_of(step),
            "index": index_of(step),
            "time": time,
            "contract": contract,
            "name": name,
            "key": key,
            "detail": decode(detail),
            "envelope": id_.hex(),
            "sender": show(sender),
        }
        for step, n, time, contract, name, key, detail, id_, sender in rows
    ]


def first_step(height: int) -> int:
    """Where a block's own steps begin."""
    return height << HEIGHT_SHIFT
