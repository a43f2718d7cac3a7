"""
What a DID and a DID URL are: DID Core 1.0, sections 3.1 and 3.2.

    did     = "did:" method-name ":" method-specific-id
    did-url = did path-abempty [ "?" query ] [ "#" fragment ]
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

from huabiao.services.did.resolution import DidFailed

LONGEST = 8_192  # a did:key of ML-DSA-65 has 2,700 characters, its key's URL twice
_DID = re.compile(
    r"did:(?P<method>[a-z0-9]+)"
    r":(?P<id>(?:(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})*:)*"
    r"(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})+)"
)
_REST = re.compile(
    r"(?P<path>(?:/[^?#\s]*)?)(?:\?(?P<query>[^#\s]*))?(?:#(?P<fragment>\S*))?"
)


@dataclass(frozen=True)
class Did:
    """A DID taken apart; `id` is the method-specific one."""

    method: str
    id: str

    def __str__(self) -> str:
        return f"did:{self.method}:{self.id}"


@dataclass(frozen=True)
class DidUrl:
    """A DID URL; `query` is in its order, without values that are empty."""

    did: Did
    path: str = ""
    query: tuple[tuple[str, str], ...] = ()
    fragment: str = ""

    def option(self, name: str) -> str | None:
        """A query parameter's first value."""
        return next((value for key, value in self.query if key == name), None)


def parse_did(text: str) -> Did:
    """Read a DID; DidFailed (invalidDid)."""
    found = _DID.fullmatch(text) if len(text) <= LONGEST else None
    if found is None:
        raise DidFailed(
            "invalidDid",
            f"“{text[:80]}”不是 DID：应写作 did:方法:标识。"
            f" {text[:80]!r} is no DID: it is written did:method:identifier.",
        )
    return Did(found["method"], found["id"])


def parse_did_url(text: str) -> DidUrl:
    """Read a DID URL; DidFailed (invalidDidUrl)."""
    start = _DID.match(text) if len(text) <= LONGEST else None
    rest = _REST.fullmatch(text, start.end()) if start else None
    if start is None or rest is None:
        raise DidFailed(
            "invalidDidUrl",
            f"“{text[:80]}”不是 DID URL。 {text[:80]!r} is no DID URL.",
        )
    query = tuple(parse_qsl(rest["query"] or "", max_num_fields=20))
    did = Did(start["method"], start["id"])
    return DidUrl(did, rest["path"], query, rest["fragment"] or "")
