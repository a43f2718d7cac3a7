"""An identity's keys, opened: what signs envelopes and opens what is sealed to it."""

from dataclasses import dataclass

from huabiao.crypto.address import address
from huabiao.crypto.suite import Suite, suite


@dataclass(frozen=True, repr=False)
class Keys:
    """A signing key and a recipient key of one suite. Its repr shows no secret."""

    name: str
    suite: Suite
    public: bytes
    secret: bytes
    recipient_public: bytes
    recipient_secret: bytes
    ends: str = ""
    """The last day that the key is meant for, as 2027-11-25; empty: none is stated."""
    stands_for: bytes = b""
    """The account that a rotated key stands for; empty: the one derived from it."""

    def __repr__(self) -> str:
        return f"Keys({self.name!r}, {self.suite.name}, {self.public.hex()[:16]}…)"

    @property
    def suite_name(self) -> str:
        return self.suite.name

    @property
    def account(self) -> bytes:
        """The account that acts with these keys, 20 bytes."""
        return self.stands_for or address(self.suite.digest, self.public)

    def sign(self, message: bytes) -> bytes:
        return self.suite.sign(self.secret, message)


def generate(name: str, suite_name: str, seed: bytes | None = None) -> Keys:
    """New keys; a seed makes the signing key the same every time, for tests."""
    chosen = suite(suite_name)
    pair = chosen.generate() if seed is None else chosen.derive(seed)
    recipient = chosen.generate_recipient()
    return Keys(
        name, chosen, pair.public, pair.secret, recipient.public, recipient.secret
    )
