"""
A certified header: one that the members whom somebody trusts have signed.

Both the offline verifier and a chain that follows another one start here. A header is
of the chain, in the suite of its members' keys; it names those members and is signed by
more than two thirds of their power. Where it names other members for the next header,
`handed_over` takes them up: so trust walks from one set of members to the next.
"""

from collections.abc import Sequence

import msgspec

from huabiao.crypto import by_key
from huabiao.proofs.header import (
    VERSION,
    Header,
    check_certificate,
    decode_header,
    header_hash,
)
from huabiao.proofs.members import (
    Digest,
    Member,
    is_well_formed,
    members_digest,
    suite_of,
)

# msgspec says MsgspecError, except for text that is not UTF-8 and for deep nests.
UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError, OverflowError)


class NotCertified(Exception):
    """The header does not follow from what is trusted; carries the sentence."""


def certified_header(
    digest: Digest,
    chain: str,
    members: Sequence[Member],
    encoded: bytes,
    certificate: bytes,
) -> Header:
    """
    The header that these members certified; raises NotCertified, whatever the bytes.

    `digest` is that of the suite the chain was founded with; 32 bytes out.
    """
    try:
        header = decode_header(encoded)
    except UNREADABLE:
        raise NotCertified("区块头损坏。 The header is damaged.") from None
    if header.version != VERSION:
        raise NotCertified(
            f"区块头版本 {header.version} 未知；请升级验证器。"
            f" Unknown header version {header.version}: use a newer verifier."
        )
    if header.chain != chain or header.suite != suite_of(members):
        raise NotCertified(
            f"证明属于另一条链“{header.chain[:40]}”。 The proof is of another chain."
        )
    if header.members != members_digest(digest, members):
        raise NotCertified(
            "签署成员不是所信任的成员；信任文件可能属于另一座城市或已过时。"
            " The members that signed are not those trusted: the trust file may be of"
            " another city, or too new."
        )
    hash_ = header_hash(digest, encoded)
    if not check_certificate(by_key, hash_, certificate, members):
        raise NotCertified(
            "区块证书不成立：内容被改动，或签名不足三分之二。"
            " The certificate does not hold: something was altered, or fewer than two"
            " thirds signed."
        )
    return header


def handed_over(
    digest: Digest, header: Header, next_members: Sequence[Member]
) -> list[Member]:
    """The members of the next header, if they are those that a certified one names."""
    if (
        not is_well_formed(next_members)
        or members_digest(digest, next_members) != header.next_members
    ):
        raise NotCertified(
            "成员变更与区块头不符。 A change of members is not the header's."
        )
    return list(next_members)
