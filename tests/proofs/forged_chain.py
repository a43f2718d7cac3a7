"""
A chain of four members made by hand, so that a forger can spoil any one thing of it.

Powers 1, 1, 1, 1: three are a quorum, two are not. Height 5 hands over from `OLD` to
`MEMBERS`, height 9 holds the state and the receipts. Roots come from textbook_trees,
which shares no code with the product.
"""

from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

import msgspec
from textbook_trees import merkle_root, state_proof, state_root

from huabiao.codec import encode
from huabiao.crypto.keys import Keys, generate
from huabiao.proofs.header import Header, certified_message, header_hash
from huabiao.proofs.members import Member, members_digest
from huabiao.proofs.verify import verify

CHAIN, TIME = "forged-city", 1_790_000_000_000
STATE = {b"key %d" % n: b"value %d" % n for n in range(100)}
DIGESTS = [b"%032d" % n for n in range(5)]


def digest(data: bytes) -> bytes:
    return sha256(data).digest()


def keys(name: str) -> Keys:
    return generate(name, "intl", digest(name.encode()))


OLD = [keys(name) for name in ("old a", "old b", "old c")]
MEMBERS = [keys(name) for name in ("a", "b", "c", "d")]
STRANGERS = [keys(name) for name in ("w", "x", "y", "z")]


def seats(signers: list[Keys]) -> list[Member]:
    return [Member(each.name, each.public, 1) for each in signers]


def batch_receipt(code: str = "ok") -> bytes:
    """The receipt of an envelope that notarised DIGESTS."""
    detail = {"root": merkle_root(digest, DIGESTS), "count": len(DIGESTS)}
    event = ["evidence", "notarised", "", detail]
    return encode([bytes(32), bytes(20), [[code, "", 1, [event], []]]])


RECEIPTS = [
    batch_receipt(),
    batch_receipt("refused"),
    encode([b"\1" * 32, bytes(20), []]),
]


def header(height: int, now: list[Keys], then: list[Keys], **other: Any) -> Header:
    made = Header(
        1, CHAIN, "intl", height, TIME + height, bytes(32), merkle_root(digest, []),
        merkle_root(digest, RECEIPTS), state_root(digest, STATE),
        members_digest(digest, seats(now)), members_digest(digest, seats(then)),
    )  # fmt: skip
    return replace_fields(made, **other)


def replace_fields(made: Header, **other: Any) -> Header:
    return msgspec.structs.replace(made, **other)


def certify(made: Header, signers: dict[int, Keys]) -> bytes:
    """Signatures by the index that each signer claims."""
    message = certified_message(header_hash(digest, encode(made)))
    return encode([[at, each.sign(message)] for at, each in signers.items()])


def three(signers: list[Keys]) -> dict[int, Keys]:
    return dict(list(enumerate(signers))[:3])


def state_content(key: bytes = b"key 7", value: bytes | None = b"value 7") -> list[Any]:
    return [key.decode(), value, state_proof(digest, STATE, key)]


def path(leaves: list[bytes], index: int) -> list[bytes]:
    """The inclusion path by the definition: the other half's root, nearest first."""
    if len(leaves) == 1:
        return []
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if index < split:
        below, other = path(leaves[:split], index), leaves[split:]
    else:
        below, other = path(leaves[split:], index - split), leaves[:split]
    return [*below, merkle_root(digest, other)]


def notarised_content(index: int = 0, leaf: int = 2) -> list[Any]:
    return [
        RECEIPTS[index], index, len(RECEIPTS), path(RECEIPTS, index),
        DIGESTS[leaf], leaf, len(DIGESTS), path(DIGESTS, leaf),
    ]  # fmt: skip


def receipt_content(index: int = 0) -> list[Any]:
    return [RECEIPTS[index], index, len(RECEIPTS), path(RECEIPTS, index), None]


@dataclass
class Forgery:
    """A proof file in its parts: whole and true until one of them is spoilt."""

    kind: str = "state"
    content: list[Any] = field(default_factory=state_content)
    change: Header = field(default_factory=lambda: header(5, OLD, MEMBERS))
    change_signers: dict[int, Keys] = field(default_factory=lambda: three(OLD))
    handed_to: list[Member] = field(default_factory=lambda: seats(MEMBERS))
    header: Header = field(default_factory=lambda: header(9, MEMBERS, MEMBERS))
    signers: dict[int, Keys] = field(default_factory=lambda: three(MEMBERS))
    certificate: bytes | None = None
    magic: str = "huabiao-proof"
    version: int = 1

    def spoilt(self, **changes: Any) -> "Forgery":
        return replace(self, **changes)

    def parts(self) -> list[Any]:
        change = certify(self.change, self.change_signers)
        own = certify(self.header, self.signers)
        return [
            self.magic, self.version, self.kind, encode(self.header),
            own if self.certificate is None else self.certificate,
            [[encode(self.change), change, self.handed_to]],
            self.content,
        ]  # fmt: skip

    def file(self) -> bytes:
        return encode(self.parts())


def trust(signers: list[Keys] = OLD, chain: str = CHAIN) -> dict[str, Any]:
    return {
        "version": 1,
        "chain": chain,
        "suite": "intl",
        "members": [
            {"name": m.name, "public": m.public.hex(), "power": m.power}
            for m in seats(signers)
        ],
    }


TRUE = Forgery()
NOTARISED = Forgery(kind="notarised", content=notarised_content())
RECEIPT = Forgery(kind="receipt", content=receipt_content())
UNREADABLE = "no proof file, or it is damaged"


def assert_refused(proof: bytes, why: str, trusted: Any = None) -> None:
    verdict = verify(proof, trusted or trust())
    assert not verdict.ok, verdict.sentence
    assert why in verdict.sentence, verdict.sentence
    assert verdict.statement == {}
