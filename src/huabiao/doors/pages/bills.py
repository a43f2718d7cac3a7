"""Electronic bills: the public check that a bill's QR code opens, and the files."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from huabiao.doors.bills import bill_file, is_valid
from huabiao.doors.pages.render import page
from huabiao.doors.pages.views import PageViewer
from huabiao.doors.viewer import CityHere

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/bills")
def check(
    request: Request,
    city: CityHere,
    number: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=64)] = "",
) -> HTMLResponse:
    """Yes or no: is there a bill of this number and check code, not reversed."""
    address, number = request.client.host if request.client else "", number.strip()
    asked = bool(number and code)
    valid = asked and is_valid(city, number, code, address)
    return page(request, "bills.html", number=number, asked=asked, valid=valid)


@router.get("/bills/{number}/bill.{form}")
def bill(
    request: Request, city: CityHere, viewer: PageViewer, number: str, form: str
) -> Response:
    """The file, for whom the page's session may see the bill."""
    return bill_file(city, number, form, viewer, str(request.base_url))
