"""Organisations: looked up by their words or their unified social credit code."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from huabiao.doors import organisations as register
from huabiao.doors.viewer import CityHere, Json, Limit, Viewer

router = APIRouter(tags=["身份 · identity"])


@router.get("/organisations")
def search(
    city: CityHere, q: Annotated[str, Query(max_length=200)], limit: Limit = 30
) -> Json:
    """Organisations and their devices that hold all the words."""
    return {"query": q, "found": register.found(city, q, limit)}


@router.get("/organisations/{code}")
def organisation(
    city: CityHere, viewer: Viewer, code: Annotated[str, Path(max_length=40)]
) -> Json:
    """One organisation: its state, DID, officers, devices and delegations; where there
    is no end, its time is null."""
    return register.organisation(city, code, viewer)
