"""
What happened on the chain, newest first: events of all contracts, as a page and as CSV.

As in the stream, all see that something happened to which record; who did it and what
was said, those who may see the record.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from huabiao.doors.city import City
from huabiao.doors.listing import MOST_EXPORTED, PAGE, csv_head, csv_line
from huabiao.doors.stream import cursor_of, place_of, show_events
from huabiao.services.index import NEWEST, Place, Sought
from huabiao.services.index.questions import first_step

Json = dict[str, Any]
Viewer = bytes | None
COLUMNS = (
    "height", "time", "scenario", "event", "record", "sender", "envelope", "detail"
)  # fmt: skip


@dataclass(frozen=True)
class Looked:
    """Events as somebody looks for them: of a kind, none after block `until`."""

    sought: Sought
    until: int | None = None
    before: str = ""

    def start(self) -> Place:
        """The position to look before; Problem 422 where the cursor is none."""
        if self.before:
            return place_of(self.before)
        return NEWEST if self.until is None else (first_step(self.until + 1), -1)


def happened(city: City, viewer: Viewer, looked: Looked, limit: int) -> Json:
    """Some events; `next` continues as `before`, and `reached` is the height to which
    all were looked through, None at the beginning."""
    city.caught_up()
    rows, place = city.index.events_before(looked.sought, looked.start(), limit)
    return {
        "events": _seen(city, viewer, rows),
        "next": None if place is None else cursor_of(place),
        "reached": None if place is None else cursor_of(place).partition("-")[0],
    }


def csv_of_events(city: City, viewer: Viewer, looked: Looked) -> Iterator[str]:
    """The same as CSV (RFC 4180), page by page, MOST_EXPORTED rows at most."""
    city.caught_up()
    return _csv(city, viewer, looked.sought, looked.start())


def _csv(
    city: City, viewer: Viewer, sought: Sought, place: Place | None
) -> Iterator[str]:
    yield csv_head(COLUMNS)
    given = 0
    while place is not None and given < MOST_EXPORTED:
        rows, place = city.index.events_before(sought, place, PAGE)
        given += len(rows)
        lines = (_cells(each) for each in _seen(city, viewer, rows))
        yield "".join(map(csv_line, lines))


def _cells(event: Json) -> list[Any]:
    detail = json.dumps(event["detail"], ensure_ascii=False) if event["seen"] else ""
    return [*(event.get(name, "") for name in COLUMNS[:-1]), detail]


def _seen(city: City, viewer: Viewer, rows: list[Json]) -> list[Json]:
    told = show_events(city, rows, viewer)
    return [
        event | {"is_record": row["is_record"]}
        for row, event in zip(rows, told, strict=True)
    ]
