"""
Writing: envelopes that clients signed with their own keys.

    POST /api/envelopes          a MessagePack array of envelopes, up to 1,000
    POST /api/prepare            calls in JSON → the bytes to sign
    POST /api/envelopes/signed   those bytes and the signature

`prepare` serves clients without MessagePack; they should look at what they sign.
"""

import secrets
import time
from typing import Any

import msgspec
from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from huabiao.client.described import parse_arguments
from huabiao.client.port import Outcome
from huabiao.client.signing import VALIDITY_MS
from huabiao.codec import encode
from huabiao.crypto.envelope import DOMAIN, MOST_CALLS, VERSION, Call, Signed
from huabiao.crypto.envelope import Body as EnvelopeBody
from huabiao.doors.city import City
from huabiao.doors.problems import Problem, malformed
from huabiao.doors.viewer import CityHere, Json, city_of

MESSAGEPACK = "application/msgpack"
MOST_ENVELOPES = 1_000

router = APIRouter(tags=["写入 · writing"])
_decode = msgspec.msgpack.Decoder(list[bytes]).decode

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_OUTCOMES: dict[str, Any] = {
    "application/json": {"schema": {"type": "array", "items": {"type": "object"}}},
    MESSAGEPACK: _BINARY,
}


@router.post(
    "/envelopes",
    responses={200: {"description": "Outcomes in order", "content": _OUTCOMES}},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {MESSAGEPACK: _BINARY, "application/octet-stream": _BINARY},
        }
    },
)
async def post_envelopes(request: Request) -> Response:
    """Send signed envelopes; answers when each is final: an Outcome for each."""
    try:
        envelopes = _decode(await request.body())
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise malformed(
            "须为 MessagePack 的字节串数组。 A MessagePack array of byte strings.",
            "envelopes.malformed",
        ) from None
    if not 1 <= len(envelopes) <= MOST_ENVELOPES:
        raise malformed(
            f"一次 1 至 {MOST_ENVELOPES} 个信封。 1 to {MOST_ENVELOPES} envelopes.",
            "envelopes.count",
        )
    outcomes = await city_of(request).port.submit(envelopes)
    if MESSAGEPACK in request.headers.get("accept", ""):
        return Response(msgspec.msgpack.encode(outcomes), media_type=MESSAGEPACK)
    plain = [outcome_json(outcome) for outcome in outcomes]
    return Response(msgspec.json.encode(plain), media_type="application/json")


def outcome_json(outcome: Outcome) -> Json:
    return {
        "accepted": outcome.accepted,
        "code": outcome.code,
        "sentence": outcome.sentence,
        "envelope": outcome.envelope,
        "height": outcome.height,
        "index": outcome.index,
        "call": outcome.call,
        "cost": outcome.cost,
    }


class CallToPrepare(BaseModel):
    """One call as a person writes it; values are read by the Description's kinds."""

    contract: str = Field(max_length=200, examples=["hazardous_waste"])
    operation: str = Field(max_length=200, examples=["draft"])
    key: str = Field("", max_length=400, examples=["m1"])
    arguments: dict[str, Any] = Field(
        default={}, examples=[{"waste_code": "900-041-49", "declared": 1000}]
    )


class ToPrepare(BaseModel):
    """Calls that happen together or not at all, and who will sign them."""

    signer: str = Field(pattern="^([0-9a-f]{2}){32,4096}$", description="public key")
    calls: list[CallToPrepare] = Field(min_length=1, max_length=MOST_CALLS)
    valid_until: int | None = Field(None, ge=0, le=2**53)


@router.post("/prepare")
def prepare(city: CityHere, wanted: ToPrepare) -> Json:
    """The body of an envelope, and the message whose signature completes it."""
    calls = [
        Call(
            each.contract,
            each.operation,
            each.key,
            parse_arguments(
                city.description(each.contract), each.operation, each.arguments
            ),
        )
        for each in wanted.calls
    ]
    return prepared_body(city, wanted.signer, wanted.valid_until, calls)


def prepared_body(
    city: City, signer: str, valid_until: int | None, calls: list[Call]
) -> Json:
    """Calls as the bytes that one signature completes."""
    until = valid_until or int(time.time() * 1000) + VALIDITY_MS
    public, salt = bytes.fromhex(signer), secrets.token_bytes(12)
    written = EnvelopeBody(VERSION, city.port.chain, public, until, salt, calls)
    try:
        body = encode(written)
    except (ValueError, OverflowError, TypeError):
        # Text that is no Unicode, such as half a surrogate pair, has no encoding.
        raise malformed("文本不是有效的 Unicode。 Text that is no Unicode.") from None
    return {
        "body": body.hex(),
        "message": (DOMAIN + body).hex(),
        "valid_until": until,
        "suite": city.port.suite_name,
    }


class SignedBody(BaseModel):
    """A prepared body and the signature over its message."""

    body: str = Field(pattern="^([0-9a-f]{2})+$", max_length=2_097_152)
    signature: str = Field(pattern="^([0-9a-f]{2})+$", max_length=16_384)


@router.post("/envelopes/signed")
async def post_signed(request: Request, signed: SignedBody) -> Json:
    """Send one prepared envelope; answers when it is final."""
    parts = Signed(bytes.fromhex(signed.body), bytes.fromhex(signed.signature))
    raw = await run_in_threadpool(encode, parts)
    (outcome,) = await city_of(request).port.submit([raw])
    if outcome.code == "envelope.malformed":
        raise Problem(422, outcome.code, outcome.sentence)
    return outcome_json(outcome)
