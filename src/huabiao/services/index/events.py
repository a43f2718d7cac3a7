"""
Events of all contracts: forward for who follows the chain, backward for who seeks.

A position is (step, number within the step). Few seek events of one kind, and every
envelope would pay for an index of kinds: seeking therefore goes through LOOKED_THROUGH
events at a time and says where it has come to.
"""

from dataclasses import dataclass
from typing import Any

from huabiao.codec import decode
from huabiao.crypto.address import show
from huabiao.services.index.database import Connection
from huabiao.services.index.questions import bounded, height_of, index_of
from huabiao.services.index.tables import ENVELOPE

Place = tuple[int, int]
NEWEST: Place = ((1 << 63) - 1, 0)
LOOKED_THROUGH = 100_000

_SHOWN = (
    "SELECT v.step, v.n, b.time, v.contract, v.name, v.key, v.detail, e.id, e.sender,"
    " r.id FROM events v JOIN blocks b ON b.height = v.step >> 30"
    " JOIN calls e ON e.step = v.step & ?"
    " LEFT JOIN records r ON r.contract = v.contract AND r.id = v.key"
)


@dataclass(frozen=True)
class Sought:
    """Which events: of one contract, of one name, about one key, or all ("")."""

    contract: str = ""
    name: str = ""
    key: str = ""


def events_after(
    connection: Connection, after: Place, limit: int
) -> list[dict[str, Any]]:
    """Events of all contracts in the chain's order, those after a position."""
    rows = connection.execute(
        f"{_SHOWN} WHERE (v.step, v.n) > (?, ?) ORDER BY v.step, v.n LIMIT ?",
        (ENVELOPE, *after, bounded(limit)),
    )
    return [_event(*row) for row in rows.fetchall()]


def events_before(
    connection: Connection, sought: Sought, before: Place, limit: int
) -> tuple[list[dict[str, Any]], Place | None]:
    """The newest events that are sought before a position, and where to go on."""
    most, lowest = bounded(limit), _lowest(connection, sought, before)
    named = {"contract": sought.contract, "name": sought.name, "key": sought.key}
    given = {column: value for column, value in named.items() if value}
    rows = connection.execute(
        f"{_SHOWN} WHERE (v.step, v.n) < (?, ?) AND (v.step, v.n) >= (?, ?)"
        + "".join(f" AND v.{column} = ?" for column in given)
        + " ORDER BY v.step DESC, v.n DESC LIMIT ?",
        (ENVELOPE, *before, *(lowest or (0, 0)), *given.values(), most + 1),
    ).fetchall()
    found = [_event(*row) for row in rows[:most]]
    return found, found[-1]["position"] if len(rows) > most else lowest


def _lowest(connection: Connection, sought: Sought, before: Place) -> Place | None:
    """How far down a search goes at once; None where that is the beginning."""
    if sought == Sought():
        return None
    found = connection.execute(
        "SELECT step, n FROM events WHERE (step, n) < (?, ?)"
        " ORDER BY step DESC, n DESC LIMIT 1 OFFSET ?",
        (*before, LOOKED_THROUGH - 1),
    ).fetchone()
    return None if found is None else (found[0], found[1])


def _event(
    step: int, n: int, time: int, contract: str, name: str, key: str, detail: bytes,
    id_: bytes, sender: bytes, record: str | None,
) -> dict[str, Any]:  # fmt: skip
    return {
        "position": (step, n),
        "height": height_of(step),
        "index": index_of(step),
        "time": time,
        "contract": contract,
        "name": name,
        "key": key,
        "is_record": record is not None,
        "detail": decode(detail),
        "envelope": id_.hex(),
        "sender": show(sender),
    }
