"""How every exception leaves through the doors: problem JSON, or a page for people."""

import logging
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from huabiao.client.described import NotDescribed
from huabiao.client.port import Busy
from huabiao.codec import Malformed
from huabiao.contracts import Refused
from huabiao.doors.api.guard import trace_of
from huabiao.doors.pages.render import problem_page
from huabiao.doors.problems import (
    MEDIA_TYPE,
    TITLES,
    Problem,
    malformed,
    preferred_language,
)
from huabiao.services.index import TooSlow

LONGEST_FIELD = 200
_NARROW = "请加条件或减少条数。 Add a condition, or ask for fewer."
_ADDRESSES = "全部地址见 /api/docs。 All addresses are at /api/docs."
log = logging.getLogger("huabiao.doors")


class ProblemDocument(BaseModel):
    """A problem (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    field: str | None = None
    todo: str | None = None
    trace: str | None = None


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {
        "description": TITLES[status],
        "content": {
            MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}
        },
        "model": ProblemDocument,
    }
    for status in (400, 401, 403, 404, 409, 413, 415, 422, 429, 503)
}


def install_errors(app: FastAPI) -> None:
    """Turn every exception into a problem."""
    for kind in (
        Problem, Busy, TooSlow, Malformed, NotDescribed, Refused, HTTPException,
        RequestValidationError, ClientDisconnect, Exception,
    ):  # fmt: skip
        app.add_exception_handler(kind, answer)


async def answer(request: Request, error: Exception) -> Response:
    """The response that an exception stands for."""
    problem = problem_of(error)
    language = preferred_language(request.headers.get("accept-language", ""))
    trace = trace_of(request.scope)
    _note(request, problem, trace, error)
    headers = {"vary": "accept-language"}
    if problem.status == 503:
        headers["retry-after"] = "1"
    if problem.status == 401:
        headers["www-authenticate"] = "Bearer"
    if isinstance(error, HTTPException) and error.headers:
        headers |= dict(error.headers)
    if request.url.path.startswith("/api"):
        body = msgspec.json.encode(problem.document(language, trace))
        headers["content-language"] = language or "zh, en"
        return Response(body, problem.status, headers, MEDIA_TYPE)
    return problem_page(request, problem, trace, headers)


def _note(request: Request, problem: Problem, trace: str, error: Exception) -> None:
    """One line in the log. Addresses may hold a person's words: the route stands there
    and not what was asked; nothing of what was sent does."""
    level = logging.ERROR if problem.status == 500 else logging.INFO
    route = getattr(request.scope.get("route"), "path", "-")
    log.log(
        level, "trace=%s %s %s %d %s %s",
        trace, request.method, route, problem.status, problem.code,
        type(error).__name__,
    )  # fmt: skip


def problem_of(error: Exception) -> Problem:
    """The problem that an exception stands for; unforeseen ones say nothing inner."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, Busy):
        todo = "请稍后重发。 Send it again after a moment."
        return Problem(503, "pool.full", str(error), todo)
    if isinstance(error, TooSlow):
        return Problem(503, "read.slow", str(error), _NARROW)
    if isinstance(error, Refused):
        return Problem(409, error.code, error.sentence)
    if isinstance(error, Malformed):
        field = getattr(error, "field", "")
        return malformed(str(error), "argument.malformed", field)
    if isinstance(error, NotDescribed):
        return Problem(404, "operation.unknown", str(error))
    if isinstance(error, RequestValidationError):
        return _malformed_places(error)
    if isinstance(error, HTTPException):
        code = f"http.{error.status_code}"
        return Problem(error.status_code, code, _said(error), _ADDRESSES)
    return Problem(
        500,
        "internal",
        "处理时出错，已记入日志。 Something failed; it stands in the log.",
        "请稍后重试；若再发生，请告知运行方。 Try again, or tell the operator.",
    )


def _said(error: HTTPException) -> str:
    if error.status_code == 404:
        return "没有此地址。 There is nothing at this address."
    if error.status_code == 405:
        return "此地址不支持该方法。 This address does not take that method."
    return f"请求不能处理。 The request cannot be handled: {error.detail}."


def _malformed_places(error: RequestValidationError) -> Problem:
    """Where a request is malformed, at most three places; the first is the field."""
    named = [
        (".".join(str(step) for step in each["loc"])[:LONGEST_FIELD], each["msg"])
        for each in error.errors()[:3]
    ]
    told = "; ".join(f"{field}: {said}" for field, said in named)
    return malformed(
        f"请求有误（{told}）。 The request is malformed: {told}.",
        field=named[0][0] if named else "",
    )
