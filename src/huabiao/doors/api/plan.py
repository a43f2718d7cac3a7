"""The action plan: `GET /api/plan`, its tasks and what is late."""

from fastapi import APIRouter

from huabiao.doors.plan import plan
from huabiao.doors.viewer import CityHere, Json

router = APIRouter(tags=["行动计划 · action plan"])


@router.get("/plan")
def get_plan(city: CityHere) -> Json:
    """Every task and measure: its units, its state, how many days it is late."""
    return plan(city)
