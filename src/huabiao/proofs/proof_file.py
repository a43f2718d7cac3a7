"""
The proof file: what leaves the city and verifies without it.

    proof = ["huabiao-proof", 1, kind, header, certificate, [change, …], content]

    kind "state"      content = [key, value | nil, radix proof]
    kind "receipt"    content = [receipt, index, count, path, envelope part | nil]
    kind "notarised"  content = [receipt, index, count, path,
                                 leaf, leaf index, leaf count, leaf path]

    change        = [header, certificate, next members]
    envelope part = [envelope, path]      same index and count as the receipt

`changes` walk from the members that a verifier trusts to those that signed the header.
Format and vectors: docs/formats/proof.md, tests/vectors/proof.json.
"""

from typing import Any

import msgspec

from huabiao.codec import encode
from huabiao.proofs.members import Member

MAGIC, VERSION = "huabiao-proof", 1
LARGEST_PROOF = 4 * 1024 * 1024


class MemberChange(msgspec.Struct, array_like=True, frozen=True):
    """A certified header that hands over to other members."""

    header: bytes
    certificate: bytes
    next_members: list[Member]


class Proof(msgspec.Struct, array_like=True, frozen=True):
    """`content` stays bytes until its kind is known: what it may hold bounds it."""

    magic: str
    version: int
    kind: str
    header: bytes
    certificate: bytes
    changes: list[MemberChange]
    content: msgspec.Raw


class StateContent(msgspec.Struct, array_like=True, frozen=True):
    key: str
    value: bytes | None
    radix: bytes


class EnvelopePart(msgspec.Struct, array_like=True, frozen=True):
    envelope: bytes
    path: list[bytes]


class ReceiptContent(msgspec.Struct, array_like=True, frozen=True):
    receipt: bytes
    index: int
    count: int
    path: list[bytes]
    envelope: EnvelopePart | None


class NotarisedContent(msgspec.Struct, array_like=True, frozen=True):
    receipt: bytes
    index: int
    count: int
    path: list[bytes]
    leaf: bytes
    leaf_index: int
    leaf_count: int
    leaf_path: list[bytes]


CONTENTS: dict[str, Any] = {
    "state": StateContent,
    "receipt": ReceiptContent,
    "notarised": NotarisedContent,
}
_decode = msgspec.msgpack.Decoder(Proof).decode
_decode_content = {
    kind: msgspec.msgpack.Decoder(made).decode for kind, made in CONTENTS.items()
}


def write_proof(
    header: bytes,
    certificate: bytes,
    changes: list[MemberChange],
    content: StateContent | ReceiptContent | NotarisedContent,
) -> bytes:
    """The bytes of a proof file."""
    kind = next(name for name, made in CONTENTS.items() if type(content) is made)
    return encode([MAGIC, VERSION, kind, header, certificate, changes, content])


def read_proof(raw: bytes) -> tuple[Proof, Any]:
    """A proof and its content; ValueError if the bytes are not canonically one."""
    if len(raw) > LARGEST_PROOF:
        raise ValueError("larger than a proof can be")
    proof = _decode(raw)
    if proof.magic != MAGIC or proof.version != VERSION:
        raise ValueError("not a proof file of version 1")
    decode_content = _decode_content.get(proof.kind)
    if decode_content is None:
        raise ValueError("unknown kind of proof")
    content = decode_content(proof.content)
    if write_proof(proof.header, proof.certificate, proof.changes, content) != raw:
        raise ValueError("not canonical")
    return proof, content
