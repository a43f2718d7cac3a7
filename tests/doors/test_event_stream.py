"""The event stream: in order, from any height, again from a cursor, as far as seen."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from served_city import Served

WASTE = {"scenario": "hazardous_waste"}


@contextmanager
def stream(
    served: Served, name: str = "", headers: Any = (), **asked: Any
) -> Iterator[Iterator[dict[str, Any]]]:
    """Events as a client gets them, each with the id that it came under."""
    sent = dict(headers)
    if name:
        served.keys(name)
        token = served.run("key", "token", name).stdout.split()[-1]
        sent["authorization"] = f"Bearer {token}"
    url = served.url + "/api/events"
    with httpx.stream("GET", url, params=asked, headers=sent, timeout=30) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield events_in(answer.iter_lines())


def events_in(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    id_ = ""
    for line in lines:
        if line.startswith("id: "):
            id_ = line[4:]
        elif line.startswith("data: "):
            event = json.loads(line[6:])
            assert event["cursor"] == id_
            yield event


def draft(served: Served, id_: str) -> None:
    outcome = served.remote().call(
        served.keys("plant"), "hazardous_waste", "draft", id_,
        {"waste_code": "900-041-49", "declared": 5},
    )  # fmt: skip
    assert outcome.accepted, outcome


def test_it_replays_from_the_first_block_and_goes_on(served: Served, case: str) -> None:
    with stream(served, "plant", **WASTE, record=case, after=0) as events:
        first, second = next(events), next(events)
        assert (first["event"], second["event"]) == ("draft", "collect")
        assert first["detail"] == {"to": "drafted"} and first["seen"]
        assert first["height"] < second["height"]
    with stream(served, "plant", **WASTE) as events:
        draft(served, "live1")
        assert next(events)["record"] == "live1"


def test_a_cursor_gives_what_is_after_it_and_nothing_twice(
    served: Served, case: str
) -> None:
    for number in range(3):
        draft(served, f"replay{number}")
    with stream(served, **WASTE, after=0) as events:
        whole = []
        while not whole or whole[-1]["record"] != "replay2":
            whole.append(next(events))
    assert len({event["cursor"] for event in whole}) == len(whole)
    for place, event in enumerate(whole[:-1]):
        again = {"last-event-id": event["cursor"]}
        with stream(served, headers=again, **WASTE) as events:
            assert next(events) == whole[place + 1]


def test_a_stranger_hears_that_it_happened_and_no_more(
    served: Served, case: str
) -> None:
    for name in ("", "clerk"):
        with stream(served, name, **WASTE, record=case, after=0) as events:
            event = next(events)
            assert event["event"] == "draft" and event["seen"] is False
            assert not {"detail", "sender", "envelope"} & set(event)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"after": "x"}, "stream.cursor"), ({"after": "1-2-3"}, "stream.cursor"),
        ({"after": str(2**40)}, "stream.cursor"), ({"after": "-1"}, "stream.cursor"),
        ({"after": f"1-{2**53}"}, "stream.cursor"), ({"record": "m1"}, "stream.filter"),
        ({"scenario": "nothing"}, "unknown"),
    ],
)  # fmt: skip
def test_what_is_no_stream_is_told(served: Served, asked: Any, code: str) -> None:
    answer = httpx.get(served.url + "/api/events", params=asked)
    assert answer.json()["code"] == code
