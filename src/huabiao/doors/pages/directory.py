"""The directory's page: search, the levels as a tree and as a graph, what drifted, and
what waits for the department that looks."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from huabiao.crypto.address import show
from huabiao.doors.city import City
from huabiao.doors.directory_graph import graph
from huabiao.doors.directory_levels import Department, departments, waiting_for
from huabiao.doors.pages.render import page
from huabiao.doors.pages.views import PageViewer
from huabiao.doors.records import drift
from huabiao.doors.viewer import CityHere

router = APIRouter(default_response_class=HTMLResponse)
LEVELS = {"duties": "职责", "systems": "系统", "catalogs": "目录", "tables": "库表",
          "columns": "字段"}  # fmt: skip
KEYED = ("tables", "columns")
"""Levels whose key says more than the first text in them."""
Word = Annotated[str, Query(max_length=200)]


@router.get("/directory")
def directory(
    request: Request,
    city: CityHere,
    viewer: PageViewer,
    q: Word = "",
    department: Word = "",
) -> HTMLResponse:
    """`q` searches; `department` is the account whose levels are drawn."""
    city.caught_up()
    query = q.strip()
    tree, more = ([], False) if query else departments(city)
    drawn = _drawn(tree, department)
    return page(
        request,
        "directory.html",
        query=query,
        found=words_found(city, query) if query else [],
        departments=tree,
        more=more,
        drawn=drawn,
        graph=graph(drawn.name, drawn.nodes) if drawn else "",
        alerts=drift(city),
        mine=waiting_for(city, viewer) if viewer else None,
        account=show(viewer) if viewer else "",
    )


def _drawn(tree: list[Department], account: str) -> Department | None:
    """The department that was asked for, or the first one."""
    chosen = (each for each in tree if each.account == account)
    return next(chosen, tree[0] if tree else None)


def words_found(city: City, q: str) -> list[dict[str, Any]]:
    """What the words were found in, with each level's name; places say nothing new."""
    return [
        each
        | {"zh": LEVELS[each["level"]]}
        | ({"title": each["key"]} if each["level"] in KEYED else {})
        for each in city.index.search(q, 50)
        if each["level"] in LEVELS
    ]
