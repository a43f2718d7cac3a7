"""
JSON and base64url as strangers send them: bounded, one meaning only.

Duplicate names (RFC 8259 §4 leaves them open, RFC 7515 §4 lets one refuse), NaN, half a
surrogate pair, padding and non-canonical base64url are refused: two readers of one
signed text must never read two things.
"""

import base64
import json
import re
from typing import Any, NoReturn

from huabiao.services.credentials.refusals import malformed

LARGEST, DEEPEST = 256 * 1024, 32
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")
Object = dict[str, Any]


def parse(raw: bytes | str, where: str = "json") -> Any:
    """A JSON text of up to 256 KiB and 32 levels; NotVerified otherwise."""
    if len(raw) > LARGEST:
        raise malformed("size", f"超过 {LARGEST} 字节", f"over {LARGEST} bytes")
    try:
        text = raw.decode() if isinstance(raw, bytes) else raw
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_constant)
        text.encode()
        _check_depth(found, DEEPEST)
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise malformed(
            where, f"不是规范的 JSON（{error}）", f"no strict JSON: {error}"
        ) from None
    return found


def parse_object(raw: bytes | str, where: str = "json") -> Object:
    """A JSON object."""
    found = parse(raw, where)
    if not isinstance(found, dict):
        raise malformed(where, "须为 JSON 对象", "a JSON object is expected")
    return found


def _once(pairs: list[tuple[str, Any]]) -> Object:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name occurs twice")
    return found


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _check_depth(value: Any, left: int) -> None:
    if left == 0:
        raise ValueError(f"more than {DEEPEST} levels")
    children = value.values() if isinstance(value, dict) else value
    if isinstance(value, (dict, list)):
        for child in children:
            _check_depth(child, left - 1)


def write(value: Any) -> bytes:
    """JSON without white space, UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def to_base64url(raw: bytes) -> str:
    """RFC 7515 §2: no padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_base64url(text: Any, where: str) -> bytes:
    """Undo `to_base64url`; anything that it does not write is refused."""
    if not isinstance(text, str) or not _BASE64URL.fullmatch(text):
        raise malformed(where, "不是 base64url", "this is no base64url")
    if len(text) > LARGEST * 2:
        raise malformed("size", f"超过 {LARGEST} 字节", f"over {LARGEST} bytes")
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raw = b""
    if to_base64url(raw) != text:
        raise malformed(where, "base64url 不规范", "base64url is not canonical")
    return raw
