"""
Credentials: what anybody needs to verify one.

    GET /api/credentials                        who signs the status lists here
    GET /api/credentials/lists/LIST             whose a list is, and what for
    GET /api/credentials/status/LIST            its bits, as a signed credential
    GET /api/credentials/schemas/TYPE/VERSION   a JSON Schema
    GET /api/credentials/standing?issuer=&type=  whether an issuer stands, or why not
"""

import time
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from huabiao.codec import decode
from huabiao.crypto.address import show
from huabiao.doors.city import City
from huabiao.doors.problems import Problem, not_found
from huabiao.doors.viewer import CityHere, Json
from huabiao.services.credentials import NotVerified
from huabiao.services.credentials.chain import read_list, status_url
from huabiao.services.credentials.dids import account_with
from huabiao.services.credentials.publisher import Publisher
from huabiao.services.credentials.status_list import TTL_MS
from huabiao.services.credentials.strict_json import write
from huabiao.services.did.chain_method import chain_did

router = APIRouter(tags=["凭证 · credentials"])

_VC = {200: {"content": {"application/vc": {"schema": {"type": "object"}}}}}
_SCHEMA = {
    200: {"content": {"application/schema+json": {"schema": {"type": "object"}}}}
}
_CACHED = {"cache-control": f"public, max-age={TTL_MS // 5000}"}
_FOR_EVER = {"cache-control": "public, max-age=31536000, immutable"}


def publisher_of(city: City) -> Publisher:
    found: Publisher = city.services["status_lists"]
    return found


@router.get("/credentials")
def about(city: CityHere) -> Json:
    """The DID that signs the status lists of this node."""
    return {"publisher": publisher_of(city).signer.did}


Name = Annotated[str, Path(max_length=100)]


@router.get("/credentials/lists/{name}")
def one_list(city: CityHere, name: Name) -> Json:
    """What the chain says of a status list."""
    issuer, kind, purpose, length, _, _, changes = list_facts(city, name)
    return {
        "issuer": chain_did(city.port.chain, issuer),
        "type": kind,
        "purpose": purpose,
        "length": length,
        "changes": changes,
    }


def list_facts(city: City, name: str) -> list[Any]:
    """A list as the contract `credentials` keeps it; Problem 404."""
    found = read_list(city.port.read, name)
    if found is None:
        raise not_found(f"没有状态列表“{name}”", f"There is no status list {name!r}")
    return found


@router.get("/credentials/status/{name}", response_class=Response, responses=_VC)
def status_list(request: Request, city: CityHere, name: Name) -> Response:
    """The bits of a list as they stand, signed; to be believed for five minutes."""
    found, read = list_facts(city, name), city.port.read
    url = status_url(str(request.base_url).rstrip("/"), name)
    issuer = chain_did(city.port.chain, found[0])
    now = int(time.time() * 1000)
    document = publisher_of(city).status_list(read, name, url, issuer, now)
    return Response(write(document), media_type="application/vc", headers=_CACHED)


@router.get(
    "/credentials/schemas/{credential_type}/{version}",
    response_class=Response,
    responses=_SCHEMA,
)
def schema(
    city: CityHere,
    credential_type: Annotated[str, Path(max_length=200)],
    version: Annotated[int, Path(ge=0, le=99_999)],
) -> Response:
    """The schema of a version of a type; it never changes."""
    found = city.port.read(f"accreditation/schemas/{credential_type}/{version}")
    if found is None:
        raise not_found("没有此模式", "There is no such schema")
    text = decode(found)[3]
    return Response(text, media_type="application/schema+json", headers=_FOR_EVER)


@router.get("/credentials/standing")
def standing(
    city: CityHere,
    issuer: Annotated[str, Query(max_length=2_048, description="DID")],
    credential_type: Annotated[str, Query(alias="type", min_length=1, max_length=200)],
) -> Json:
    """Whether an issuer may issue a type now, and who stands behind it."""
    try:
        account = account_with(city.port.chain)(issuer)
    except NotVerified as error:
        raise Problem(404, error.code, str(error)) from None
    asked = {"account": account, "credential_type": credential_type}
    told = city.port.ask("accreditation", "standing", asked)
    body = None if told["body"] is None else show(told["body"])
    return {**told, "body": body}
