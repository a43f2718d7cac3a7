"""
The event stream: server-sent events that begin at any height and go on as blocks come.

    GET /api/events                       from now on
    GET /api/events?after=0               from the first block
    Last-Event-ID: 120-1048576            after the last event that a client has

Each event's id is its cursor; a browser's EventSource sends the last one by itself when
it connects again, so that nothing is lost between. Delivery is at least once.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.security import HTTPAuthorizationCredentials
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from huabiao.doors.city import City
from huabiao.doors.problems import Problem
from huabiao.doors.stream import (
    Filter,
    Json,
    Place,
    check_filter,
    place_of,
    read_events,
)
from huabiao.doors.viewer import CityHere, Token, Viewer

router = APIRouter(tags=["事件 · events"])

MOST_STREAMS = 200
PAUSE_S, HEARTBEAT_S = 0.1, 15.0
EVENT_STREAM = "text/event-stream"
_Name = Annotated[str, Query(max_length=400)]
_Cursor = Annotated[
    str | None, Query(max_length=40, description="HEIGHT-POSITION, or HEIGHT")
]


@router.get(
    "/events",
    response_class=StreamingResponse,
    responses={200: {"content": {EVENT_STREAM: {"schema": {"type": "string"}}}}},
)
async def events(
    request: Request,
    city: CityHere,
    viewer: Viewer,
    token: Token,
    scenario: _Name = "",
    record: _Name = "",
    after: _Cursor = None,
    last_event_id: Annotated[str | None, Header(max_length=40)] = None,
) -> StreamingResponse:
    """Events as they happen, replayed from a cursor; as far as the account may see."""
    wanted = Filter(scenario, record)
    check_filter(city, wanted)
    given = last_event_id or after
    start = place_of(str(city.port.height) if given is None else given)
    if _open(request) >= MOST_STREAMS:
        raise Problem(
            503, "stream.full",
            "事件流已满，请稍后再连。 Too many streams are open; try again later.",
        )  # fmt: skip
    lines = _lines(request, city, viewer, token, wanted, start)
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(lines, media_type=EVENT_STREAM, headers=headers)


def _open(request: Request) -> int:
    """How many streams are open at this node."""
    return int(getattr(request.app.state, "streams", 0))


async def _lines(
    request: Request, city: City, viewer: bytes | None,
    token: HTTPAuthorizationCredentials | None, wanted: Filter, place: Place,
) -> AsyncIterator[str]:  # fmt: skip
    """Events, and a comment now and then that keeps the connection; ends when the
    session does, since what was allowed then may not be now."""
    request.app.state.streams = _open(request) + 1
    try:
        yield "retry: 1000\n\n"
        quiet, seen = 0.0, -1
        while token is None or city.sessions.find(token.credentials):
            if city.index.height > seen:
                seen = city.index.height
                found, reached = await run_in_threadpool(
                    read_events, city, place, wanted, viewer
                )
                if reached != place:
                    place, seen, quiet = reached, -1, 0.0
                    yield "".join(map(_written, found)) or ": …\n\n"
                    continue
            await asyncio.sleep(PAUSE_S)
            quiet += PAUSE_S
            if quiet >= HEARTBEAT_S:
                quiet = 0.0
                yield ": …\n\n"
    finally:
        request.app.state.streams -= 1


def _written(event: Json) -> str:
    """One event in the form of the HTML standard, §9.2.6; JSON has no line breaks."""
    body = json.dumps(event, ensure_ascii=False)
    return f"id: {event['cursor']}\nevent: {event['scenario']}\ndata: {body}\n\n"
