"""
The busy addresses, past routing and validation.

FastAPI's stack costs about half a millisecond a request, more than a whole envelope.
Where thousands of requests a second come in, their endpoint is called directly; it is
declared as a route all the same, and so stands in the OpenAPI document.
"""

from collections.abc import Awaitable, Callable, Mapping

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from huabiao.client.port import Busy
from huabiao.doors.problems import Problem

Endpoint = Callable[[Request], Awaitable[Response]]
Answer = Callable[[Request, Exception], Awaitable[Response]]


class HotPaths:
    """Wraps an application: (method, path) that are listed never reach it."""

    def __init__(
        self,
        app: ASGIApp,
        endpoints: Mapping[tuple[str, str], Endpoint],
        answer: Answer,
    ) -> None:
        self.app, self.endpoints, self.answer = app, endpoints, answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope.get("method", ""), scope.get("path", "")
        endpoint = self.endpoints.get(asked) if scope["type"] == "http" else None
        if endpoint is None:
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            response = await endpoint(request)
        except (Problem, Busy, HTTPException, ClientDisconnect) as error:
            response = await self.answer(request, error)
        await response(scope, receive, send)
