"""
Proofs: files that verify without this city, and a verifier for people without ours.

    GET /api/proofs/5e0c…a1            the receipt of an envelope
    GET /api/proofs/5e0c…a1.0          the first notarised file of an envelope
    GET /api/proofs/scenario/id        a record of the state, newest or ?at=HEIGHT
"""

from typing import Annotated

from fastapi import APIRouter, File, UploadFile
from starlette.responses import Response

from huabiao.doors.proof_files import proof_file
from huabiao.doors.viewer import At, CityHere, Json, Viewer
from huabiao.proofs.verify import verify

router = APIRouter(tags=["证明 · proofs"])


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
