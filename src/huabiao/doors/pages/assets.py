"""
What pages load: style, scripts and the icon, each under an address that has the digest
of its content.

So a browser may keep them for a year and asks only once; another content has another
address. Files are read and compressed at start: a page's 140 KB of script are 50 on the
way, and nothing is compressed while somebody waits.
"""

import gzip
from hashlib import sha256
from importlib import resources
from typing import NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import Response

from huabiao.doors.problems import not_found

FOREVER, ANEW = "public, max-age=31536000, immutable", "no-cache"
TYPES = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}

router = APIRouter()


class Asset(NamedTuple):
    """One file; `digest` is what its address has of it."""

    digest: str
    media_type: str
    plain: bytes
    packed: bytes


def _read() -> dict[str, Asset]:
    found = {}
    for file in (resources.files("huabiao.doors.pages") / "static").iterdir():
        media_type = TYPES[file.name.rpartition(".")[2]]
        plain = file.read_bytes()
        digest = sha256(plain).hexdigest()[:16]
        packed = gzip.compress(plain, 9, mtime=0)
        found[file.name] = Asset(digest, media_type, plain, packed)
    return found


ASSETS = _read()


def address_of(name: str) -> str:
    """Where pages load a file from."""
    return f"/static/{ASSETS[name].digest}/{name}"


def takes_gzip(request: Request) -> bool:
    """Whether a client says that it reads gzip (RFC 9110 §12.5.3)."""
    for each in request.headers.get("accept-encoding", "").split(","):
        coding, _, weight = each.replace(" ", "").partition(";")
        if coding.lower() == "gzip":
            return weight.rstrip("0").rstrip(".") not in ("q=", "q=0")
    return False


@router.get("/static/{digest}/{name}")
async def asset(request: Request, digest: str, name: str) -> Response:
    """A file; one of another digest, which a page from before an upgrade asks for, is
    given as it is now and not kept."""
    found = ASSETS.get(name)
    if found is None:
        raise not_found("没有这个文件", "There is no such file")
    kept = FOREVER if digest == found.digest else ANEW
    headers = {"cache-control": kept, "vary": "accept-encoding"}
    if not takes_gzip(request):
        return Response(found.plain, headers=headers, media_type=found.media_type)
    headers["content-encoding"] = "gzip"
    return Response(found.packed, headers=headers, media_type=found.media_type)
