"""
Which keys count on a chain, now that it may change its suite.

The suite in force is that of the members in force: nothing else says it. Envelopes are
signed in it alone. A contract may check a signature in it and in the one that was
announced, so that keys of the coming suite can be registered before their time. The
digest stays the one of genesis: docs/decisions/0057-change-of-suite.md.
"""

from collections.abc import Sequence

from huabiao.contracts import Refused
from huabiao.crypto import by_key
from huabiao.crypto.by_key import suite_name_of
from huabiao.ledger.governed import Governed, Parameters
from huabiao.ledger.protocol import in_force
from huabiao.proofs.members import Member

CHANGEABLE = 2
"""The protocol from which a chain may change its suite."""


def suite_in_force(members: Sequence[Member], founding: str) -> str:
    """The suite of the members' keys; before there are any, the one of genesis."""
    return suite_name_of(members[0].public) if members else founding


def refuse_other(
    public: bytes, suite: str, parameters: Parameters, height: int
) -> Refused | None:
    """What a signer hears whose key is not of the suite in force."""
    if suite_name_of(public) == suite or not in_force(parameters, height, CHANGEABLE):
        return None
    return Refused(
        "envelope.suite",
        f"此链现以套件 {suite} 签署，签名密钥属于另一套件。请用账户在该套件登记的密钥"
        "签署；更替前未登记的，请另建身份，由牵头单位或身份登记机构重新授权。"
        f" The chain signs in the suite {suite}, this key is of another. Sign with the"
        f" account's key of {suite}; who registered none before the change makes a new"
        " identity, and the lead units or the registrar grant it anew.",
    )


class KeysThatCount:
    """What a contract's check of a signature accepts, in one block."""

    def __init__(
        self, suite: str, governed: Governed, parameters: Parameters, height: int
    ) -> None:
        self._suites = {suite}
        if in_force(parameters, height, CHANGEABLE):
            self._suites.add(governed.coming_suite())

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Whether the key counts and the signature is its."""
        name = suite_name_of(public)
        return (
            bool(name)
            and name in self._suites
            and by_key.verify(public, message, signature)
        )
