"""How every exception leaves through the doors: problem JSON, or a page for people."""

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
from huabiao.doors.pages.render import problem_page
from huabiao.doors.problems import MEDIA_TYPE, TITLES, Problem, malformed


class ProblemDocument(BaseModel):
    """A problem (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    todo: str | None = None


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
        Problem, Busy, Malformed, NotDescribed, Refused, HTTPException,
        RequestValidationError, ClientDisconnect, Exception,
    ):  # fmt: skip
        app.add_exception_handler(kind, answer)


async def answer(request: Request, error: Exception) -> Response:
    """The response that an exception stands for."""
    problem = problem_of(error)
    headers = {"retry-after": "1"} if problem.status == 503 else {}
    if problem.status == 401:
        headers["www-authenticate"] = "Bearer"
    if isinstance(error, HTTPException) and error.headers:
        headers |= dict(error.headers)
    if request.url.path.startswith("/api"):
        body = msgspec.json.encode(problem.document())
        return Response(body, problem.status, headers, MEDIA_TYPE)
    return problem_page(request, problem, headers)


def problem_of(error: Exception) -> Problem:
    """The problem that an exception stands for; unforeseen ones say nothing inner."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, Busy):
        return Problem(503, "pool.full", str(error))
    if isinstance(error, Refused):
        return Problem(409, error.code, error.sentence)
    if isinstance(error, Malformed):
        return malformed(str(error), "argument.malformed")
    if isinstance(error, NotDescribed):
        return Problem(404, "operation.unknown", str(error))
    if isinstance(error, RequestValidationError):
        return malformed(_places(error))
    if isinstance(error, HTTPException):
        return Problem(error.status_code, f"http.{error.status_code}", _said(error))
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


def _places(error: RequestValidationError) -> str:
    """Where a request is malformed, at most three places."""
    found = [
        f"{'.'.join(str(step) for step in each['loc'])}: {each['msg']}"
        for each in error.errors()[:3]
    ]
    return f"请求有误：{'; '.join(found)}。 The request is malformed there."
