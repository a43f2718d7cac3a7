"""
The post-quantum suite: ML-DSA-65, SHA-256, AES-256-GCM, HPKE with a hybrid KEM.

- Signatures: ML-DSA-65 (FIPS 204), hedged, with an empty context: what a signature is
  for stands in front of every message already. A secret is the 32-byte seed ξ.
- Digest: SHA-256. Grover's search leaves a 256-bit hash 128 bits, so there is nothing
  to replace (docs/decisions/0056-post-quantum-suite.md).
- Sealing: AES-256-GCM, `aes_gcm`.
- Sealing to a person: HPKE base mode (RFC 9180) with MLKEM768-X25519, KEM 0x647a of
  draft-ietf-hpke-pq, HKDF-SHA256, AES-256-GCM; enc (1,120) || ciphertext || tag. Both
  ML-KEM and X25519 must fall before it opens. A recipient's public key is
  ek (1,184) || X (32); its secret the 32-byte seed that SHAKE-256 expands to both.
"""

import os
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256, shake_256

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mldsa import (
    MLDSA65PrivateKey,
    MLDSA65PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.mlkem import (
    MLKEM768PrivateKey,
    MLKEM768PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey,
    X25519PublicKey,
)

from huabiao.crypto.aes_gcm import TAG_SIZE, open, seal
from huabiao.crypto.suite import SEED_SIZE, Item, KeyPair, Unopenable, check_size

__all__ = ["open", "seal"]

name = "pq"
public_size = 1952
signature_size = 3309

MLKEM_PUBLIC_SIZE, MLKEM_SEED_SIZE = 1184, 64
RECIPIENT_SIZE = MLKEM_PUBLIC_SIZE + 32
ENC_SIZE = 1088 + 32

_HPKE = hpke.Suite(
    hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM
)


def digest(data: bytes) -> bytes:
    """SHA-256 (FIPS 180-4), 32 bytes."""
    return sha256(data).digest()


def generate() -> KeyPair:
    """A fresh ML-DSA-65 key; the secret is its 32-byte seed."""
    return derive(os.urandom(SEED_SIZE))


def derive(seed: bytes) -> KeyPair:
    """The ML-DSA-65 key of a seed (FIPS 204 algorithm 6); the secret is the seed."""
    check_size("种子", "seed", seed, SEED_SIZE)
    return KeyPair(_expand(seed).public_key().public_bytes_raw(), seed)


@lru_cache(maxsize=256)
def _expand(seed: bytes) -> MLDSA65PrivateKey:
    """The key of a seed; expanding costs as much as a verification."""
    return MLDSA65PrivateKey.from_seed_bytes(seed)


def sign(secret: bytes, message: bytes) -> bytes:
    """An ML-DSA-65 signature, 3,309 bytes, randomised."""
    check_size("私钥", "secret key", secret, SEED_SIZE)
    return _expand(secret).sign(message)


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether this ML-DSA-65 signature holds; False on any malformed bytes."""
    if len(public) != public_size or len(signature) != signature_size:
        return False
    try:
        MLDSA65PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def verify_many(items: Sequence[Item]) -> bytes:
    """One byte 0 or 1 for each item, by `verify`."""
    return bytes([verify(*item) for item in items])


def _recipient(seed: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    """Both keys of a recipient's seed, as draft-ietf-hpke-pq expands it."""
    expanded = shake_256(seed).digest(MLKEM_SEED_SIZE + 32)
    return (
        MLKEM768PrivateKey.from_seed_bytes(expanded[:MLKEM_SEED_SIZE]),
        X25519PrivateKey.from_private_bytes(expanded[MLKEM_SEED_SIZE:]),
    )


def generate_recipient() -> KeyPair:
    """A fresh hybrid key pair: 1,216 bytes public, a 32-byte seed."""
    return derive_recipient(os.urandom(SEED_SIZE))


def derive_recipient(seed: bytes) -> KeyPair:
    """The hybrid key pair of a 32-byte seed."""
    check_size("种子", "seed", seed, SEED_SIZE)
    mlkem, x25519 = _recipient(seed)
    public = mlkem.public_key().public_bytes_raw()
    return KeyPair(public + x25519.public_key().public_bytes_raw(), seed)


def seal_to(public: bytes, plaintext: bytes, info: bytes) -> bytes:
    """HPKE single-shot seal (RFC 9180 §6.1): enc || ciphertext || tag."""
    check_size("收件公钥", "recipient's public key", public, RECIPIENT_SIZE)
    try:
        recipient = hpke.MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(public[:MLKEM_PUBLIC_SIZE]),
            X25519PublicKey.from_public_bytes(public[MLKEM_PUBLIC_SIZE:]),
        )
        return _HPKE.encrypt(plaintext, recipient, info)
    except ValueError:
        raise ValueError(
            "收件公钥无效：它不产生共享密钥。请向收件人索取正确的公钥。"
            " The recipient's public key yields no shared key; ask for the right one."
        ) from None


def open_from(secret: bytes, sealed: bytes, info: bytes) -> bytes:
    """HPKE single-shot open; raises Unopenable."""
    check_size("收件私钥", "recipient's secret key", secret, SEED_SIZE)
    if len(sealed) < ENC_SIZE + TAG_SIZE:
        raise Unopenable
    try:
        keys = hpke.MLKEM768X25519PrivateKey(*_recipient(secret))
        return _HPKE.decrypt(sealed, keys, info)
    except (InvalidTag, ValueError):
        raise Unopenable from None
