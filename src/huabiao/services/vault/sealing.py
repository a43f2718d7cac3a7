"""
A value sealed to the one place where it belongs (docs/formats/vault.md).

    place   = [chain, scenario, record, field, commitment]
    object  = seal(data key, encode([salt, encoded value]), b"huabiao vault\\0" ‖ place)
    wrapped = seal_to(vault, data key, b"huabiao vault key\\0" ‖ place)

`seal` and `seal_to` are the suite's. An object or a key that was moved to another
record, field or chain does not open.
"""

from dataclasses import dataclass

from huabiao.codec import NotCanonical, decode_canonical, encode
from huabiao.crypto.keys import Keys
from huabiao.crypto.suite import SEALING_KEY_SIZE, Suite, Unopenable

OBJECT_DOMAIN = b"huabiao vault\x00"
KEY_DOMAIN = b"huabiao vault key\x00"


class Missing(LookupError):
    """The vault holds no value for this commitment: never kept, or erased."""

    def __init__(self) -> None:
        super().__init__(
            "保险库中没有此值：未曾存入，或已删除。"
            " The vault holds no such value: never kept, or erased."
        )


class Damaged(ValueError):
    """What lies in the vault is not what was put there."""

    def __init__(self) -> None:
        super().__init__(
            "保险库中的密文被改动、调换或损坏，请运维单位从备份恢复并查明原因。"
            " The vault's ciphertext was altered, exchanged or damaged: the operator"
            " should restore it from a backup and find out why."
        )


@dataclass(frozen=True)
class Place:
    """Where a value belongs: one field of one record, and its commitment there."""

    chain: str
    scenario: str
    record: str
    field: str
    commitment: bytes

    @property
    def name(self) -> str:
        """What its files are called."""
        return self.commitment.hex()

    def bound(self, domain: bytes) -> bytes:
        """The bytes that a ciphertext is bound to."""
        return domain + encode(
            [self.chain, self.scenario, self.record, self.field, self.commitment]
        )


def commitment_of(suite: Suite, salt: bytes, encoded: bytes) -> bytes:
    """docs/formats/commitment.md."""
    return suite.digest(salt + encoded)


def seal_value(
    suite: Suite, data_key: bytes, place: Place, salt: bytes, encoded: bytes
) -> bytes:
    """Encrypt an opening under its data key."""
    return suite.seal(data_key, encode([salt, encoded]), place.bound(OBJECT_DOMAIN))


def open_value(suite: Suite, data_key: bytes, place: Place, sealed: bytes) -> bytes:
    """The encoded value, checked against its commitment; Damaged otherwise."""
    try:
        opening = suite.open(data_key, sealed, place.bound(OBJECT_DOMAIN))
        salt, encoded = decode_canonical(opening)
    except (Unopenable, NotCanonical, ValueError, TypeError):
        raise Damaged from None
    if commitment_of(suite, salt, encoded) != place.commitment:
        raise Damaged
    return bytes(encoded)


def wrap_key(master: Keys, data_key: bytes, place: Place) -> bytes:
    """Encrypt a data key to the vault's master key."""
    return master.suite.seal_to(
        master.recipient_public, data_key, place.bound(KEY_DOMAIN)
    )


def unwrap_key(master: Keys, wrapped: bytes, place: Place) -> bytes:
    """Undo `wrap_key`; Damaged if it is another place's, or altered."""
    try:
        key = master.suite.open_from(
            master.recipient_secret, wrapped, place.bound(KEY_DOMAIN)
        )
    except (Unopenable, ValueError):
        raise Damaged from None
    if len(key) != SEALING_KEY_SIZE:
        raise Damaged
    return key
