"""
A wallet answers a verifier: OpenID4VP 1.0, a request by reference, direct_post, and
direct_post.jwt where the verifier demands it.

1. `fetch_request`   the link names the verifier, its signed request says what is asked
2. `prepare`         which credentials and claims would be shown: the holder decides
3. `answer`          the presentations, made for this verifier and this nonce
   `decline`         or the error, by the specification's name
"""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from huabiao.services.credentials import Credential, Signer, sd_jwt_vc, vc_jwt
from huabiao.services.credentials.algorithms import Resolve
from huabiao.services.openid4vc.dcql import Steps, choose, claims_of
from huabiao.services.openid4vc.encrypting import seal
from huabiao.services.openid4vc.exchange import (
    Unanswered,
    check_url,
    get,
    object_of,
    post_form,
)
from huabiao.services.openid4vc.formats import read_held
from huabiao.services.openid4vc.oauth import OAuthError
from huabiao.services.openid4vc.receiving import LONGEST_LINK
from huabiao.services.openid4vc.request_objects import (
    TYPE,
    Request,
    open_request,
    read_request,
)

ACCEPT = f"application/{TYPE}"


@dataclass(frozen=True)
class Showing:
    """What would be shown for a query: a credential, its text, and pointers to the
    claims that it discloses; all of it where it cannot disclose a part."""

    credential: Credential
    text: str
    pointers: list[str]


def fetch_request(link: str, resolve: Resolve, now: Callable[[], int]) -> Request:
    """The request that a link leads to; NotVerified, Unanswered, and OAuthError, which
    the verifier has then been told."""
    if len(link) > LONGEST_LINK:
        raise Unanswered("链接过长。 The link is too long.")
    asked = {
        name: values[0]
        for name, values in parse_qs(
            urlsplit(link.strip()).query, max_num_fields=20
        ).items()
        if len(values) == 1
    }
    if "request_uri" not in asked or "client_id" not in asked:
        raise Unanswered("链接缺少 request_uri。 The link has no request_uri.")
    method, nonce = asked.get("request_uri_method", "get"), None
    if method not in ("get", "post"):
        raise OAuthError("invalid_request_uri_method", "get or post is expected")
    if method == "post":
        nonce = secrets.token_urlsafe(32)
        given = post_form(asked["request_uri"], {"wallet_nonce": nonce}, ACCEPT)
    else:
        given = get(asked["request_uri"], ACCEPT)
    token = given.body.decode("ascii", "replace").strip()
    found = open_request(token, asked["client_id"], resolve, now(), nonce)
    try:
        return read_request(found)
    except OAuthError as error:
        _tell(found.get("response_uri"), error, found.get("state"))
        raise


def prepare(request: Request, texts: list[str]) -> dict[str, Showing]:
    """What the wallet would show, by query; OAuthError `access_denied`, to be told."""
    held = {text: read_held(text) for text in texts}
    chosen = choose(request.query, [(text, each[0]) for text, each in held.items()])
    showing = {}
    for name, text in chosen.items():
        credential, by_pointer = held[text]
        claims = claims_of(request.query.credentials[name], credential)
        pointers = disclosures_for(claims, by_pointer)
        showing[name] = Showing(credential, text, pointers)
    return showing


def disclosures_for(claims: list[Steps], by_pointer: Mapping[str, str]) -> list[str]:
    """The disclosures to send for these claims: each with what stands in it, and where
    it is open itself, with what it stands in."""
    wanted: list[str] = []
    for steps in claims:
        at = "".join(f"/{_escape(str(step))}" for step in steps)
        inner = [each for each in by_pointer if (each + "/").startswith(at + "/")]
        outer = [each for each in by_pointer if (at + "/").startswith(each + "/")]
        wanted += inner + outer
    return list(dict.fromkeys(wanted))


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def answer(
    request: Request, showing: Mapping[str, Showing], holder: Signer, now: int
) -> str | None:
    """Send the presentations; where the verifier wants the holder to go on, if it says
    so (§8.2)."""
    token = vp_token(request, showing, holder, now)
    state = {} if request.state is None else {"state": request.state}
    if request.recipient is None:
        form = {"vp_token": json.dumps(token), **state}
    else:
        form = {"response": seal({"vp_token": token, **state}, request.recipient)}
    given = object_of(post_form(check_url(request.response_uri), form))
    found = given.get("redirect_uri")
    return found if isinstance(found, str) else None


def vp_token(
    request: Request, showing: Mapping[str, Showing], holder: Signer, now: int
) -> dict[str, list[str]]:
    """The presentations by query, each for this verifier and nonce (§8.1)."""
    return {
        name: [_present(each, holder, request, now)] for name, each in showing.items()
    }


def _present(each: Showing, holder: Signer, request: Request, now: int) -> str:
    if each.credential.format == sd_jwt_vc.FORMAT:
        return sd_jwt_vc.present(
            each.text, each.pointers, holder, request.client_id, request.nonce, now
        )
    return vc_jwt.present([each.text], holder, request.client_id, request.nonce, now)


def decline(request: Request, error: OAuthError) -> None:
    """Tell the verifier that there will be no answer (§8.5), if it wants to hear it."""
    _tell(request.response_uri, error, request.state)


def _tell(url: object, error: OAuthError, state: object) -> None:
    form = error.document()
    if isinstance(state, str):
        form["state"] = state
    try:
        post_form(url, form)
    except (OAuthError, Unanswered):
        return  # the holder is told the reason, not what the verifier thinks of it
