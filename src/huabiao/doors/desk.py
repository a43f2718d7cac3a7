"""
An organisation's desk: where wallets come for credentials, and to show them.

    GET  /.well-known/openid-credential-issuer      OpenID4VCI 1.0
    GET  /.well-known/oauth-authorization-server    RFC 8414
    POST /openid4vci/token · nonce · vc
    GET  /openid4vp/ask/ID, POST the same           a request object; OpenID4VP 1.0
    POST /openid4vp/answer/ID                       direct_post

The desk is a process of the organisation, because it signs with the organisation's key;
no node has that key. Bodies are bounded before they are read, nothing may be cached, no
address is logged: addresses are secrets here.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from huabiao.client.port import Busy
from huabiao.client.remote import Answered, Unreachable
from huabiao.services.openid4vc import IssuerDesk, OAuthError, VerifierDesk
from huabiao.services.openid4vc.issuer import (
    CREDENTIAL,
    METADATA,
    NONCE,
    OAUTH_METADATA,
    TOKEN,
)
from huabiao.services.openid4vc.request_objects import TYPE
from huabiao.services.openid4vc.verifier import REQUESTS, RESPONSES

LARGEST, MOST_FIELDS = 512 * 1024, 20
NO_STORE = {"cache-control": "no-store"}
Endpoint = Callable[[Request], Awaitable[Response]]


def build_desk(issuer: IssuerDesk, verifier: VerifierDesk) -> Starlette:
    """The two desks of one organisation as an ASGI application."""
    routes = [*_issuer_routes(issuer), *verifier_routes(lambda request: verifier)]
    handlers: Any = {
        OAuthError: refuse,
        Unreachable: _postpone,
        Answered: _postpone,
        Busy: _postpone,
    }
    return Starlette(routes=routes, exception_handlers=handlers)


def _issuer_routes(desk: IssuerDesk) -> list[Route]:
    async def token(request: Request) -> Response:
        return await _answer(desk.token, await form_of(request))

    async def credential(request: Request) -> Response:
        bearer, body = bearer_of(request), await body_of(request)
        if not request.headers.get("content-type", "").startswith("application/json"):
            said = "The request must be application/json"
            raise OAuthError("invalid_credential_request", said)
        return await _answer(desk.credential, bearer, body)

    return [
        Route(METADATA, _told(desk.metadata)),
        Route(OAUTH_METADATA, _told(desk.oauth_metadata)),
        Route(TOKEN, token, methods=["POST"]),
        Route(NONCE, _told(desk.nonce), methods=["POST"]),
        Route(CREDENTIAL, credential, methods=["POST"]),
    ]


def verifier_routes(desk_of: Callable[[Request], VerifierDesk]) -> list[Route]:
    """Where wallets fetch what a verifier asks, and answer it."""

    async def ask(request: Request) -> Response:
        name, form = request.path_params["id"], {}
        if request.method == "POST":
            form = await form_of(request)
        desk = await run_in_threadpool(desk_of, request)
        signed = await run_in_threadpool(desk.request, name, form.get("wallet_nonce"))
        return Response(signed, media_type=f"application/{TYPE}", headers=NO_STORE)

    async def response(request: Request) -> Response:
        form = await form_of(request)
        desk = await run_in_threadpool(desk_of, request)
        return await _answer(desk.response, request.path_params["id"], form)

    return [
        Route(REQUESTS + "{id}", ask, methods=["GET", "POST"]),
        Route(RESPONSES + "{id}", response, methods=["POST"]),
    ]


def _told(document: Callable[[], Any]) -> Endpoint:
    async def tell(request: Request) -> Response:
        return await _answer(document)

    return tell


async def _answer(work: Callable[..., Any], *given: Any) -> Response:
    return JSONResponse(await run_in_threadpool(work, *given), headers=NO_STORE)


def refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, OAuthError)
    headers = dict(NO_STORE)
    if error.status == 401:  # RFC 6750 §3
        headers["www-authenticate"] = f'Bearer error="{error.code}"'
    return JSONResponse(error.document(), error.status, headers)


def _postpone(request: Request, error: Exception) -> Response:
    """The city does not answer: the wallet may try again with what it has."""
    return refuse(
        request, OAuthError("temporarily_unavailable", "Please try again later", 503)
    )


def bearer_of(request: Request) -> str:
    """The access token of a request (RFC 6750 §2.1); OAuthError 401."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not 0 < len(token) <= 200:
        raise OAuthError("invalid_token", "A bearer token is needed", 401)
    return token


async def body_of(request: Request) -> bytes:
    """A body of up to 512 KiB; OAuthError 413."""
    found = bytearray()
    async for piece in request.stream():
        found += piece
        if len(found) > LARGEST:
            raise OAuthError("invalid_request", "The request is too large", 413)
    return bytes(found)


async def form_of(request: Request) -> dict[str, str]:
    """Form fields, each once (RFC 6749 §3.2); OAuthError."""
    try:
        pairs = parse_qsl(
            (await body_of(request)).decode(), True, max_num_fields=MOST_FIELDS,
            errors="strict",
        )  # fmt: skip
    except ValueError:
        raise OAuthError("invalid_request", "The form is malformed") from None
    found = dict(pairs)
    if len(found) != len(pairs):
        raise OAuthError("invalid_request", "A parameter is twice there")
    return found
