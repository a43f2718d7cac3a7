"""
Multibase as Data Integrity writes it: z, base58btc; u, base64url without padding.
"""

from typing import Any

import base58

from huabiao.services.credentials.refusals import malformed
from huabiao.services.credentials.strict_json import from_base64url, to_base64url

LONGEST_BASE58 = 200


def to_base58(raw: bytes) -> str:
    """`z` and base58btc."""
    return "z" + base58.b58encode(raw).decode()


def from_base58(text: Any, where: str) -> bytes:
    """Undo `to_base58`, for signatures: up to 200 characters."""
    if isinstance(text, str) and text[:1] == "z" and len(text) <= LONGEST_BASE58:
        try:
            raw = base58.b58decode(text[1:])
        except ValueError:
            raw = b""
        if raw and to_base58(raw) == text:
            return raw
    raise malformed(where, "不是 base58btc", "this is no base58btc multibase")


def to_base64(raw: bytes) -> str:
    """`u` and base64url."""
    return "u" + to_base64url(raw)


def from_base64(text: Any, where: str) -> bytes:
    """Undo `to_base64`."""
    if not isinstance(text, str) or not text.startswith("u"):
        raise malformed(where, "不是 base64url multibase", "no base64url multibase")
    return from_base64url(text[1:], where)
