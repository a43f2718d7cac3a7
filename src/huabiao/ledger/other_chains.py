"""
What a contract may ask about another chain: its headers, and what its state holds.

Both answers are functions of the arguments alone, in any suite, so that every node
gives the same one: docs/formats/light-client.md.
"""

from functools import cache
from typing import Any

import msgspec

from huabiao.codec import encode
from huabiao.contracts.context import Refused
from huabiao.crypto.suite import SUITES, suite
from huabiao.proofs import radix
from huabiao.proofs.certified import (
    UNREADABLE,
    NotCertified,
    certified_header,
    handed_over,
)
from huabiao.proofs.header import header_hash
from huabiao.proofs.members import Digest, Member, is_well_formed, suite_of

_decode_members = msgspec.msgpack.Decoder(list[Member]).decode
NO_MEMBERS = b""


class SuiteMissing(OSError):
    """This machine lacks a suite: it must stop, not make another block than others."""


@cache
def require_suites() -> None:
    """Every suite can be had here; raises SuiteMissing, which stops the node."""
    for name in SUITES:
        try:
            suite(name)
        except ImportError as error:
            raise SuiteMissing(
                f"本机缺少密码套件“{name}”（{error}），无法核对别的链；请重新安装华表。"
                f" Suite {name!r} is missing here ({error}), so other chains cannot be"
                " checked: install Huabiao again."
            ) from error


def digest_of(name: str) -> Digest:
    """The digest of a suite that a chain was founded with; refused if unknown."""
    require_suites()
    if name not in SUITES:
        raise Refused(
            "suite.unknown",
            f"没有密码套件“{name[:40]}”。 There is no suite {name[:40]!r}.",
        )
    return suite(name).digest


def read_members(encoded: bytes) -> list[Member]:
    """Members as a contract keeps them: encode([[name, public, power], …])."""
    try:
        members = _decode_members(encoded)
        canonical = encode(members) == encoded
    except UNREADABLE:
        canonical, members = False, []
    if not canonical or not is_well_formed(members) or not suite_of(members):
        raise Refused(
            "members.malformed",
            "成员名单须按名称排序、不重复、有权重、属同一套件。"
            " Members stand in the order of names, each once, with power, in one"
            " suite.",
        )
    return members


def check_header(
    chain: str, suite_name: str, members: list[Member],
    header: bytes, certificate: bytes, next_members: bytes,
) -> dict[str, Any]:  # fmt: skip
    """
    A header that `members` certified, as plain values; refused if it is not.

    Where it hands over, `members` sign nothing above it; "following" are those who do,
    or empty as long as they are not given in `next_members`.
    """
    digest = digest_of(suite_name)
    try:
        found = certified_header(digest, chain, members, header, certificate)
        hands_over = found.next_members != found.members
        following = NO_MEMBERS
        if hands_over and next_members != NO_MEMBERS:
            handed_over(digest, found, read_members(next_members))
            following = next_members
    except NotCertified as error:
        raise Refused("header.uncertified", str(error)) from None
    return {
        "height": found.height,
        "time": found.time,
        "hash": header_hash(digest, header),
        "state": found.state,
        "receipts": found.receipts,
        "hands_over": hands_over,
        "following": following,
    }


def check_state(
    suite_name: str, root: bytes, key: str, value: bytes | None, proof: bytes
) -> bool:
    """Whether a state key of another chain has a value under a root; None: absent."""
    return radix.verify(digest_of(suite_name), root, key.encode(), value, proof)
