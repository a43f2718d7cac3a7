"""
Members: who signs headers, and how much each counts.

    member  = [name, public key, power]
    digest  = digest(b"huabiao members\\0" ‖ encode([member, …]))

The list is in the order of names, so that one set has one digest. A header is certified
when members with more than two thirds of the power have signed it.
"""

from collections.abc import Callable, Sequence

import msgspec

from huabiao.codec import encode
from huabiao.crypto import by_key

Digest = Callable[[bytes], bytes]
DOMAIN = b"huabiao members\x00"
MOST_MEMBERS = 200


class Member(msgspec.Struct, array_like=True, frozen=True):
    """An organisation that signs headers."""

    name: str
    public: bytes
    power: int


def members_digest(digest: Digest, members: Sequence[Member]) -> bytes:
    """The digest that a header carries for its members."""
    return digest(DOMAIN + encode(list(members)))


def is_well_formed(members: Sequence[Member]) -> bool:
    """In the order of names, each once, each with power, not too many."""
    names = [member.name for member in members]
    return (
        0 < len(names) <= MOST_MEMBERS
        and names == sorted(set(names))
        and len({member.public for member in members}) == len(names)
        and all(0 < member.power < 2**32 for member in members)
    )


def suite_of(members: Sequence[Member]) -> str:
    """The one suite that all their keys are of; empty if there is no one suite."""
    names = {by_key.suite_name_of(member.public) for member in members}
    return names.pop() if len(names) == 1 else ""


def is_quorum(signed_power: int, members: Sequence[Member]) -> bool:
    """More than two thirds of all power."""
    return signed_power * 3 > sum(member.power for member in members) * 2
