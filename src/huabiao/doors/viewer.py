"""
Who asks: the city behind a request, and the account that a session stands for.

What only passes on what is there is `async`: FastAPI sends every other dependency to a
thread of its own, and a busy node waits for Python's lock on the way there and back.
"""

import time
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from huabiao.codec import decode
from huabiao.doors.city import City
from huabiao.doors.problems import Problem, sign_in
from huabiao.doors.sessions import Session

COOKIE = "huabiao_session"
HIGHEST = 2**32
CLOSED_AT = 5
"""Where `closed_at` stands in an account of the contract `identity`."""

_bearer = HTTPBearer(auto_error=False, description="huabiao key token NAME")


def city_of(request: Request) -> City:
    found: City = request.app.state.city
    return found


async def city_here(request: Request) -> City:
    return city_of(request)


def session_account(city: City, token: str | None) -> bytes | None:
    """The account of a token; None without a token, Problem if it is stale."""
    if not token:
        return None
    session = city.sessions.find(token)
    if session is None or not in_force(city, session):
        raise stale()
    return session.account


def in_force(city: City, session: Session) -> bool:
    """Whether what opened a session still stands for its account: a session ends with
    its key, or with the login of a member of staff."""
    if session.login:
        return staff_account(city, session.login) == session.account
    return city.port.account_of(session.public) == session.account


def staff_account(city: City, login: str) -> bytes | None:
    """The account that somebody who signed in under a tag reads for now, as the
    contract `staff` says; None where it is nobody's, or the account is closed."""
    if "staff" not in city.descriptions():
        return None
    found = city.port.ask("staff", "account_of_login", {"login": login})
    if not found or found[2] <= time.time() * 1000:
        return None
    stored = city.port.read(f"identity/accounts/{found[0].hex()}")
    closed = stored is not None and decode(stored)[CLOSED_AT]
    return None if closed else bytes(found[0])


def stale() -> Problem:
    return Problem(
        401,
        "session.stale",
        "会话无效或已过期。 The session is unknown or has ended.",
        "重新登录：huabiao key token 名称。 Sign in again: huabiao key token NAME.",
    )


Token = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


def viewer_of(request: Request, given: Token) -> bytes | None:
    """The account that asks, or None for nobody in particular."""
    return session_account(city_of(request), given.credentials if given else None)


async def signed_in(viewer: "Viewer") -> bytes:
    """The account that asks; a problem if nobody has proved a key."""
    if viewer is None:
        raise sign_in()
    return viewer


CityHere = Annotated[City, Depends(city_here)]
Viewer = Annotated[bytes | None, Depends(viewer_of)]
SignedIn = Annotated[bytes, Depends(signed_in)]
Height = Annotated[int, Path(ge=0, le=HIGHEST)]
At = Annotated[int | None, Query(ge=0, le=HIGHEST, description="at this height")]
Limit = Annotated[int, Query(ge=1, le=200)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
Json = dict[str, Any]
