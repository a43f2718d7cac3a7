"""
The guard: limits and headers around every request, in plain ASGI.

Bodies end at 8 MiB, counted as they arrive. Every answer forbids framing, sniffing and
foreign content. Scripts are served from here and never stand in a page: those of the
OpenAPI page, of the pages on which people sign or export lists, and of the one that
verifies proofs, which may ask nobody anything. Each request has a trace id, the
caller's own where it sends one (W3C Trace Context).
"""

import json
import random
import re
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from huabiao.doors.problems import (
    MEDIA_TYPE,
    TRACE_HEADER,
    Problem,
    preferred_language,
)

LARGEST_BODY = 8 * 1024 * 1024
LONGEST_PATH = 4_096

_STRICT = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
_OPENAPI_PAGE = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self';"
    " connect-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
_VERIFIER = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:;"
    " form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_SIGNING = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self';"
    " img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_POLICIES = {
    "/api/docs": _OPENAPI_PAGE,
    "/verify": _VERIFIER,
    "/keys": _SIGNING,
    "/me": _SIGNING,
    "/events": _SIGNING,
    "/envelopes": _SIGNING,
    "/accounts": _SIGNING,
}


def policy_of(path: str) -> str:
    """The content policy of a page."""
    if path.startswith(("/scenarios/", "/accounts/")):
        return _SIGNING
    return _POLICIES.get(path, _STRICT)


_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
_TRACES = random.Random()  # noqa: S311
"""Trace ids are unlike, not secret. Asking the system for each gives up Python's lock,
which under load takes longer to get back than the rest of the guard."""
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-.*")


class _TooLarge(Exception):
    pass


class Guard:
    """Wraps an application."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        policy = policy_of(scope["path"])
        extra = [
            *_HEADERS,
            (b"content-security-policy", policy.encode()),
            (TRACE_HEADER.encode(), begin_trace(scope).encode()),
        ]
        started, received = False, 0

        async def send_guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message.get("headers", ()), *extra]
            await send(message)

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > LARGEST_BODY:
                raise _TooLarge
            return message

        try:
            _check_size(scope)
            await self.app(scope, receive_counted, send_guarded)
        except _TooLarge:
            if not started:
                await _answer(scope, send_guarded, too_large())


def _check_size(scope: Scope) -> None:
    given = Headers(scope=scope).get("content-length", "0")
    if given.isdigit() and int(given) > LARGEST_BODY:
        raise _TooLarge


def too_large() -> Problem:
    return Problem(
        413,
        "body.large",
        f"内容超过 {LARGEST_BODY} 字节。 The body is over {LARGEST_BODY} bytes.",
        "请分批发送；大文件只需发送摘要。 Split it; of large files send the digest.",
    )


def begin_trace(scope: Scope) -> str:
    """The trace id of a request, kept with it: 32 hexadecimal digits."""
    given = next((v for n, v in scope["headers"] if n == b"traceparent"), b"")
    named = _TRACEPARENT.fullmatch(given.decode("latin-1"))
    trace = named[1] if named else f"{_TRACES.getrandbits(128):032x}"
    scope.setdefault("state", {})["trace"] = trace
    return trace


def trace_of(scope: Scope) -> str:
    """The trace id of a request; "" of one that came past the guard."""
    return str(scope.get("state", {}).get("trace", ""))


async def _answer(scope: Scope, send: Send, problem: Problem) -> None:
    language = preferred_language(Headers(scope=scope).get("accept-language", ""))
    document = problem.document(language, trace_of(scope))
    body = json.dumps(document, ensure_ascii=False).encode()
    headers: list[Any] = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    start = {"type": "http.response.start", "status": problem.status}
    await send({**start, "headers": headers})
    await send({"type": "http.response.body", "body": body})
