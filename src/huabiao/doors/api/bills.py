"""
Electronic bills: the copy for people, and whether a bill is genuine.

    GET /api/bills/11060126-0000000001/bill.pdf
    GET /api/bills/11060126-0000000001/bill.ofd
    GET /api/bills/check?number=11060126-0000000001&code=a1b2c3
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from huabiao.doors.bills import FORMS, bill_file, is_valid
from huabiao.doors.viewer import CityHere, Json, Viewer

router = APIRouter(tags=["电子票据 · bills"])

Number = Annotated[str, Query(max_length=200)]
Code = Annotated[str, Query(max_length=64)]
_FILES = {media_type: {} for _, media_type in FORMS.values()}


@router.get("/bills/check")
def check(request: Request, city: CityHere, number: Number, code: Code) -> Json:
    """Whether a bill of this number and check code stands; it tells nothing else."""
    address = request.client.host if request.client else ""
    return {"number": number, "valid": is_valid(city, number, code, address)}


@router.get(
    "/bills/{number}/bill.{form}",
    response_class=Response,
    responses={200: {"content": _FILES}},
)
def bill(
    request: Request, city: CityHere, viewer: Viewer, number: str, form: str
) -> Response:
    """A bill as PDF or OFD, for whoever may see all of it."""
    return bill_file(city, number, form, viewer, str(request.base_url))
