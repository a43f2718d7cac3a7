"""
The header keys that a node holds: several while one takes over from another.

A rotation names the new key on the chain; from the next block on it signs, and the old
one no longer does. A node that holds both signs with whichever has the seat.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from huabiao.proofs.members import Member

Sign = Callable[[bytes], bytes]


class Signers(Protocol):
    """Finds this node's seat among members."""

    def find(self, members: Sequence[Member]) -> tuple[int, Sign] | None:
        """The seat and what signs for it; None where this node has no seat."""


class HeldKeys:
    """Signers whose keys are all in memory."""

    def __init__(self, keys: Mapping[bytes, Sign]) -> None:
        self.keys = dict(keys)

    def find(self, members: Sequence[Member]) -> tuple[int, Sign] | None:
        for seat, member in enumerate(members):
            sign = self.keys.get(member.public)
            if sign is not None:
                return seat, sign
        return None
