"""
A record on paper: its fields and history, and a QR code by which the paper is checked.

The page stands for one height. Whoever holds the paper and the proof file that belongs
to it opens the code's address: it says the file's digest, which the file must have, and
verifies it. The paper alone proves nothing, and says so.
"""

import hashlib
from urllib.parse import quote

import segno
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from huabiao.doors import records as cases
from huabiao.doors.pages.render import page
from huabiao.doors.pages.views import PageViewer
from huabiao.doors.proof_files import make_proof
from huabiao.doors.viewer import At, CityHere

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/paper/{scenario}/{key:path}")
def paper(
    request: Request,
    city: CityHere,
    viewer: PageViewer,
    scenario: str,
    key: str,
    at: At = None,
) -> HTMLResponse:
    """A record to print, for whom its proof is: newest, or as it was at a height."""
    height = city.port.height if at is None else at
    proof = make_proof(city, f"{scenario}/{key}", viewer, height)
    digest = hashlib.sha256(proof).hexdigest()
    link = f"{request.base_url}verify?sha256={digest}"
    code = segno.make(link, error="m", micro=False)
    return page(
        request,
        "paper.html",
        about=city.description(scenario),
        record=city.record(scenario, key, viewer, height),
        steps=cases.history(city, scenario, key, viewer)["steps"],
        height=height,
        digest=digest,
        link=link,
        proof=f"/proofs/{quote(scenario)}/{quote(key)}?at={height}",
        code=code.svg_data_uri(scale=4, dark="#1e1b18", light="#fff"),
    )
