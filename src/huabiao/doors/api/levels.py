"""The two levels: `GET /api/levels`, the chains, the progress and the dockings."""

from fastapi import APIRouter

from huabiao.doors.levels import levels
from huabiao.doors.viewer import CityHere, Json

router = APIRouter(tags=["市区两级 · city and districts"])


@router.get("/levels")
def get_levels(city: CityHere) -> Json:
    """Followed chains with the newest anchored header, how far each department is on
    either level, and the catalogs docked between them with what drifted."""
    return levels(city)
