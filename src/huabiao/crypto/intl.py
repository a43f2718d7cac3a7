"""
The international suite: Ed25519, SHA-256, AES-256-GCM, HPKE.

- Signatures: Ed25519 (RFC 8032) by libsodium through PyNaCl. Verifiers differ at the
  edges (small-order keys, non-canonical points), so it decides for the whole network;
  `ed25519_fast` is sooner at its answers. A secret is the 32-byte seed.
- Sealing: AES-256-GCM, `aes_gcm`.
- Sealing to a person: HPKE base mode (RFC 9180), DHKEM(X25519, HKDF-SHA256),
  HKDF-SHA256, AES-256-GCM; enc (32) || ciphertext || tag, single shot, no AAD.
"""

import os
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey,
    X25519PublicKey,
)
from nacl.bindings import crypto_sign, crypto_sign_seed_keypair

from huabiao.crypto import ed25519_fast, ed25519_sodium
from huabiao.crypto.aes_gcm import TAG_SIZE, open, seal
from huabiao.crypto.suite import SEED_SIZE, KeyPair, Unopenable, check_size

__all__ = ["open", "seal", "verify", "verify_many"]

name = "intl"
public_size = ed25519_sodium.PUBLIC_SIZE
signature_size = ed25519_sodium.SIGNATURE_SIZE

RECIPIENT_SIZE = 32

_HPKE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


def digest(data: bytes) -> bytes:
    """SHA-256 (FIPS 180-4), 32 bytes."""
    return sha256(data).digest()


def generate() -> KeyPair:
    """A fresh Ed25519 key; the secret is its 32-byte seed."""
    return derive(os.urandom(SEED_SIZE))


def derive(seed: bytes) -> KeyPair:
    """The Ed25519 key of a seed (RFC 8032 §5.1.5); the secret is the seed itself."""
    check_size("种子", "seed", seed, SEED_SIZE)
    return KeyPair(_expand(seed)[0], seed)


@lru_cache(maxsize=256)
def _expand(seed: bytes) -> tuple[bytes, bytes]:
    """Public key and libsodium's 64-byte secret; expanding costs as much as signing."""
    public, expanded = crypto_sign_seed_keypair(seed)
    return public, expanded


def sign(secret: bytes, message: bytes) -> bytes:
    """An Ed25519 signature, 64 bytes, deterministic."""
    check_size("私钥", "secret key", secret, SEED_SIZE)
    signed: bytes = crypto_sign(message, _expand(secret)[1])
    return signed[:signature_size]


verify, verify_many = ed25519_sodium.verify, ed25519_fast.verify_many
"""One signature by libsodium; one byte 0 or 1 for each of many, with its answers."""


def generate_recipient() -> KeyPair:
    """A fresh X25519 key pair, 32 bytes each (RFC 7748)."""
    secret = X25519PrivateKey.generate()
    return KeyPair(secret.public_key().public_bytes_raw(), secret.private_bytes_raw())


def seal_to(public: bytes, plaintext: bytes, info: bytes) -> bytes:
    """HPKE single-shot seal (RFC 9180 §6.1): enc || ciphertext || tag."""
    check_size("收件公钥", "recipient's public key", public, RECIPIENT_SIZE)
    try:
        return _HPKE.encrypt(plaintext, X25519PublicKey.from_public_bytes(public), info)
    except ValueError:
        raise ValueError(
            "收件公钥无效：它不产生共享密钥。请向收件人索取正确的公钥。"
            " The recipient's public key yields no shared key; ask for the right one."
        ) from None


def open_from(secret: bytes, sealed: bytes, info: bytes) -> bytes:
    """HPKE single-shot open; raises Unopenable."""
    check_size("收件私钥", "recipient's secret key", secret, RECIPIENT_SIZE)
    if len(sealed) < RECIPIENT_SIZE + TAG_SIZE:
        raise Unopenable
    try:
        return _HPKE.decrypt(sealed, X25519PrivateKey.from_private_bytes(secret), info)
    except (InvalidTag, ValueError):
        raise Unopenable from None
