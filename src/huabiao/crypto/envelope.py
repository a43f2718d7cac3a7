"""
Envelopes: what a client signs and a chain takes, all or nothing.

    envelope = [body, signature]                      both byte strings
    body     = [version, chain, signer, valid_until, salt, [call, …]]
    call     = [contract, operation, key, {argument: value}]

The signature covers b"huabiao envelope\\0" ‖ body; the id is the digest of the same
bytes. Both are taken over the bytes received, never over a re-encoding. There is no
account sequence number: the salt makes each envelope its own, and the chain refuses a
repeat until valid_until has passed. Format: docs/formats/envelope.md.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from huabiao.codec import NotCanonical
from huabiao.codec.canonical import check_profile, encode

VERSION = 1
DOMAIN = b"huabiao envelope\x00"
LARGEST_ENVELOPE = 1_048_576
MOST_CALLS = 1_000


class Call(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One operation of one contract, on one key, with named arguments."""

    contract: str
    operation: str
    key: str
    arguments: dict[str, Any]


class Body(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What is signed. `valid_until` is in UTC milliseconds."""

    version: int
    chain: str
    signer: bytes
    valid_until: int
    salt: bytes
    calls: list[Call]


class Signed(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The two parts of an envelope on the wire."""

    body: bytes
    signature: bytes


class Envelope(msgspec.Struct, frozen=True, gc=False):
    """An envelope taken apart, beside the bytes that were received."""

    raw: bytes
    id: bytes
    body: Body
    message: bytes
    signature: bytes


_FLAT = frozenset({str, bytes, int, bool, type(None)})
"""What decoded MessagePack holds that the profile has, whatever its value."""
_decode_signed = msgspec.msgpack.Decoder(Signed).decode
_decode_body = msgspec.msgpack.Decoder(Body).decode


class BadEnvelope(ValueError):
    """The bytes are no envelope; the sentence says why."""


def seal(body: Body, sign: Callable[[bytes], bytes]) -> bytes:
    """Sign a body with the sender's own key; returns the envelope's bytes."""
    check_profile([call.arguments for call in body.calls])
    encoded = encode(body)
    return encode(Signed(encoded, sign(DOMAIN + encoded)))


def open_envelope(raw: bytes, digest: Callable[[bytes], bytes]) -> Envelope:
    """Take received bytes apart; raises BadEnvelope. The signature is not checked."""
    if len(raw) > LARGEST_ENVELOPE:
        raise BadEnvelope(
            f"信封 {len(raw)} 字节，超过 {LARGEST_ENVELOPE}。请拆成几个。"
            f" An envelope of {len(raw)} bytes, over {LARGEST_ENVELOPE}: split it."
        )
    try:
        signed = _decode_signed(raw)
        body = _decode_body(signed.body)
        for call in body.calls:
            if not _FLAT.issuperset(map(type, call.arguments.values())):
                check_profile(call.arguments, 1)
        canonical = encode(body) == signed.body and encode(signed) == raw
    except (msgspec.MsgspecError, NotCanonical, ValueError, RecursionError) as error:
        raise BadEnvelope(f"信封格式不对。 Not an envelope: {error}.") from None
    if not canonical:
        raise BadEnvelope("信封编码不规范。 The envelope's encoding is not canonical.")
    if body.version != VERSION or not 1 <= len(body.calls) <= MOST_CALLS:
        raise BadEnvelope(
            f"信封版本须为 {VERSION}，调用 1 至 {MOST_CALLS} 个。"
            f" An envelope has version {VERSION} and 1 to {MOST_CALLS} calls."
        )
    if not 8 <= len(body.salt) <= 32:
        raise BadEnvelope("盐须为 8 至 32 字节。 The salt has 8 to 32 bytes.")
    message = DOMAIN + signed.body
    return Envelope(raw, digest(message), body, message, signed.signature)
