"""The platform: search in the directory, its drift, and the sharing of data."""

from typing import Annotated

from fastapi import APIRouter, Query

from huabiao.doors import reading
from huabiao.doors.api.viewer import CityHere, Json, Limit

router = APIRouter(tags=["目录与共享 · directory and sharing"])


@router.get("/directory/search")
def search(
    city: CityHere, q: Annotated[str, Query(max_length=200)], limit: Limit = 30
) -> Json:
    """Directory entries that hold all the words, Chinese or English."""
    city.caught_up()
    return {"query": q, "found": city.index.search(q, limit)}


@router.get("/directory/drift")
def drift(city: CityHere) -> Json:
    """Alerts: where a database no longer is what the directory says."""
    return {"alerts": reading.drift(city)}
