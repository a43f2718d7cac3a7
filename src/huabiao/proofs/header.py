"""
Block headers and the certificates over them.

    header      = [version, chain, suite, height, time, previous, transactions,
                   receipts, state, members, next_members]
    hash        = digest(b"huabiao header\\0" ‖ header)
    certificate = [[member index, signature], …]      in ascending order of index
    signed      = b"huabiao certificate\\0" ‖ hash

`members` signed this header, `next_members` will sign the next one: a change of members
is certified by the members before it, so trust walks from genesis to today. Every
engine makes the same certificate. Format: docs/formats/block.md.
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from huabiao.codec import encode
from huabiao.proofs.members import Digest, Member, is_quorum

VERSION = 1
HEADER_DOMAIN = b"huabiao header\x00"
CERTIFICATE_DOMAIN = b"huabiao certificate\x00"


class Header(msgspec.Struct, array_like=True, frozen=True):
    """`time` is in UTC milliseconds; the six digests have 32 bytes each."""

    version: int
    chain: str
    suite: str
    height: int
    time: int
    previous: bytes
    transactions: bytes
    receipts: bytes
    state: bytes
    members: bytes
    next_members: bytes


class MemberSignature(msgspec.Struct, array_like=True, frozen=True):
    """One member's signature over a header's hash."""

    member: int
    signature: bytes


class Verifier(Protocol):
    """What a check of a certificate needs: a suite, or `by_key` where it may change."""

    def verify(self, public: bytes, message: bytes, signature: bytes, /) -> bool: ...


decode_header = msgspec.msgpack.Decoder(Header).decode
decode_certificate = msgspec.msgpack.Decoder(list[MemberSignature]).decode


def header_hash(digest: Digest, encoded: bytes) -> bytes:
    """The hash of an encoded header: the application hash of its block."""
    return digest(HEADER_DOMAIN + encoded)


def certified_message(hash_: bytes) -> bytes:
    """What a member signs."""
    return CERTIFICATE_DOMAIN + hash_


def check_certificate(
    suite: Verifier, hash_: bytes, certificate: bytes, members: Sequence[Member]
) -> bool:
    """Whether enough members signed the header. Never raises on hostile bytes."""
    try:
        signatures = decode_certificate(certificate)
        if encode(signatures) != certificate:
            return False
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False
    message, power, last = certified_message(hash_), 0, -1
    for each in signatures:
        if not last < each.member < len(members):
            return False
        last = each.member
        member = members[last]
        if not suite.verify(member.public, message, each.signature):
            return False
        power += member.power
    return is_quorum(power, members)
