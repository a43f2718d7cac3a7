"""
Envelopes of the whole chain, the newest first, as a page and as CSV.

As on the page of a block, all see that an envelope came, what it was about and what
became of it; who sent it, those who see all that it was about.
"""

import re
from collections.abc import Iterator
from typing import Any

from huabiao.codec import Instant
from huabiao.doors.city import City
from huabiao.doors.listing import MOST_EXPORTED, csv_head, csv_line
from huabiao.doors.problems import malformed
from huabiao.doors.reading import sees_calls
from huabiao.services.index import LONGEST_NAME

Json = dict[str, Any]
Viewer = bytes | None
Place = tuple[int, int]
PAGE = 200
PLACE = r"[0-9]{1,10}(-[0-9]{1,7})?"
TOLD = (
    "height", "time", "envelope", "contract", "operation", "key", "calls", "code"
)  # fmt: skip


def place_of(written: str) -> Place | None:
    """The place before which envelopes are, HEIGHT or HEIGHT-INDEX; Problem 422."""
    if not written:
        return None
    if not re.fullmatch(PLACE, written):
        raise malformed(
            "“之前”须为区块高度，或上一页的 next。"
            " `before` is the height of a block, or `next` of the page before.",
            "envelopes.place", "before",
        )  # fmt: skip
    height, _, index = written.partition("-")
    return int(height), int(index or 0)


def written_place(row: Json) -> str:
    """The place of an envelope, as `before` takes it."""
    return f"{row['height']}-{row['index']}"


def latest(
    city: City, viewer: Viewer, limit: int, before: str = "", refused: bool = False
) -> Json:
    """{"envelopes", "next"}, of all or of the refused; `next` continues as `before`."""
    city.caught_up()
    rows = city.index.latest(limit + 1, place_of(before), refused)
    return {
        "envelopes": [_told(*each) for each in with_sight(city, rows[:limit], viewer)],
        "next": written_place(rows[limit - 1]) if len(rows) > limit else None,
    }


def csv_of_envelopes(
    city: City, viewer: Viewer, before: str = "", refused: bool = False
) -> Iterator[str]:
    """The same as CSV (RFC 4180), MOST_EXPORTED rows at most."""
    place_of(before)
    return _csv(city, viewer, before, refused)


def _csv(city: City, viewer: Viewer, before: str, refused: bool) -> Iterator[str]:
    yield csv_head([*TOLD, "sender"])
    given, after = 0, before
    while after is not None and given < MOST_EXPORTED:
        page = latest(city, viewer, PAGE, after, refused)
        given, after = given + len(page["envelopes"]), page["next"]
        for row in page["envelopes"]:
            yield csv_line([row.get(name) for name in (*TOLD, "sender")])


def with_sight(
    city: City, rows: list[Json], viewer: Viewer
) -> Iterator[tuple[Json, bool]]:
    """Each envelope, and whether a viewer sees all that it was about."""
    calls = city.index.calls_of([(row["height"], row["index"]) for row in rows])
    for row, about in zip(rows, calls, strict=True):
        yield row, _sees(city, row, about, viewer)


def _sees(city: City, row: Json, calls: list[tuple[str, str]], viewer: Viewer) -> bool:
    """Whether all of an envelope's calls are seen. The read model cuts keys that are
    longer than any that is accepted: what was refused with one is nobody else's."""
    cut = row["code"] != "ok" and any(len(key) >= LONGEST_NAME for _, key in calls)
    return bool(calls) and not cut and sees_calls(city, calls, viewer)


def _told(row: Json, seen: bool) -> Json:
    told = {name: row[name] for name in TOLD} | {"time": Instant.show(row["time"])}
    return told | ({"sender": row["sender"]} if seen else {})
