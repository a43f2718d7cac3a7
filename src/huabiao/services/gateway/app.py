"""
A gateway's own door, for a department that runs it beside its database.

    POST /fetch    a signed request in, [receipt, envelope, sealed rows] out; octets
    GET  /health

A refusal is a problem document (RFC 9457) with the code and the sentence of `Denied`.
"""

from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from huabiao.services.gateway.gateway import Gateway
from huabiao.services.gateway.grant import Denied
from huabiao.services.gateway.request import LARGEST, BadFetch

OCTETS = "application/octet-stream"
_BINARY: dict[str, Any] = {OCTETS: {"schema": {"type": "string", "format": "binary"}}}
STATUS = {"rate": 429, "rate.day": 429, "busy": 503, "database": 503,
          "reader.signature": 401, "grant.unknown": 404, "replayed": 409}  # fmt: skip


def build(gateway: Gateway) -> FastAPI:
    """The application; mount it or serve it alone, in the gateway's event loop."""
    app = FastAPI(title="华表数据网关 · Huabiao data gateway")

    @app.post(
        "/fetch",
        response_class=Response,
        responses={200: {"content": _BINARY}},
        openapi_extra={"requestBody": {"required": True, "content": _BINARY}},
    )
    async def fetch(request: Request) -> Response:
        """Rows under a grant, sealed to the reader."""
        raw = await _body(request)
        try:
            return Response(await gateway.fetch(raw), media_type=OCTETS)
        except BadFetch as error:
            return _problem(422, "fetch.malformed", str(error))
        except Denied as error:
            return _problem(STATUS.get(error.code, 403), error.code, error.sentence)

    @app.get("/health")
    async def health() -> dict[str, Any]:
        """Whether the gateway answers."""
        return {"ok": True, "chain": gateway.port.chain}

    return app


async def _body(request: Request) -> bytes:
    """The request's bytes, no more than a fetch may have."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST:
            break
        parts.append(part)
    return b"".join(parts) if size <= LARGEST else b""


def _problem(status: int, code: str, sentence: str) -> JSONResponse:
    document = {
        "type": f"urn:huabiao:problem:{code}",
        "status": status,
        "code": code,
        "detail": sentence,
    }
    return JSONResponse(document, status, media_type="application/problem+json")
