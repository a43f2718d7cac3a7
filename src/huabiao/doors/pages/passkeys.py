"""
Signing in with a passkey on the pages, adding one, taking one away.

    POST /sign-in/passkey/options       → {"state", "options"} and a cookie
    POST /sign-in/passkey               "state", "credential" → a session
    POST /sign-in/passkey/new/options   the same, to make one; `title` is what it shows
    POST /sign-in/passkey/new           keeps what was made
    POST /sign-in/passkey/remove        "passkey", its id

To add one takes a session by passphrase and code that is five minutes old at most: so
a cookie that was stolen later leaves no key behind.
"""

import json
import time
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from huabiao.doors.city import City
from huabiao.doors.entering import sign_in_of
from huabiao.doors.pages.entering import FLOW, entered, keep_for_return
from huabiao.doors.pages.own import same_site
from huabiao.doors.pages.views import PageSession
from huabiao.doors.problems import Problem, not_found, sign_in
from huabiao.doors.sessions import BY_CODE, BY_PASSKEY, Session
from huabiao.doors.viewer import CityHere
from huabiao.services.sign_in import SignIn
from huabiao.services.sign_in.flows import Flow, NotBegun
from huabiao.services.sign_in.passkeys import PasskeyRefused

router = APIRouter(default_response_class=HTMLResponse)
WAY, NEW, FRESH_MS = "passkey", "passkey.new", 300_000
State = Annotated[str, Form(max_length=100)]
Credential = Annotated[str, Form(max_length=20_000)]


def _open(city: City) -> tuple[SignIn, str]:
    """The sign-in of a node that takes passkeys, and its door."""
    found = sign_in_of(city)
    if not found.has_accounts or not found.takes_passkeys:
        raise not_found("没有此登录方式", "There is no such way to sign in")
    return found, found.ways.read().door


def _asked(request: Request, cookie: str, flow: Flow, options: str) -> Response:
    told = {"state": flow.state, "options": json.loads(options)}
    answer = JSONResponse(told, headers={"cache-control": "no-store"})
    keep_for_return(request, answer, FLOW, cookie)
    return answer


def _begun(request: Request, found: SignIn, way: str, state: str) -> Flow:
    try:
        return found.flows.finish(request.cookies.get(FLOW, ""), way, state)
    except NotBegun as error:
        raise Problem(401, "passkey.refused", str(error)) from None


@router.post("/sign-in/passkey/options")
def ask(request: Request, city: CityHere) -> Response:
    """A challenge for a passkey of whoever has one here."""
    same_site(request)
    found, door = _open(city)
    cookie, flow = found.flows.begin(WAY)
    return _asked(request, cookie, flow, found.passkeys.ask_to_show(door, flow))


@router.post("/sign-in/passkey")
def with_passkey(
    request: Request, city: CityHere, state: State, credential: Credential
) -> Response:
    """A member of staff by passkey."""
    same_site(request)
    found, door = _open(city)
    flow = _begun(request, found, WAY, state)
    try:
        login = found.passkeys.sign_in(door, flow, credential)
    except PasskeyRefused as error:
        raise Problem(401, "passkey.refused", str(error)) from None
    return entered(request, city, login, BY_PASSKEY)


def may_add(session: Session | None) -> bool:
    """Whether this session was opened by passphrase and code a moment ago."""
    now = time.time() * 1000
    fresh = session is not None and now - session.opened <= FRESH_MS
    return session is not None and session.way == BY_CODE and fresh


def _adding(session: Session | None) -> str:
    if session is None:
        raise sign_in()
    if not may_add(session):
        raise Problem(
            403, "passkey.stale",
            "须在以口令与动态码登录后五分钟内添加。"
            " Add it within five minutes of signing in with passphrase and code.",
        )  # fmt: skip
    return session.login


@router.post("/sign-in/passkey/new/options")
def ask_for_new(
    request: Request, city: CityHere, session: PageSession,
    title: Annotated[str, Form(min_length=1, max_length=60)],
) -> Response:  # fmt: skip
    """A challenge by which a browser makes a passkey."""
    same_site(request)
    (found, door), login = _open(city), _adding(session)
    cookie, flow = found.flows.begin(f"{NEW}.{login}")
    options = found.passkeys.ask_to_make(door, flow, login, title)
    return _asked(request, cookie, flow, options)


@router.post("/sign-in/passkey/new")
def add(
    request: Request, city: CityHere, session: PageSession, state: State,
    credential: Credential,
) -> Response:  # fmt: skip
    """Keep the passkey that the browser made."""
    same_site(request)
    (found, door), login = _open(city), _adding(session)
    flow = _begun(request, found, f"{NEW}.{login}", state)
    try:
        found.passkeys.add(door, flow, login, credential)
    except PasskeyRefused as error:
        raise Problem(400, "passkey.refused", str(error)) from None
    return RedirectResponse("/me", 303)


@router.post("/sign-in/passkey/remove")
def remove(
    request: Request, city: CityHere, session: PageSession,
    passkey: Annotated[str, Form(max_length=2_046)],
) -> Response:  # fmt: skip
    """Take away one of the passkeys of the login that this session is of."""
    same_site(request)
    found, _ = _open(city)
    if session is None or not session.login:
        raise sign_in()
    found.passkeys.remove(session.login, passkey)
    return RedirectResponse("/me", 303)
