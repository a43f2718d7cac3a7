"""The pages that everyone may open."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, StreamingResponse

from huabiao.crypto.address import show
from huabiao.doors import reading
from huabiao.doors import records as cases
from huabiao.doors.acting import acts_on_record, acts_on_scenario
from huabiao.doors.at_a_glance import catalogue, glance
from huabiao.doors.charts import states_chart
from huabiao.doors.copies import SCENARIO as COPIES
from huabiao.doors.copies import told
from huabiao.doors.diagram import diagram, title_of
from huabiao.doors.listing import list_records
from huabiao.doors.lists_asked import After, csv_answer
from huabiao.doors.other_chains import now_ms
from huabiao.doors.pages.chosen import Chosen
from huabiao.doors.pages.language import language_of, said
from huabiao.doors.pages.render import page
from huabiao.doors.sessions import Session
from huabiao.doors.viewer import (
    COOKIE,
    At,
    CityHere,
    Height,
    Offset,
    city_of,
    in_force,
)
from huabiao.doors.visibility import is_supervisor

router = APIRouter(default_response_class=HTMLResponse)
COLUMNS_SHOWN = 5
BLOCKS_SHOWN, ENVELOPES_SHOWN, RECORDS_SHOWN = 20, 50, 50


def session_of_page(request: Request) -> Session | None:
    """The session of the cookie; a stale cookie, or another browser's, is nobody's."""
    city, agent = city_of(request), request.headers.get("user-agent", "")
    found = city.sessions.find_in_browser(request.cookies.get(COOKIE, ""), agent)
    return found if found and in_force(city, found) else None


PageSession = Annotated[Session | None, Depends(session_of_page)]


async def viewer_of_page(session: PageSession) -> bytes | None:
    """The account of the session cookie."""
    return session.account if session else None


def login_of_page(session: PageSession) -> str:
    """The tag of the member of staff whose session it is; empty where it is a key's."""
    return session.login if session else ""


PageViewer = Annotated[bytes | None, Depends(viewer_of_page)]
PageLogin = Annotated[str, Depends(login_of_page)]


@router.get("/")
def overview(request: Request, city: CityHere) -> HTMLResponse:
    found = reading.overview(city)
    members = found["status"]["members"]
    seen = glance(city, found["health"], members)
    return page(request, "overview.html", **seen, **found)


@router.get("/blocks")
def blocks(request: Request, city: CityHere, before: At = None) -> HTMLResponse:
    found = reading.blocks(city, before, BLOCKS_SHOWN)
    return page(request, "blocks.html", blocks=found, height=city.port.height)


@router.get("/blocks/{height}")
def block(
    request: Request,
    city: CityHere,
    viewer: PageViewer,
    height: Height,
    offset: Offset = 0,
) -> HTMLResponse:
    found = reading.block(city, height, viewer, offset, ENVELOPES_SHOWN)
    return page(
        request,
        "block.html",
        block=found,
        shown=ENVELOPES_SHOWN,
        newest=city.port.height,
    )


@router.get("/scenarios")
def scenarios(request: Request, city: CityHere) -> HTMLResponse:
    found = catalogue(city, reading.scenarios(city))
    return page(request, "scenarios.html", groups=found)


@router.get("/scenarios/{scenario}")
def scenario(
    request: Request,
    city: CityHere,
    viewer: PageViewer,
    scenario: str,
    chosen: Chosen,
    after: After = "",
) -> HTMLResponse:
    description = city.description(scenario)
    asked = replace(chosen.asked(scenario), after=after, limit=RECORDS_SHOWN)
    found = list_records(city, viewer, asked)
    language, title = language_of(request), description["title"]
    zh, en = f"{title['zh']}：各状态的记录数", f"{title['en']}: records in each state"
    return page(
        request,
        "scenario.html",
        about=description,
        life=diagram(description, said(language, *title_of(description))),
        chart=states_chart(description, found["counts"], said(language, zh, en)),
        acts=acts_on_scenario(city, description, viewer),
        signed_in=viewer is not None,
        account=show(viewer) if viewer else "",
        listed=found,
        chosen=chosen,
        query=chosen.query(),
        columns=_columns(found["records"]),
    )


def _columns(records: list[dict[str, Any]]) -> list[str]:
    """The first fields that any record of a page shows to this viewer."""
    names = dict.fromkeys(name for each in records for name in each["fields"])
    return list(names)[:COLUMNS_SHOWN]


@router.get("/export/{scenario}.csv")
def export(
    city: CityHere, viewer: PageViewer, scenario: str, chosen: Chosen
) -> StreamingResponse:
    """The list of a scenario's page as CSV, for whom the page's session may see."""
    return csv_answer(city, viewer, chosen.asked(scenario))


@router.get("/scenarios/{scenario}/{key:path}")
def record(
    request: Request,
    city: CityHere,
    viewer: PageViewer,
    scenario: str,
    key: str,
    at: At = None,
) -> HTMLResponse:
    description = city.description(scenario)
    found = city.record(scenario, key, viewer, at)
    return page(
        request,
        "record.html",
        about=description,
        record=found,
        acts=acts_on_record(city, description, found, viewer) if at is None else [],
        history=cases.history(city, scenario, key, viewer)["steps"],
        copied=told(city, found, now_ms()) if scenario == COPIES else None,
        supervises=viewer is not None and is_supervisor(description, viewer, city.port),
        signed_in=viewer is not None,
        account=show(viewer) if viewer else "",
    )
