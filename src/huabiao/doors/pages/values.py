"""A personal or secret value: what the chain says of it, and a form that opens it."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import HTMLResponse

from huabiao.doors import vault
from huabiao.doors.city import City
from huabiao.doors.opening import open_for
from huabiao.doors.pages.entering import sign_in_page
from huabiao.doors.pages.own import same_site
from huabiao.doors.pages.render import page
from huabiao.doors.pages.views import PageLogin, PageViewer
from huabiao.doors.problems import sign_in
from huabiao.doors.viewer import CityHere

router = APIRouter(default_response_class=HTMLResponse)
Name = Annotated[str, Query(max_length=400)]
Written = Annotated[str, Form(max_length=400)]


@router.get("/values")
def value(
    request: Request,
    city: CityHere,
    viewer: PageViewer,
    scenario: Name,
    record: Name,
    field: Name,
) -> HTMLResponse:
    """What the chain says of a value, to whom may have it opened."""
    if viewer is None:
        return sign_in_page(request, city)
    return _shown(request, city, viewer, (scenario, record, field), None)


@router.post("/values")
async def open_value(
    request: Request,
    city: CityHere,
    viewer: PageViewer,
    login: PageLogin,
    scenario: Written,
    record: Written,
    field: Written,
    purpose: Annotated[str, Form(min_length=1, max_length=200)],
) -> HTMLResponse:
    """Open a value; that it was opened stands on the chain before it is shown."""
    same_site(request)
    if viewer is None:
        raise sign_in()
    opened = await open_for(city, viewer, scenario, record, field, purpose, login)
    answer = _shown(request, city, viewer, (scenario, record, field), opened)
    answer.headers["cache-control"] = "no-store"
    return answer


def _shown(
    request: Request,
    city: City,
    viewer: bytes,
    where: tuple[str, str, str],
    opened: dict[str, str] | None,
) -> HTMLResponse:
    found = vault.find_value(city, *where)
    vault.check_reader(city, found, viewer)
    said = vault.summary(city, found.place.name, found.entry)
    return page(request, "value.html", place=found.place, said=said, opened=opened)
