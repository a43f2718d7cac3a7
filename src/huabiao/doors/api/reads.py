"""Reading: the node, its blocks, its scenarios and records, as far as one may see."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import StreamingResponse

from huabiao.doors import envelopes, reading
from huabiao.doors import records as cases
from huabiao.doors.listing import list_records
from huabiao.doors.lists_asked import (
    CSV,
    After,
    Before,
    Which,
    csv_answer,
    csv_download,
)
from huabiao.doors.problems import Problem
from huabiao.doors.viewer import (
    At,
    CityHere,
    Height,
    Json,
    Limit,
    Offset,
    Viewer,
    city_of,
)

router = APIRouter(tags=["读取 · reading"])


@router.get("/health")
async def health(request: Request) -> Json:
    """Whether the node is well; answers at once, also under load."""
    return city_of(request).port.health()


@router.get("/status")
def status(city: CityHere) -> Json:
    """Chain, suite, engine, height, state root, members, contracts, versions."""
    return city.port.status()


@router.get("/trust")
def trust(city: CityHere) -> Json:
    """What an offline verifier starts from: chain, suite and members."""
    return city.port.trust()


@router.get("/network")
def network(city: CityHere) -> Json:
    """What a newcomer needs to follow: genesis, the engine's genesis, peers."""
    found = city.port.network()
    if found is None:
        raise Problem(
            404,
            "network.none",
            "此城只有一个节点，无从跟随。 This city is one node: there is no network.",
        )
    return found


@router.get("/blocks")
def blocks(city: CityHere, before: At = None, limit: Limit = 20) -> Json:
    """The newest blocks, or those before a height."""
    return {"height": city.port.height, "blocks": reading.blocks(city, before, limit)}


@router.get("/blocks/{height}")
def block(
    city: CityHere,
    viewer: Viewer,
    height: Height,
    offset: Offset = 0,
    limit: Limit = 100,
) -> Json:
    """A block, its certificate and its envelopes."""
    return reading.block(city, height, viewer, offset, limit)


Refused = Annotated[bool, Query(description="those alone that were refused")]


@router.get("/envelopes")
def latest(
    city: CityHere, viewer: Viewer, before: Before = "", refused: Refused = False,
    limit: Limit = 50,
) -> Json:  # fmt: skip
    """Envelopes of the whole chain, the newest first; `next` continues as `before`."""
    return envelopes.latest(city, viewer, limit, before, refused)


@router.get("/envelopes.csv", response_class=StreamingResponse, responses=CSV)
def latest_csv(
    city: CityHere, viewer: Viewer, before: Before = "", refused: Refused = False
) -> StreamingResponse:
    """The same list as CSV, up to 100,000 rows."""
    rows = envelopes.csv_of_envelopes(city, viewer, before, refused)
    return csv_download(city, rows, "envelopes")


@router.get("/envelopes/{envelope}")
def envelope(city: CityHere, viewer: Viewer, envelope: str) -> Json:
    """An envelope and its receipt, by its id in hexadecimal (16 digits or more)."""
    return reading.envelope(city, envelope, viewer)


@router.get("/scenarios")
def scenarios(city: CityHere) -> Json:
    """Every Description that the chain holds, by name."""
    return {"scenarios": city.descriptions()}


@router.get("/scenarios/{scenario}")
def scenario(city: CityHere, scenario: str) -> Json:
    """One Description."""
    return city.description(scenario)


@router.get("/scenarios/{scenario}/records")
def records(
    city: CityHere,
    viewer: Viewer,
    scenario: str,
    which: Which,
    after: After = "",
    limit: Limit = 50,
) -> Json:
    """Records, filtered and sorted; `next` continues as `after`."""
    asked = replace(which, scenario=scenario, after=after, limit=limit)
    return list_records(city, viewer, asked)


@router.get(
    "/scenarios/{scenario}/records.csv",
    response_class=StreamingResponse,
    responses=CSV,
)
def records_csv(
    city: CityHere, viewer: Viewer, scenario: str, which: Which
) -> StreamingResponse:
    """The same list as CSV, up to 100,000 rows; no text in it becomes a formula."""
    return csv_answer(city, viewer, replace(which, scenario=scenario))


@router.get("/scenarios/{scenario}/records/{key:path}/history")
def history(city: CityHere, viewer: Viewer, scenario: str, key: str) -> Json:
    """Who did what to a record, oldest first."""
    return cases.history(city, scenario, key, viewer)


@router.get("/scenarios/{scenario}/records/{key:path}")
def record(
    city: CityHere, viewer: Viewer, scenario: str, key: str, at: At = None
) -> Json:
    """A record, newest or at a height; `complete` says whether all of it is seen."""
    return city.record(scenario, key, viewer, at)


@router.get("/scenarios/{scenario}/parts/{part}")
def entries(
    city: CityHere,
    viewer: Viewer,
    scenario: str,
    part: str,
    prefix: str = "",
    after: str = "",
    limit: Limit = 50,
    stored: bool = False,
) -> Json:
    """Entries of a part, as the directory's tables; `next` continues as `after`.

    With `stored` each comes with its bytes on the chain, in hexadecimal.
    """
    return cases.entries(city, scenario, part, viewer, prefix, after, limit, stored)
