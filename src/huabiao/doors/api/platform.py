"""The platform: search in the directory, its drift, and the sharing of data.

Gateways are departments' own; `services["gateways"]` are those that run beside this
node, by the owner's account.
"""

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from huabiao.codec import decode
from huabiao.crypto.address import show
from huabiao.doors import records as cases
from huabiao.doors.city import City
from huabiao.doors.problems import Problem, malformed
from huabiao.doors.uses_abroad import shown_abroad
from huabiao.doors.viewer import CityHere, Json, Limit, SignedIn, city_of
from huabiao.services.gateway import BadFetch, Denied, Gateway
from huabiao.services.gateway.request import read_fetch

Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
router = APIRouter(tags=["目录与共享 · directory and sharing"])


@router.get("/directory/search")
def search(
    city: CityHere, q: Annotated[str, Query(max_length=200)], limit: Limit = 30
) -> Json:
    """Directory entries that hold all the words, Chinese or English."""
    city.caught_up()
    return {"query": q, "found": city.index.search(q, limit)}


@router.get("/directory/drift")
def drift(city: CityHere) -> Json:
    """Alerts: where a database no longer is what the directory says."""
    return {"alerts": cases.drift(city)}


STATUS = {"rate": 429, "rate.day": 429, "busy": 503, "database": 503,
          "reader.signature": 401, "grant.unknown": 404, "replayed": 409}  # fmt: skip
"""Of a denied fetch, by its code; 403 for the rest."""

_OCTETS = {
    "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
}


@router.post(
    "/sharing/fetch",
    response_class=Response,
    responses={200: {"content": _OCTETS}},
    openapi_extra={"requestBody": {"required": True, "content": _OCTETS}},
)
async def fetch(request: Request) -> Response:
    """Rows under a grant: a signed request in, rows sealed to the reader out."""
    raw = await request.body()
    try:
        gateway = _gateway(city_of(request), raw)
        return Response(await gateway.fetch(raw), media_type=next(iter(_OCTETS)))
    except BadFetch as error:
        raise malformed(str(error), "fetch.malformed") from None
    except Denied as error:
        raise Problem(STATUS.get(error.code, 403), error.code, error.sentence) from None


def _gateway(city: City, raw: bytes) -> Gateway:
    """The gateway of the grant's owner."""
    gateways: dict[bytes, Gateway] = city.services.get("gateways", {})
    _, asked = read_fetch(raw)
    stored = city.port.read(f"sharing/record/{asked.grant}")
    if stored is not None:
        with suppress(KeyError):
            return gateways[decode(stored)[2][1]]
    raise Problem(
        404,
        "gateway.unknown",
        f"本节点旁没有授权“{asked.grant[:80]}”提供方的网关。"
        f" No gateway of the owner of {asked.grant[:80]!r} runs beside this node.",
        "请向提供方索取网关地址。 Ask the owner for its gateway's address.",
    )


@router.get("/sharing/uses")
def uses(city: CityHere, account: SignedIn) -> Json:
    """Who used the data of the person behind this account; as /api/me/uses."""
    return {"account": show(account), "uses": cases.uses_of(city, account)}


class Slip(BaseModel):
    """That a receipt of another chain is about a person: doors/uses_abroad.py."""

    receipt: Hash
    tag: Hash
    index: int = Field(ge=0, lt=2**31)
    path: list[Hash] = Field(max_length=31)


@router.post("/sharing/abroad")
def abroad(city: CityHere, slip: Slip) -> Json:
    """A receipt that the reader's chain, this one, holds of the owner's, shown to whom
    it is about. Nothing of the slip is kept."""
    path = [bytes.fromhex(each) for each in slip.path]
    return shown_abroad(city, slip.receipt, bytes.fromhex(slip.tag), slip.index, path)
