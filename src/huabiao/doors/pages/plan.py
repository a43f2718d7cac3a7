"""The page of the action plan: every task, its units, and what is late."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from huabiao.doors.pages.render import page
from huabiao.doors.plan import plan
from huabiao.doors.viewer import CityHere

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/plan")
def show_plan(request: Request, city: CityHere) -> HTMLResponse:
    about = city.description("action_plan")
    return page(request, "plan.html", plan=plan(city), states=about["states"])
