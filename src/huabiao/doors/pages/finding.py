"""The page that finds anything: one result is opened at once, several are listed."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from huabiao.doors.finding import find
from huabiao.doors.pages.directory import Word, words_found
from huabiao.doors.pages.render import page
from huabiao.doors.viewer import CityHere

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/find")
def found(request: Request, city: CityHere, q: Word = "") -> Response:
    """`q` is whatever one has in hand; words are looked for in the directory too."""
    query = q.strip()
    exact = find(city, query) if query else []
    if len(exact) == 1:
        return RedirectResponse(exact[0].address, 303)
    words = words_found(city, query) if query else []
    return page(request, "find.html", query=query, exact=exact, words=words)
