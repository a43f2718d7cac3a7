"""Supervision: alerts with their reasons, a case end to end, a package for a court."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from huabiao.doors.city import City
from huabiao.doors.evidence_package import name_of_package, package
from huabiao.doors.pages.render import page
from huabiao.doors.pages.views import PageViewer
from huabiao.doors.problems import sign_in
from huabiao.doors.supervising import alerts, case, not_supervising, supervised
from huabiao.doors.viewer import CityHere

Json = dict[str, Any]
router = APIRouter(default_response_class=HTMLResponse)


@router.get("/supervision")
def desk(request: Request, city: CityHere, viewer: PageViewer) -> HTMLResponse:
    """What an account supervises, and what asks for its eye."""
    if viewer is None:
        raise sign_in("督查须先登录。 Supervision needs a session.")
    scope = supervised(city, viewer)
    if not scope:
        raise not_supervising()
    return page(
        request,
        "supervision.html",
        scenarios=_counted(city, scope),
        alerts=alerts(city, viewer),
    )


def _counted(city: City, scope: list[Json]) -> list[Json]:
    """What has records of those that are supervised, and how many."""
    counts = city.index.all_counts()
    return [
        {
            "name": each["name"],
            "title": each["title"],
            "records": sum(counts.get(each["name"], {}).values()),
        }
        for each in scope
        if each["record"]
    ]


@router.get("/supervision/{scenario}/{key:path}")
def look_through(
    request: Request, city: CityHere, viewer: PageViewer, scenario: str, key: str
) -> HTMLResponse:
    """A case: record, steps with envelopes and receipts, parties, grants, openings."""
    found = case(city, scenario, key, viewer)
    return page(request, "case.html", about=city.description(scenario), **found)


@router.get("/evidence/{scenario}/{key:path}")
def evidence(city: CityHere, viewer: PageViewer, scenario: str, key: str) -> Response:
    """The evidence package of a case, to take away."""
    content = package(city, scenario, key, viewer)
    name = name_of_package(scenario, key)
    headers = {
        "content-disposition": f'attachment; filename="{name}"',
        "cache-control": "no-store",
    }
    return Response(content, headers=headers, media_type="application/zip")
