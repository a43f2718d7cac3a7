"""
Questions: the reads of the index, as plain dictionaries.

Accounts are shown as hb1… addresses, envelopes as hexadecimal, times in UTC
milliseconds; stored values stay the bytes that the chain holds. Every list is bounded.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from huabiao.crypto.address import show
from huabiao.services.index.database import Connection
from huabiao.services.index.postings import (
    CALLED,
    MOST,
    WRITTEN,
    places_of,
    term,
)
from huabiao.services.index.tables import CALL_BITS, ENVELOPE, HEIGHT_SHIFT

MOST_ROWS = 1_000
LAST_CHARACTER = "\U0010ffff"
INDEX_MASK = (1 << (HEIGHT_SHIFT - CALL_BITS)) - 1

_STEPS = """
SELECT c.step, c.operation, c.source, c.target, e.sender, e.id, c.code, e.sentence
FROM calls c JOIN calls e ON e.step = c.step & ?
"""
AT_ONCE = 256


def height_of(step: int) -> int:
    return step >> HEIGHT_SHIFT


def index_of(step: int) -> int:
    return step >> CALL_BITS & INDEX_MASK


def bounded(limit: int) -> int:
    return max(0, min(limit, MOST_ROWS))


def history(
    connection: Connection, contract: str, key: str, limit: int
) -> list[dict[str, Any]]:
    """The newest `limit` calls that concerned or wrote a record or entry, in order."""
    most = bounded(limit)
    found = set(islice(_steps_called(connection, contract, key), most))
    for each in (f"{contract}/record/{key}", f"{contract}/{key}"):
        found.update(step for _, step, _ in islice(versions(connection, each), most))
    steps = sorted(found)[-most:] if most else []
    heights = sorted({height_of(step) for step in steps})
    times = dict(of_those(
        connection, "SELECT height, time FROM blocks WHERE height IN", heights
    ))  # fmt: skip
    called = {step: row for step, *row in of_those(
        connection, f"{_STEPS} WHERE c.step IN", steps, (ENVELOPE,)
    )}  # fmt: skip
    return [
        {
            "height": height_of(step),
            "index": index_of(step),
            "time": times.get(height_of(step), 0),
            "operation": operation,
            "from": source,
            "to": target,
            "sender": show(sender) if sender else "",
            "envelope": id_.hex() if id_ else "",
            "code": code,
            "sentence": sentence or "",
        }
        for step in steps
        for operation, source, target, sender, id_, code, sentence in (
            called.get(step, _FOUNDED),
        )
    ]


_FOUNDED = ("genesis", None, None, None, None, "ok", "")
"""What genesis wrote, no call did."""


def _steps_called(connection: Connection, contract: str, key: str) -> Iterator[int]:
    """Calls that name a key, newest first."""
    if not key:
        return
    for some in few(places_of(connection, term(CALLED, f"{contract}/{key}"))):
        rows = of_those(
            connection, "SELECT step, contract, key FROM calls WHERE step IN", some
        )
        ours = [step for step, *named in rows if named == [contract, key]]
        yield from sorted(ours, reverse=True)


def versions(
    connection: Connection, key: str, before: int = MOST
) -> Iterator[tuple[int, int, bytes | None]]:
    """Version, step and value of what a state key held, newest first; those below
    a version."""
    for some in few(places_of(connection, term(WRITTEN, key), before)):
        rows = of_those(
            connection,
            "SELECT version, step, value, key FROM versions WHERE version IN", some,
        )  # fmt: skip
        yield from sorted((row[:3] for row in rows if row[3] == key), reverse=True)


def of_those(
    connection: Connection, select: str, those: Sequence[Any],
    arguments: tuple[Any, ...] = (),
) -> list[Any]:  # fmt: skip
    """The rows of a statement that ends with IN, for some values."""
    found = []
    for start in range(0, len(those), AT_ONCE):
        some = list(those[start : start + AT_ONCE])
        # Few shapes of statement, so that each is prepared once.
        some += some[-1:] * ((1 << (len(some) - 1).bit_length()) - len(some))
        marks = ", ".join("?" * len(some))
        found += connection.execute(
            f"{select} ({marks})", (*arguments, *some)
        ).fetchall()
    return found


def few(places: Iterator[int]) -> Iterator[list[int]]:
    """Places by and by, so that who needs one does not fetch many."""
    size = 4
    while some := list(islice(places, size)):
        yield some
        size = min(4 * size, AT_ONCE)


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
    backward: bool,
) -> list[tuple[str, bytes]]:
    """Keys and newest values of a registry's entries, in the order of keys, or from
    the last key to the first."""
    start = f"{contract}/{part}/"
    low, high = start + prefix, start + prefix + LAST_CHARACTER
    beyond, order = ("<", " DESC") if backward else (">", "")
    last = start + after if after or not backward else high
    rows = connection.execute(
        "SELECT e.key, v.value FROM entries e JOIN versions v USING (version)"
        f" WHERE e.key >= ? AND e.key < ? AND e.key {beyond} ?"
        f" ORDER BY e.key{order} LIMIT ?",
        (low, high, last, bounded(limit)),
    )
    return [(key[len(start) :], value) for key, value in rows.fetchall()]


def value_at(connection: Connection, key: str, height: int) -> bytes | None:
    """What a state key held after a block; None where it held nothing."""
    row = connection.execute(
        "SELECT version FROM blocks WHERE height = ?", (height + 1,)
    ).fetchone()
    newest = next(versions(connection, key, row[0] if row else MOST), None)
    return newest[2] if newest else None


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


def first_step(height: int) -> int:
    """Where a block's own steps begin."""
    return height << HEIGHT_SHIFT
