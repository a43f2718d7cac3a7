"""Signing in and out, the keys of a browser, verifying a proof."""

import json
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from huabiao.doors.pages.render import page
from huabiao.doors.pages.views import PageViewer
from huabiao.doors.problems import Problem
from huabiao.doors.proof_files import proof_file
from huabiao.doors.sessions import LIFETIME_MS
from huabiao.doors.viewer import COOKIE, At, CityHere, session_account, stale

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/keys")
def own_keys(request: Request) -> HTMLResponse:
    """The keys that this browser holds; the page brings none of its own."""
    return page(request, "keys.html")


@router.post("/me")
def sign_in(
    request: Request, city: CityHere, token: Annotated[str, Form(max_length=200)]
) -> Response:
    """
    Take a session's token, and keep another in a cookie: it serves this browser only.

    The key itself never comes here.
    """
    same_site(request)
    session_account(city, token.strip())
    agent = request.headers.get("user-agent", "")
    entered = city.sessions.enter_browser(token.strip(), agent)
    if entered is None:
        raise stale()
    answer = RedirectResponse("/me", 303)
    keep_in_cookie(request, answer, entered[0])
    return answer


def keep_in_cookie(request: Request, answer: Response, token: str) -> None:
    """Let this browser have a session; no script and no other site can use it."""
    answer.set_cookie(
        COOKIE, token, max_age=LIFETIME_MS // 1000, httponly=True, samesite="strict",
        secure=request.url.scheme == "https",
    )  # fmt: skip


@router.post("/me/leave")
def leave(request: Request, city: CityHere) -> Response:
    """End the session on the server, and drop the cookie."""
    same_site(request)
    city.sessions.close(request.cookies.get(COOKIE, ""))
    answer = RedirectResponse("/", 303)
    answer.delete_cookie(COOKIE)
    return answer


def same_site(request: Request) -> None:
    """Refuse a form that another site sent."""
    if request.headers.get("sec-fetch-site", "same-origin") not in (
        "same-origin",
        "none",
    ):
        raise Problem(403, "site.other", "来自其他网站的表单。 A form of another site.")


@router.get("/proofs/{id:path}")
def take_proof(city: CityHere, viewer: PageViewer, id: str, at: At = None) -> Response:
    """A proof file, for whom the page's session may see; the API's takes a token."""
    return proof_file(city, id, viewer, at)


@router.get("/verify")
def ask_proof(
    request: Request,
    city: CityHere,
    sha256: Annotated[str, Query(pattern=r"^([0-9a-f]{64})?$")] = "",
) -> HTMLResponse:
    """A page that verifies in the browser, with this city's members in it; `sha256` is
    the digest of the proof file that stands on a printed page."""
    trust = json.dumps(city.port.trust(), ensure_ascii=False)
    return page(request, "verify.html", trust=trust, printed=sha256)
