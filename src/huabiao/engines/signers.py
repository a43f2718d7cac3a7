"""
The header keys that a node holds: several while one takes over from another.

A rotation names the new key on the chain; from the next block on it signs, and the old
one no longer does. A node that holds both signs with whichever has the seat. A key may
be in memory, in a hardware token, or with a signer process that reads what it signs.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from huabiao.proofs.header import certified_message
from huabiao.proofs.members import Member

Sign = Callable[[bytes], bytes]
Certify = Callable[[bytes, bytes], bytes]
"""Signs a header: its hash, and its encoded bytes for a signer that reads them."""


class Unsigned(Exception):
    """
    No signature now: the signer is away, or refuses. Nothing happened to the block,
    and the next one asks again. The sentence says what to do.
    """


class Signers(Protocol):
    """Finds this node's seat among members."""

    def find(self, members: Sequence[Member]) -> tuple[int, Certify] | None:
        """The seat and what signs for it, which may raise Unsigned; None: no seat."""


def certify_with(sign: Sign) -> Certify:
    """A key that signs any message, as what signs headers."""
    return lambda hash_, header: sign(certified_message(hash_))


class HeldKeys:
    """Signers whose keys are all in memory."""

    def __init__(self, keys: Mapping[bytes, Sign]) -> None:
        self.keys = {public: certify_with(sign) for public, sign in keys.items()}

    def find(self, members: Sequence[Member]) -> tuple[int, Certify] | None:
        for seat, member in enumerate(members):
            certify = self.keys.get(member.public)
            if certify is not None:
                return seat, certify
        return None
