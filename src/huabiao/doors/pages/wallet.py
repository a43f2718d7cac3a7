"""The wallet's page, /me: what is one's own; a code for an office; one's sessions."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)

from huabiao.codec import Instant
from huabiao.crypto.address import show
from huabiao.doors import wallet
from huabiao.doors.authorising import draw_code
from huabiao.doors.city import City
from huabiao.doors.entering import sign_in_of
from huabiao.doors.levels import chains
from huabiao.doors.lists_asked import csv_download
from huabiao.doors.pages.entering import sign_in_page
from huabiao.doors.pages.own import same_site
from huabiao.doors.pages.passkeys import may_add
from huabiao.doors.pages.render import page
from huabiao.doors.pages.views import PageSession
from huabiao.doors.problems import MEDIA_TYPE, Problem, sign_in
from huabiao.doors.records import csv_of_uses, uses_of
from huabiao.doors.sessions import BY_CODE, BY_PASSKEY, Session
from huabiao.doors.supervising import supervised
from huabiao.doors.vault import values_about
from huabiao.doors.viewer import CityHere

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/me")
def me(request: Request, city: CityHere, session: PageSession) -> HTMLResponse:
    """All that is one's own, to whom the session's account belongs; never kept."""
    if session is None:
        return sign_in_page(request, city)
    account = session.account
    answer = page(
        request,
        "me.html",
        account=show(account),
        organisation=city.organisation(account),
        offices=wallet.offices(city),
        ending=wallet.ending_keys(city, account),
        uses=uses_of(city, account),
        levels=[*chains(city)],
        values=values_about(city, account),
        supervises=bool(supervised(city, account)),
        sessions=wallet.sessions_of(city, account, session),
        passkeys=passkeys_of(city, session),
        may_add=may_add(session),
        **{name: read(city, account) for name, read in wallet.SECTIONS.items()},
    )
    answer.headers["cache-control"] = "no-store"
    return answer


@router.get("/me/uses.csv")
def uses_csv(city: CityHere, session: PageSession) -> StreamingResponse:
    """Every use of one's own data, as a file to keep."""
    if session is None:
        raise sign_in()
    return csv_download(city, csv_of_uses(city, session.account), "uses")


def passkeys_of(city: City, session: Session) -> list[dict[str, object]] | None:
    """The passkeys of a member of staff who has an account here; None for others."""
    found = sign_in_of(city)
    if session.way not in (BY_CODE, BY_PASSKEY) or not found.takes_passkeys:
        return None
    return [
        {"id": each.id, "added": Instant.show(each.added), "copied": each.copied}
        for each in found.passkeys.of(session.login)
    ]


@router.post("/me/codes")
def new_code(request: Request, city: CityHere, session: PageSession) -> Response:
    """Eight digits and the permit's id; the holder's own key signs the permit. A
    script asks, so what goes wrong is told as the API tells it."""
    try:
        same_site(request)
        if session is None or session.login:
            raise sign_in()  # a code is for its holder's own key to permit
        told = draw_code(city, session.account)
    except Problem as problem:
        return JSONResponse(problem.document(), problem.status, media_type=MEDIA_TYPE)
    return JSONResponse(told, headers={"cache-control": "no-store"})


@router.post("/me/sessions/end")
def end(
    request: Request,
    city: CityHere,
    session: PageSession,
    id_: Annotated[str, Form(alias="session", max_length=40)] = "",
) -> Response:
    """End one of one's sessions, or all of them."""
    same_site(request)
    if session is None:
        raise sign_in()
    city.sessions.end(session.account, id_ or None, session.login)
    return RedirectResponse("/me", 303)
