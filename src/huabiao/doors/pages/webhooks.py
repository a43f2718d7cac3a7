"""The page /me/webhooks: where one's events are sent, how far each is, what failed."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from huabiao.doors.city import City
from huabiao.doors.pages.entering import sign_in_page
from huabiao.doors.pages.own import same_site
from huabiao.doors.pages.render import page
from huabiao.doors.pages.views import PageViewer
from huabiao.doors.problems import sign_in
from huabiao.doors.stream import Filter
from huabiao.doors.viewer import CityHere
from huabiao.doors.webhooks import asking

router = APIRouter(default_response_class=HTMLResponse)
HERE = "/me/webhooks"

Url = Annotated[str, Form(max_length=asking.LONGEST_URL)]
Scenario = Annotated[str, Form(max_length=asking.LONGEST_SCENARIO)]
Record = Annotated[str, Form(max_length=asking.LONGEST_RECORD)]
Id = Annotated[str, Form(alias="hook", max_length=40)]
After = Annotated[str, Form(pattern=asking.CURSOR)]


@router.get(HERE)
def webhooks(request: Request, city: CityHere, viewer: PageViewer) -> HTMLResponse:
    """One's own webhooks, each with what was given up."""
    if viewer is None:
        return sign_in_page(request, city)
    return _shown(request, city, viewer)


@router.post(HERE)
def add(
    request: Request,
    city: CityHere,
    viewer: PageViewer,
    url: Url,
    scenario: Scenario = "",
    record: Record = "",
) -> HTMLResponse:
    """Register an address; the answer is the one page that shows its secret."""
    wanted = Filter(scenario.strip(), record.strip())
    account = _owner(request, viewer)
    _, secret = asking.register(city, account, url.strip(), wanted, None)
    return _shown(request, city, account, secret)


@router.post(HERE + "/remove")
def remove(request: Request, city: CityHere, viewer: PageViewer, id_: Id) -> Response:
    asking.hooks_of(city).remove(_owner(request, viewer), id_)
    return RedirectResponse(HERE, 303)


@router.post(HERE + "/replay")
def replay(
    request: Request, city: CityHere, viewer: PageViewer, id_: Id, after: After
) -> Response:
    """Send everything after a cursor again."""
    asking.hooks_of(city).replay(_owner(request, viewer), id_, after)
    return RedirectResponse(HERE, 303)


def _owner(request: Request, viewer: bytes | None) -> bytes:
    same_site(request)
    if viewer is None:
        raise sign_in()
    return viewer


def _shown(
    request: Request, city: City, account: bytes, secret: str = ""
) -> HTMLResponse:
    hooks = asking.hooks_of(city)
    found = [
        each.shown() | {"dead": hooks.dead_letters(account, each.id)}
        for each in hooks.of(account)
    ]
    answer = page(
        request, "webhooks.html", hooks=found, secret=secret,
        scenarios=city.descriptions(),
    )  # fmt: skip
    answer.headers["cache-control"] = "no-store"
    return answer
