"""Whom the field of a form may name, for the script that completes what is typed."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse

from huabiao.doors.contacts import LONGEST_WORDS, contacts
from huabiao.doors.pages.views import PageViewer
from huabiao.doors.problems import MEDIA_TYPE, sign_in
from huabiao.doors.viewer import CityHere

router = APIRouter()
UNKEPT = {"cache-control": "no-store"}


@router.get("/me/contacts")
def own_contacts(
    city: CityHere,
    viewer: PageViewer,
    q: Annotated[str, Query(max_length=LONGEST_WORDS)] = "",
    scenario: Annotated[str, Query(max_length=100)] = "",
) -> JSONResponse:
    """{"found": […]} as `doors.contacts` says, to whom is signed in; never kept."""
    if viewer is None:
        problem = sign_in()
        return JSONResponse(
            problem.document(), problem.status, UNKEPT, media_type=MEDIA_TYPE
        )
    return JSONResponse({"found": contacts(city, q, viewer, scenario)}, headers=UNKEPT)
