"""Crossings: where other chains stand, what is under way, and one packet's life."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from huabiao.doors.crossings import STATES, AskedCrossings, crossing, crossings
from huabiao.doors.diagram import diagram
from huabiao.doors.lists_asked import After
from huabiao.doors.other_chains import chains, now_ms
from huabiao.doors.pages.render import page
from huabiao.doors.viewer import CityHere

router = APIRouter(default_response_class=HTMLResponse)
SHOWN = 50
Word = Annotated[str, Query(max_length=200)]


@router.get("/crossings")
def listed(
    request: Request, city: CityHere, route: Word = "", state: Word = "",
    incoming: bool = False, after: After = "",
) -> HTMLResponse:  # fmt: skip
    """Clients and routes with what keeps them from working; packets out or in."""
    city.caught_up()
    chosen = state if state in STATES else ""
    asked = AskedCrossings(route, chosen, incoming, after, SHOWN)
    states = city.descriptions().get("packets", {}).get("states", {})
    given = {"route": route, "state": chosen, "incoming": "true" if incoming else ""}
    return page(
        request,
        "crossings.html",
        known=chains(city, now_ms()),
        listed=crossings(city, asked),
        states=states,
        asked=asked,
        query=urlencode({name: value for name, value in given.items() if value}),
    )


@router.get("/crossings/{key:path}")
def one(request: Request, city: CityHere, key: str) -> HTMLResponse:
    """A packet's life in words, with receipts, proofs and the route's trust."""
    city.caught_up()
    return page(
        request,
        "crossing.html",
        crossing=crossing(city, key),
        life=diagram(city.description("packets")),
    )
