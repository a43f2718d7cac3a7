"""The page behind the QR code on a product: /t/01/GTIN/10/LOT, a GS1 Digital Link."""

import segno
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from huabiao.doors import tracing
from huabiao.doors.pages.render import page
from huabiao.doors.pages.views import PageViewer
from huabiao.doors.viewer import CityHere

router = APIRouter(default_response_class=HTMLResponse)
PREFIX = b"/t/"


@router.get("/t/{path:path}")
def trace(
    request: Request, city: CityHere, viewer: PageViewer, path: str
) -> HTMLResponse:
    """A lot's way from the field to here, and whether it was recalled."""
    # As it was sent: a batch number may hold a slash, written %2F.
    raw: bytes = request.scope["raw_path"]
    lot = tracing.path_of(raw.removeprefix(PREFIX).decode("ascii", "replace"))
    found = tracing.way(city, lot, viewer)
    link = f"{request.base_url}t/{lot}"
    code = segno.make(link, error="m", micro=False)
    return page(
        request,
        "trace.html",
        link=link,
        code=code.svg_data_uri(scale=4, dark="#1e1b18", light="#fff"),
        **found,
    )
