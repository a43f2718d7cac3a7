"""
Signing in on the pages, by the ways that the operator opened.

    GET  /sign-in/provider/NAME          to an OpenID provider; …/back returns from it
    POST /sign-in/staff                  with a passphrase and a telephone's code
    POST /sign-in/wallet                 with a credential; GET …/back returns

Each leads to a session of its own in this browser, and ends the one that was there: so
a cookie that somebody planted before is worth nothing after. What comes back from
another site is answered with a page, since a browser does not send a cookie that is
SameSite=Strict along with a redirection that began elsewhere.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from huabiao.doors.city import City
from huabiao.doors.entering import (
    NotBound,
    ask_wallet,
    enter_as_staff,
    enter_by_wallet,
    sign_in_of,
)
from huabiao.doors.pages.own import keep_in_cookie, same_site
from huabiao.doors.pages.render import page
from huabiao.doors.problems import Problem, not_found
from huabiao.doors.sessions import BY_CODE, BY_PROVIDER
from huabiao.doors.viewer import COOKIE, CityHere
from huabiao.services.attempts import Locked
from huabiao.services.sign_in import Provider, Settings, SignIn, providers
from huabiao.services.sign_in.accounts import Overloaded, Refused
from huabiao.services.sign_in.flows import LIFETIME_MS, NotBegun
from huabiao.services.sign_in.providers import NotSignedIn

router = APIRouter(default_response_class=HTMLResponse)
FLOW, HANDLE, PATH = "huabiao_flow", "huabiao_wallet", "/sign-in"
WAIT_S = 5.0
Word = Annotated[str, Query(max_length=4_096)]


def sign_in_page(request: Request, city: City) -> HTMLResponse:
    """The ways to sign in that are open here."""
    found = sign_in_of(city)
    return page(
        request, "sign_in.html",
        ways=found.ways.read(), has_accounts=found.has_accounts,
        takes_passkeys=found.has_accounts and found.takes_passkeys,
    )  # fmt: skip


def keep_for_return(request: Request, answer: Response, name: str, value: str) -> None:
    """A cookie that comes back with a link from elsewhere, and opens nothing alone."""
    answer.set_cookie(
        name, value, max_age=LIFETIME_MS // 1000, path=PATH, httponly=True,
        samesite="lax", secure=request.url.scheme == "https",
    )  # fmt: skip


def _provider(city: City, name: str) -> tuple[Settings, Provider]:
    settings = sign_in_of(city).ways.read()
    found = settings.provider(name) if settings.door else None
    if found is None:
        raise not_found("没有此登录方式", "There is no such way to sign in")
    return settings, found


@contextmanager
def _one_of_few(sign_in: SignIn) -> Iterator[None]:
    """Strangers make the node ask a provider: a few at once, the others come again."""
    if not sign_in.asking.acquire(timeout=WAIT_S):
        said = "登录过多，请稍后再试。 Too many are signing in: try again."
        raise Problem(503, "provider.busy", said)
    try:
        yield
    finally:
        sign_in.asking.release()


@router.get("/sign-in/provider/{name}")
def to_provider(request: Request, city: CityHere, name: str) -> Response:
    """Send the browser to a provider."""
    (settings, provider), sign_in = _provider(city, name), sign_in_of(city)
    cookie, flow = sign_in.flows.begin(name)
    try:
        with _one_of_few(sign_in):
            metadata = sign_in.metadata(provider)
        there = providers.request_url(provider, metadata, flow, settings.callback(name))
    except NotSignedIn as error:
        raise Problem(502, "provider.refused", str(error)) from None
    answer = RedirectResponse(there, 303)
    keep_for_return(request, answer, FLOW, cookie)
    return answer


@router.get("/sign-in/provider/{name}/back")
def from_provider(
    request: Request, city: CityHere, name: str, state: Word = "", code: Word = "",
    iss: str | None = None,
) -> Response:  # fmt: skip
    """The browser comes back: redeem the code, and open a session for whom it names."""
    (settings, provider), sign_in = _provider(city, name), sign_in_of(city)
    try:
        flow = sign_in.flows.finish(request.cookies.get(FLOW, ""), name, state)
        with _one_of_few(sign_in):
            metadata = sign_in.metadata(provider)
            providers.check_issuer(provider, metadata, iss)
            token = providers.redeem(
                provider, metadata, sign_in.ways.secret_of(provider), code, flow,
                settings.callback(name),
            )  # fmt: skip
            keys = providers.keys_of(metadata)
        subject = providers.check_token(token, keys, provider, flow.nonce)
    except (NotBegun, NotSignedIn) as error:
        raise Problem(401, "provider.refused", str(error)) from None
    login = sign_in.tags.subject(provider.issuer, subject)
    return entered(request, city, login, BY_PROVIDER)


@router.post("/sign-in/staff")
def with_code(
    request: Request,
    city: CityHere,
    organisation: Annotated[str, Form(max_length=200)],
    name: Annotated[str, Form(max_length=200)],
    passphrase: Annotated[str, Form(max_length=200)],
    code: Annotated[str, Form(max_length=20)],
) -> Response:
    """A member of staff by passphrase and code."""
    same_site(request)
    sign_in = sign_in_of(city)
    if not sign_in.has_accounts:
        raise not_found("没有此登录方式", "There is no such way to sign in")
    try:
        login = sign_in.accounts.sign_in(organisation.strip(), name, passphrase, code)
    except Refused as error:
        raise Problem(401, "account.refused", str(error)) from None
    except Locked as error:
        raise Problem(429, "account.locked", str(error)) from None
    except Overloaded as error:
        raise Problem(503, "account.busy", str(error)) from None
    return entered(request, city, login, BY_CODE)


@router.post("/sign-in/wallet")
def with_wallet(request: Request, city: CityHere) -> Response:
    """A link for a wallet; whoever shows the credential is sent back here."""
    same_site(request)
    asked = ask_wallet(city)
    answer = page(request, "with_wallet.html", link=asked.link)
    answer.headers["cache-control"] = "no-store"
    keep_for_return(request, answer, HANDLE, asked.handle)
    return answer


@router.get("/sign-in/wallet/back")
def from_wallet(request: Request, city: CityHere, response_code: Word = "") -> Response:
    """The browser that asked comes back with the code that the holder was given."""
    agent, handle = request.headers.get("user-agent", ""), request.cookies.get(HANDLE)
    token, _ = enter_by_wallet(city, handle or "", response_code, agent)
    entered = city.sessions.enter_browser(token, agent)
    assert entered is not None, "it was opened a line above"
    return _welcome(request, city, entered[0])


def entered(request: Request, city: City, login: str, way: str) -> Response:
    """A session for who signed in as staff; or the page that says how to bind them."""
    agent = request.headers.get("user-agent", "")
    try:
        cookie, _ = enter_as_staff(city, login, way, agent)
    except NotBound as error:
        answer = page(request, "not_bound.html", 403, login=error.login)
        answer.headers["cache-control"] = "no-store"
        answer.delete_cookie(FLOW, path=PATH)
        return answer
    return _welcome(request, city, cookie)


def _welcome(request: Request, city: City, cookie: str) -> Response:
    """A page that leads on, with the new cookie; the session before is over."""
    city.sessions.close(request.cookies.get(COOKIE, ""))
    answer = page(request, "entered.html")
    answer.headers["cache-control"] = "no-store"
    keep_in_cookie(request, answer, cookie)
    for name in (FLOW, HANDLE):
        answer.delete_cookie(name, path=PATH)
    return answer
