"""
The stream: what happened on the chain, event by event, from any place in it.

A cursor is HEIGHT-POSITION: the event's place on the chain, the same at every node and
for ever. Whoever keeps the last cursor that he dealt with misses nothing: he asks for
what is after it. All see that something happened to which record; who did it and what
was said, those who may see the record.
"""

import re
from dataclasses import dataclass
from typing import Any

from huabiao.client.described import show_plain
from huabiao.codec import Instant
from huabiao.doors.city import City
from huabiao.doors.problems import Problem, malformed
from huabiao.doors.reading import sees_call
from huabiao.services.index.questions import first_step
from huabiao.services.index.tables import HEIGHT_SHIFT

Json = dict[str, Any]
Viewer = bytes | None
Place = tuple[int, int]

N_BITS = 20
READ_AT_ONCE = 500
HIGHEST = 2**32
_CURSOR = re.compile(r"(\d{1,10})(?:-(\d{1,16}))?")


@dataclass(frozen=True)
class Filter:
    """Which events: of one scenario, of one of its records, or all ("")."""

    scenario: str = ""
    record: str = ""

    def takes(self, event: Json) -> bool:
        return (not self.scenario or event["contract"] == self.scenario) and (
            not self.record or event["key"] == self.record
        )


def check_filter(city: City, wanted: Filter) -> None:
    """Problem where there is no such scenario, or a record is named without one."""
    if wanted.scenario:
        city.description(wanted.scenario)
    elif wanted.record:
        raise malformed(
            "指定记录须同时指定场景。 Name the scenario of the record.",
            "stream.filter", "scenario",
        )  # fmt: skip


def cursor_of(place: Place) -> str:
    """A place as the text that clients keep."""
    step, n = place
    height = step >> HEIGHT_SHIFT
    return f"{height}-{(step - first_step(height)) << N_BITS | n}"


def place_of(cursor: str) -> Place:
    """HEIGHT-POSITION, or HEIGHT for all after that block; Problem 422."""
    found = _CURSOR.fullmatch(cursor)
    if found is None or int(found[1]) > HIGHEST:
        raise malformed(
            "游标应为 高度-位置 或 高度。 A cursor is HEIGHT-POSITION or HEIGHT.",
            "stream.cursor", "after",
        )  # fmt: skip
    height = int(found[1])
    if found[2] is None:
        return first_step(height + 1), -1
    position = int(found[2])
    if position >> N_BITS >= 1 << HEIGHT_SHIFT:
        raise Problem(422, "stream.cursor", "游标越界。 No block has that position.")
    return first_step(height) + (position >> N_BITS), position & (1 << N_BITS) - 1


def read_events(
    city: City, after: Place, wanted: Filter, viewer: Viewer
) -> tuple[list[Json], Place]:
    """Some events after a place as the viewer sees them, and the place that is reached;
    the same place again where there is nothing new."""
    rows = city.index.events(after, READ_AT_ONCE)
    found = show_events(city, [row for row in rows if wanted.takes(row)], viewer)
    return found, rows[-1]["position"] if rows else after


def show_events(city: City, rows: list[Json], viewer: Viewer) -> list[Json]:
    """Rows of the read model's as they are told to a viewer, in the same order."""
    sights: dict[tuple[str, str], bool] = {}
    for row in rows:
        about = row["contract"], row["key"]
        if about not in sights:
            sights[about] = sees_call(city, *about, viewer)
    return [_event(city, row, sights[row["contract"], row["key"]]) for row in rows]


def _event(city: City, row: Json, seen: bool) -> Json:
    told: Json = {
        "cursor": cursor_of(row["position"]),
        "height": row["height"],
        "time": Instant.show(row["time"]),
        "scenario": row["contract"],
        "event": row["name"],
        "record": row["key"],
        "seen": seen,
    }
    if seen:
        told["detail"] = show_plain(row["detail"])
        told["sender"] = row["sender"]
        told["sender_name"] = city.name_of(row["sender"])
        told["envelope"] = row["envelope"]
    return told
