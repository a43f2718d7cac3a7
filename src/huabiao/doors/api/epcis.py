"""
EPCIS: documents of events in and out (GS1 EPCIS 2.0, JSON-LD).

    POST /api/epcis/prepare             a document → the bytes to sign
    POST /api/epcis/documents           the document itself, after it was captured
    GET  /api/epcis/documents/{digest}  and back as it was written
    GET  /api/epcis/lots/{lot}          a lot's way, and its ancestors', as a document
    GET  /api/epcis/descendants/{lot}   all that was made of a lot

A document becomes one envelope that its sender signs and posts to
/api/envelopes/signed. The same document goes in once. Who captured it may leave it at
the node: exports then have its events as they were written, times and extensions too.
"""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from huabiao.crypto.suite import suite
from huabiao.doors import tracing
from huabiao.doors.api.envelopes import prepared_body
from huabiao.doors.city import City
from huabiao.doors.problems import malformed, not_found
from huabiao.doors.viewer import CityHere, Json, SignedIn, Viewer
from huabiao.services.epcis import (
    KeptDocuments,
    NotEpcis,
    Translation,
    translate,
    write_document,
)

router = APIRouter(tags=["追溯 · traceability"])
LD_JSON = "application/ld+json"
AS_DOCUMENT: dict[str, Any] = {
    "response_class": Response,
    "responses": {200: {"content": {LD_JSON: {"schema": {"type": "object"}}}}},
}
MOST_LOTS = 1_000

Gtin = Annotated[str, Field(pattern=r"^\d{14}$")]
Grams = Annotated[int, Field(ge=1, le=10**9)]
Name = Annotated[str, Field(max_length=400)]


class Capture(BaseModel):
    """A document as text, who will sign, and what the document leaves open."""

    signer: str = Field(pattern="^([0-9a-f]{2}){32,4096}$", description="public key")
    document: str = Field(max_length=4_194_304, description="JSON-LD, as it was sent")
    weights: dict[Gtin, Grams] = Field({}, description="grams a piece, by GTIN-14")
    parties: dict[Name, Name] = Field({}, description="accounts, by party")
    products: dict[Gtin, Name] = Field({}, description="names, by GTIN-14")
    intake: bool = Field(False, description="bring in what the chain does not know")
    valid_until: int | None = Field(None, ge=0, le=2**53)


@router.post("/epcis/prepare")
def prepare(city: CityHere, given: Capture) -> Json:
    """The body of one envelope with every event of a document."""
    how = Translation(
        given.weights,
        given.parties,
        given.products,
        given.intake,
        lambda path: tracing.traced(city, path) is not None,
    )
    try:
        raw = given.document.encode()
        calls = translate(raw, suite(city.port.suite_name).digest(raw), how)
    except (NotEpcis, UnicodeEncodeError) as error:
        raise malformed(str(error), "epcis.document") from None
    body = prepared_body(city, given.signer, given.valid_until, calls)
    said = [{"operation": each.operation, "key": each.key} for each in calls]
    return body | {"calls": said, "notes": how.notes}


class Document(BaseModel):
    """A document, as it was captured."""

    document: str = Field(max_length=4_194_304, description="JSON-LD, as it was sent")


@router.post("/epcis/documents", status_code=201)
def deposit(city: CityHere, sender: SignedIn, given: Document) -> Json:
    """Leave a document that one captured at this node, for everybody to have."""
    raw = given.document.encode(errors="replace")
    digest = suite(city.port.suite_name).digest(raw).hex()
    entry = tracing.traced(city, digest)
    if entry is None or sender not in (party for party, _ in entry["holdings"]):
        raise not_found(
            f"此账户没有写入过摘要为 {digest} 的文件，请先导入",
            f"This account captured no document of the digest {digest}: import it",
        )
    try:
        kept_here(city).keep(digest, raw)
    except NotEpcis as error:
        raise malformed(str(error), "epcis.document") from None
    return {"digest": digest}


@router.get("/epcis/documents/{digest}", **AS_DOCUMENT)
def document(city: CityHere, digest: str) -> Response:
    """A captured document as it was written; the chain has its digest."""
    raw = kept_here(city).find(digest)
    if raw is None:
        raise not_found(
            "本节点没有这份文件", "This node was not given a document of that digest"
        )
    return Response(raw, media_type=LD_JSON)


def kept_here(city: City) -> KeptDocuments:
    found: KeptDocuments = city.services["documents"]
    return found


@router.get("/epcis/lots/{lot:path}", **AS_DOCUMENT)
def lot(request: Request, city: CityHere, viewer: Viewer, lot: str) -> Response:
    """The events of a lot and of what it was made of, as an EPCIS 2.0 document."""
    path = tracing.path_of(lot)
    tracing.seen_lot(city, path, viewer)
    kin = tracing.ancestors(city, path, tracing.MOST_LOTS)
    acts = tracing.acts(city, kin)
    created = max((act.time for act in acts), default=0)
    kept = kept_here(city).events
    told = write_document(acts, str(request.base_url), created, kept)
    return Response(msgspec.json.encode(told), media_type=LD_JSON)


@router.get("/epcis/descendants/{lot:path}", response_model=Json)
def descendants(
    city: CityHere,
    viewer: Viewer,
    lot: str,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    limit: Annotated[int, Query(ge=0, le=200_000)] = MOST_LOTS,
) -> Response:
    """Every lot that was made of this one, however far down; the digest is over all."""
    found = tracing.findings(city, tracing.path_of(lot), viewer)
    shown = found | {"lots": found["lots"][offset : offset + limit]}
    return Response(msgspec.json.encode(shown), media_type="application/json")
