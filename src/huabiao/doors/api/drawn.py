"""
The API of one scenario in its own names, for every scenario that the chain holds.

    GET  /api/scenarios/NAME/openapi.json        its OpenAPI document
    POST /api/scenarios/NAME/prepare/OPERATION   arguments → the bytes to sign

Signed bytes go to the address that `send_to` names: values that are personal or secret
are kept before the envelope is sent, all others need no more than the signature.
"""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from huabiao.doors.api import envelopes, vault
from huabiao.doors.api.envelopes import CallToPrepare
from huabiao.doors.drawn_openapi import is_shielded, openapi_of
from huabiao.doors.viewer import CityHere, Json

router = APIRouter(tags=["场景 · scenarios"])


class ToDraw(BaseModel):
    """One call of one operation, and who will sign it."""

    signer: str = Field(pattern="^([0-9a-f]{2}){32,4096}$", description="public key")
    key: str = Field("", max_length=400, examples=["m1"])
    arguments: dict[str, Any] = Field(
        default={}, examples=[{"waste_code": "900-041-49", "declared": 1000}]
    )
    subject: str | None = Field(
        None, max_length=100, description="the account of the person concerned"
    )
    valid_until: int | None = Field(None, ge=0, le=2**53)


@router.get("/scenarios/{scenario}/openapi.json")
def document(city: CityHere, scenario: str) -> Json:
    """A scenario's operations and records as an OpenAPI document of its own."""
    return openapi_of(city.description(scenario))


@router.post("/scenarios/{scenario}/prepare/{operation}")
def prepare(city: CityHere, scenario: str, operation: str, wanted: ToDraw) -> Json:
    """The bytes whose signature completes the call; `send_to` says where they go."""
    description = city.description(scenario)
    call = CallToPrepare(
        contract=scenario, operation=operation, key=wanted.key,
        arguments=wanted.arguments,
    )  # fmt: skip
    signed = {"signer": wanted.signer, "calls": [call]}
    signed["valid_until"] = wanted.valid_until
    if is_shielded(description, operation):
        made = vault.prepare(city, vault.ToCommit(**signed, subject=wanted.subject))
        if made["openings"]:
            return {**made, "send_to": "/api/vault/envelopes"}
    else:
        made = envelopes.prepare(city, envelopes.ToPrepare(**signed))
    return {"openings": [], **made, "send_to": "/api/envelopes/signed"}
