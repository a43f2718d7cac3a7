"""
Other chains and what crosses to them, in words.

    GET /api/chains                     clients and routes
    GET /api/crossings                  ?route= ?state= ?incoming=true
    GET /api/crossings/haidian.7        one that was sent; in:haidian.7 one that came
    GET /api/copies/haidian/licences/record/L-1   another chain's record, as proven here
"""

from typing import Annotated

from fastapi import APIRouter, Query

from huabiao.doors.copies import copy
from huabiao.doors.crossings import AskedCrossings, crossing, crossings
from huabiao.doors.lists_asked import After
from huabiao.doors.other_chains import chains, now_ms
from huabiao.doors.viewer import CityHere, Json, Limit, Viewer

router = APIRouter(tags=["跨链 · crossings"])
Word = Annotated[str, Query(max_length=200)]


@router.get("/chains")
def get_chains(city: CityHere) -> Json:
    """Chains that this one follows, and the routes to them."""
    city.caught_up()
    return chains(city, now_ms())


@router.get("/crossings")
def get_crossings(
    city: CityHere, route: Word = "", state: Word = "", incoming: bool = False,
    after: After = "", limit: Limit = 50,
) -> Json:  # fmt: skip
    """Crossings, filtered by route and state; `next` continues as `after`."""
    return crossings(city, AskedCrossings(route, state, incoming, after, limit))


@router.get("/crossings/{key:path}")
def get_crossing(city: CityHere, key: str) -> Json:
    """One crossing: what it waits for, what to do if it is stuck, its steps."""
    city.caught_up()
    return crossing(city, key)


@router.get("/copies/{key:path}")
def get_copy(city: CityHere, viewer: Viewer, key: str) -> Json:
    """A record of another chain that was presented here: how it stood there, at which
    height, how long ago, and on which trust that rests."""
    return copy(city, key, viewer)
