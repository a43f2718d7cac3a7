"""
DIDs: resolution over HTTP, as DID Resolution 1.0 §12.1 binds it.

    GET /api/1.0/identifiers/DID[?versionId=HEIGHT | ?versionTime=2026-01-31T08:00:00Z]

With `Accept: application/did-resolution` (or anything) the whole result is given, with
`application/did`, `application/did+ld+json` or `application/did+json` the document.
What a client likes best is given, by its weights `q` (RFC 9110 §12.4.2, §12.5.1).
"""

import re
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from huabiao.doors.viewer import CityHere
from huabiao.services.did import DidFailed, Resolver
from huabiao.services.did.resolution import RESULT

router = APIRouter(tags=["身份 · identity"])
DOCUMENTS = ("application/did+ld+json", "application/did+json", "application/did")
ALSO_RESULT = ("application/json", "application/ld+json")
ANYTHING = ("application/*", "*/*")
LONGEST_ACCEPT = 1_000
Liking = tuple[float, int]
_WEIGHT = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")

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
        wanted = representation(", ".join(request.headers.getlist("accept")) or "*/*")
        found = resolver.resolve(did, version_id, version_time)
    except DidFailed as failed:
        return _answer(failed.result(), failed.status, RESULT)
    if wanted != RESULT and not found.deactivated:
        return _answer(found.document, 200, wanted)
    return _answer(found.result(), found.status, RESULT)


def representation(accept: str) -> str:
    """What a client likes best of what there is, by its `Accept`; DidFailed.

    RFC 9110 §12.5.1: the most specific range counts for a type, and q=0 refuses it. Of
    two that are liked alike, that which the client names first.
    """
    stated = _stated(accept[:LONGEST_ACCEPT])
    liked = {kind: _liking(stated, kind) for kind in (RESULT, *DOCUMENTS)}
    if RESULT not in stated:  # the result is JSON too: who takes that takes it
        also = (stated[kind] for kind in ALSO_RESULT if kind in stated)
        liked[RESULT] = max((liked[RESULT], *also))
    wanted = max(liked, key=lambda kind: liked[kind])
    if liked[wanted][0] > 0:
        return wanted
    raise DidFailed(
        "representationNotSupported",
        f"只有 {RESULT} 和 {'、'.join(DOCUMENTS)}。"
        f" There are {RESULT} and {', '.join(DOCUMENTS)}.",
    )


def _stated(accept: str) -> dict[str, Liking]:
    """Each media range with its weight and its place, the first the greatest; one whose
    weight is none is passed over."""
    found: dict[str, Liking] = {}
    for place, each in enumerate(accept.split(",")):
        kind, *parameters = (part.strip().lower() for part in each.split(";"))
        weights = [part[2:] for part in parameters if part.startswith("q=")]
        weight = weights[0] if weights else "1"
        if _WEIGHT.fullmatch(weight):
            found.setdefault(kind, (float(weight), -place))
    return found


def _liking(stated: dict[str, Liking], kind: str) -> Liking:
    """How a type is liked, by the most specific range that takes it in."""
    ranges = (each for each in (kind, *ANYTHING) if each in stated)
    return stated.get(next(ranges, ""), (0.0, 0))


def _answer(body: object, status: int, kind: str) -> Response:
    return Response(msgspec.json.encode(body), status, media_type=kind)
