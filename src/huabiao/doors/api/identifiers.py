"""
DIDs: resolution over HTTP, as DID Resolution 1.0 §12.1 binds it.

    GET /api/1.0/identifiers/DID[?versionId=HEIGHT | ?versionTime=2026-01-31T08:00:00Z]

With `Accept: application/did-resolution` (or anything) the whole result is given, with
`application/did`, `application/did+ld+json` or `application/did+json` the document.
"""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from huabiao.doors.viewer import CityHere
from huabiao.services.did import DidFailed, Resolver
from huabiao.services.did.resolution import RESULT

router = APIRouter(tags=["身份 · identity"])
DOCUMENTS = ("application/did+ld+json", "application/did+json", "application/did")
RESULTS = (RESULT, "application/json", "application/ld+json", "application/*", "*/*")
LONGEST_ACCEPT = 1_000

_JSON = {"schema": {"type": "object"}}
_CONTENT = {RESULT: _JSON, **dict.fromkeys(DOCUMENTS, _JSON)}
_ANSWERS = {
    200: {"content": _CONTENT, "description": "解析结果 · the resolution result"},
    **{
        status: {"content": {RESULT: _JSON}, "description": meaning}
        for status, meaning in (
            (400, "invalidDid, invalidOptions"),
            (404, "notFound"),
            (406, "representationNotSupported"),
            (410, "已注销 · deactivated"),
            (500, "invalidDidDocument, internalError"),
            (501, "methodNotSupported, featureNotSupported"),
        )
    },
}


@router.get(
    "/1.0/identifiers/{did:path}", response_class=Response, responses=_ANSWERS
)  # fmt: skip
def resolve(
    request: Request,
    city: CityHere,
    did: str,
    version_id: Annotated[
        str | None, Query(alias="versionId", max_length=40, description="高度 · height")
    ] = None,
    version_time: Annotated[
        str | None, Query(alias="versionTime", max_length=40)
    ] = None,
) -> Response:
    """Resolve a DID of this chain (did:huabiao), did:key or did:web."""
    resolver: Resolver = city.services["dids"]
    try:
        wanted = representation(request.headers.get("accept", "*/*"))
        found = resolver.resolve(did, version_id, version_time)
    except DidFailed as failed:
        return _answer(failed.result(), failed.status, RESULT)
    if wanted != RESULT and not found.deactivated:
        return _answer(found.document, 200, wanted)
    return _answer(found.result(), found.status, RESULT)


def representation(accept: str) -> str:
    """What a client takes, in the order in which it names it; DidFailed."""
    for each in accept[:LONGEST_ACCEPT].split(","):
        kind = each.partition(";")[0].strip().lower()
        if kind in DOCUMENTS:
            return kind
        if kind in RESULTS:
            return RESULT
    raise DidFailed(
        "representationNotSupported",
        f"只有 {RESULT} 和 {'、'.join(DOCUMENTS)}。"
        f" There are {RESULT} and {', '.join(DOCUMENTS)}.",
    )


def _answer(body: object, status: int, kind: str) -> Response:
    return Response(msgspec.json.encode(body), status, media_type=kind)
