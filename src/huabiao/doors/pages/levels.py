"""The page of the two levels: chains and their anchors, progress, docked catalogs."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from huabiao.doors.levels import FIGURES, levels
from huabiao.doors.pages.render import page
from huabiao.doors.viewer import CityHere

router = APIRouter(default_response_class=HTMLResponse)
NAMES = {
    "duties": ("职责", "duties"), "systems": ("系统", "systems"),
    "catalogs": ("目录", "catalogs"), "tables": ("库表", "tables"),
    "docked": ("已对接", "docked"),
}  # fmt: skip
STATES = {
    "following": ("跟随中", "followed"), "frozen": ("已冻结", "frozen"),
    "expired": ("已过信任期", "expired"), "retired": ("已停用", "retired"),
    "proposed": ("待会签", "proposed"), "delegated": ("已下达", "delegated"),
    "waiting": ("待对接", "waits to be docked"), "docked": ("已对接", "docked"),
    "withdrawing": ("撤回中", "being withdrawn"),
}  # fmt: skip


@router.get("/levels")
def show_levels(request: Request, city: CityHere) -> HTMLResponse:
    found = levels(city)
    titles = {each["route"]: each for each in found["chains"]}
    return page(
        request, "levels.html", found=found, titles=titles, figures=FIGURES,
        names=NAMES, states=STATES,
    )  # fmt: skip
