"""The pages /envelopes, the newest of the whole chain, and of one envelope."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, StreamingResponse

from huabiao.doors import envelopes, reading
from huabiao.doors.lists_asked import Before, csv_download
from huabiao.doors.pages.render import page
from huabiao.doors.pages.views import PageViewer
from huabiao.doors.viewer import CityHere

router = APIRouter(default_response_class=HTMLResponse)
SHOWN = 50


@router.get("/envelopes")
def latest(
    request: Request, city: CityHere, viewer: PageViewer, before: Before = "",
    refused: bool = False,
) -> HTMLResponse:  # fmt: skip
    found = envelopes.latest(city, viewer, SHOWN, before, refused)
    given = {"refused": "true" if refused else "", "before": before}
    return page(
        request,
        "envelopes.html",
        before=before,
        refused=refused,
        query=urlencode({name: value for name, value in given.items() if value}),
        **found,
    )


@router.get("/envelopes.csv")
def exported(
    city: CityHere, viewer: PageViewer, before: Before = "", refused: bool = False
) -> StreamingResponse:
    """The same list as CSV, for whom the page's session may see."""
    rows = envelopes.csv_of_envelopes(city, viewer, before, refused)
    return csv_download(city, rows, "envelopes")


@router.get("/envelopes/{envelope}")
def envelope(
    request: Request, city: CityHere, viewer: PageViewer, envelope: str
) -> HTMLResponse:
    found = reading.envelope(city, envelope, viewer)
    return page(request, "envelope.html", envelope=found, signed_in=viewer is not None)
