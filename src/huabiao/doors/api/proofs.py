"""
Proofs: files that verify without this city, and a verifier for people without ours.

    GET /api/proofs/5e0c…a1            the receipt of an envelope
    GET /api/proofs/5e0c…a1.0          the first notarised file of an envelope
    GET /api/proofs/scenario/id        a record of the state, newest or ?at=HEIGHT
    POST /api/proofs/state             many state keys under one certified header
"""

from typing import Annotated

from fastapi import APIRouter, File, UploadFile
from pydantic import BaseModel, Field
from starlette.responses import Response

from huabiao.doors.proof_files import make_state_proofs, proof_file
from huabiao.doors.viewer import HIGHEST, At, CityHere, Json, Viewer
from huabiao.proofs.state_proofs import MOST_KEYS, Want
from huabiao.proofs.verify import verify

MESSAGEPACK = "application/msgpack"
router = APIRouter(tags=["证明 · proofs"])
Key = Annotated[str, Field(max_length=600)]


class WantedProofs(BaseModel):
    """State keys by their full names, and what is wanted of each (proofs/state_proofs):
    at a height, or the newest that is certified."""

    keys: dict[Key, Want] = Field(
        default={}, max_length=MOST_KEYS,
        examples=[{"packets/sent/haidian.1": "proof"}],
    )  # fmt: skip
    height: int | None = Field(None, ge=1, le=HIGHEST)
    changed: int = Field(
        0, ge=0, le=HIGHEST, description="changes of members above this height come too"
    )


@router.post(
    "/proofs/state",
    response_class=Response,
    responses={200: {"content": {MESSAGEPACK: {}}}},
)
def state_proofs(city: CityHere, viewer: Viewer, wanted: WantedProofs) -> Response:
    """Many state keys under one header; MessagePack, as a relay carries them."""
    content = make_state_proofs(
        city, wanted.keys, viewer, wanted.height, wanted.changed
    )
    return Response(content, media_type=MESSAGEPACK)


@router.get(
    "/proofs/{id:path}",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
def proof(city: CityHere, viewer: Viewer, id: str, at: At = None) -> Response:
    """A proof file of a receipt, a notarised file or a record of the state."""
    return proof_file(city, id, viewer, at)


@router.post("/verify")
async def post_verify(
    city: CityHere,
    proof: Annotated[UploadFile, File()],
    original: Annotated[UploadFile | None, File()] = None,
) -> Json:
    """Verify a proof against this city's members; the offline verifier does the same.

    Trust a verdict only as far as you trust who gives it: `huabiao verify` needs no
    node at all.
    """
    content = None if original is None else await original.read()
    verdict = verify(await proof.read(), city.port.trust(), content)
    return {
        "ok": verdict.ok,
        "sentence": verdict.sentence,
        "statement": verdict.statement,
    }
