"""
Deterministic MessagePack: one value has exactly one encoding.

The profile (docs/formats/encoding.md): nil, booleans, integers in 64 bits, UTF-8 text,
byte strings, arrays, and maps with text keys in code point order. Every length and
integer takes its shortest form. Floats, extensions, timestamps and duplicate keys do
not exist. Source of the wire forms: the MessagePack specification.
"""

from typing import Any

import msgspec

MAX_DEPTH = 16
INTEGER_MIN, INTEGER_MAX = -(2**63), 2**64 - 1

_encode = msgspec.msgpack.Encoder(order="deterministic").encode
_decode = msgspec.msgpack.Decoder().decode


class NotCanonical(ValueError):
    """The bytes are not the one encoding of the value that they hold."""


encode = _encode
"""Encode a value of the profile. The caller vouches that it holds no float."""


def decode(encoded: bytes) -> Any:
    """Decode bytes that this program wrote itself; use decode_canonical on others."""
    return _decode(encoded)


def decode_canonical(encoded: bytes) -> Any:
    """Decode bytes from a stranger; raises NotCanonical with a sentence."""
    try:
        value = _decode(encoded)
        check_profile(value)
        again = _encode(value)
    except NotCanonical:
        raise
    except Exception as error:
        raise NotCanonical(
            f"不是规范的 MessagePack。 Not MessagePack of the profile: {error}."
        ) from error
    if again != encoded:
        raise NotCanonical(
            "同一值有另一种编码，须用规范编码。"
            " The value has another, canonical encoding; use that one."
        )
    return value


def check_profile(value: Any, depth: int = 0) -> None:
    """Refuse what the profile does not have: floats, extensions, deep nesting."""
    if depth > MAX_DEPTH:
        raise NotCanonical(
            f"嵌套超过 {MAX_DEPTH} 层。 Nested deeper than {MAX_DEPTH} levels."
        )
    kind = type(value)
    if value is None or kind in (bool, str, bytes):
        return
    if kind is int:
        if not INTEGER_MIN <= value <= INTEGER_MAX:
            raise NotCanonical("整数超出 64 位。 An integer beyond 64 bits.")
    elif kind in (list, tuple):
        for item in value:
            check_profile(item, depth + 1)
    elif kind is dict:
        for name, item in value.items():
            if type(name) is not str:
                raise NotCanonical("映射的键须为文本。 Map keys must be text.")
            check_profile(item, depth + 1)
    else:
        raise NotCanonical(
            f"规范编码中没有 {kind.__name__} 类型。"
            f" The profile has no {kind.__name__} values."
        )
