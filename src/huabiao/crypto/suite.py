"""
Suites: one family of algorithms, chosen at genesis, behind one set of functions.

    intl   Ed25519 · SHA-256 · AES-256-GCM · HPKE (X25519)
    sm     SM2 · SM3 · SM4-GCM · SM2 public-key encryption
    pq     ML-DSA-65 · SHA-256 · AES-256-GCM · HPKE (MLKEM768-X25519)

A suite is a module that has the functions below, so that a call costs no `self`;
everything above this room holds a `Suite` and does not know which one it is.
"""

from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from typing import NamedTuple, Protocol, cast

SUITES = ("intl", "sm", "pq")

SEED_SIZE = 32
SEALING_KEY_SIZE = 32

Item = tuple[bytes, bytes, bytes]
"""One signature to check: public key, message, signature."""


class KeyPair(NamedTuple):
    """A public key and its secret, both raw bytes in the suite's own form."""

    public: bytes
    secret: bytes


class Unopenable(ValueError):
    """Sealed bytes that this key does not open: altered, cut short or another's."""

    def __init__(self) -> None:
        super().__init__(
            "打不开：密文被改动、不完整，或不是用这把密钥封的。请核对密钥后重新索取密文。"
            " Cannot open: altered, incomplete, or sealed for another key."
            " Check the key, then ask for the sealed bytes again."
        )


class Suite(Protocol):
    """What every suite offers. Keys, signatures and digests are raw bytes."""

    @property
    def name(self) -> str:
        """The name that genesis and key files write: "intl", "sm" or "pq"."""

    @property
    def public_size(self) -> int:
        """Bytes of a signer's public key: 32 (intl), 64 (sm) or 1,952 (pq)."""

    @property
    def signature_size(self) -> int:
        """Bytes of a signature: 64 (intl, sm) or 3,309 (pq)."""

    @property
    def digest(self) -> Callable[[bytes], bytes]:
        """The bare hash function, 32 bytes out; keep it in a local where it is hot."""

    def generate(self) -> KeyPair:
        """A fresh signing key."""

    def derive(self, seed: bytes) -> KeyPair:
        """The signing key of a 32-byte seed, always the same: tests, demo casts."""

    def sign(self, secret: bytes, message: bytes) -> bytes:
        """Sign a message; ValueError if the secret is no secret of this suite."""

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Whether the signature is the signer's; False on hostile bytes."""

    def verify_many(self, items: Sequence[Item]) -> bytes:
        """One byte 0 or 1 for each item; agrees with `verify` on every input."""

    def seal(self, key: bytes, plaintext: bytes, associated: bytes) -> bytes:
        """Encrypt under a 32-byte key: nonce (12) || ciphertext || tag (16)."""

    def open(self, key: bytes, sealed: bytes, associated: bytes) -> bytes:
        """Undo `seal`; raises Unopenable."""

    def generate_recipient(self) -> KeyPair:
        """A fresh key pair that others encrypt to."""

    def seal_to(self, public: bytes, plaintext: bytes, info: bytes) -> bytes:
        """Encrypt to a recipient; ValueError if the public key is not one."""

    def open_from(self, secret: bytes, sealed: bytes, info: bytes) -> bytes:
        """Undo `seal_to` with the recipient's secret; raises Unopenable."""


@cache
def suite(name: str) -> Suite:
    """The suite of this name, loaded at first use; ValueError for unknown names."""
    if name not in SUITES:
        known = "、".join(SUITES), ", ".join(SUITES)
        raise ValueError(
            f"没有名为“{name}”的密码套件，可用：{known[0]}。"
            f" There is no suite {name!r}; use one of: {known[1]}."
        )
    return cast(Suite, import_module(f"huabiao.crypto.{name}"))


def check_size(zh: str, en: str, value: bytes, size: int) -> None:
    """Refuse a key or seed of the wrong length with a sentence (ValueError)."""
    if len(value) != size:
        raise ValueError(
            f"{zh}须为 {size} 字节，收到 {len(value)} 字节。"
            f" The {en} has {size} bytes, not {len(value)}."
        )
