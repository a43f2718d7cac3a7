"""
AES-256-GCM (NIST SP 800-38D): how the suites `intl` and `pq` seal under a key.

A random 96-bit nonce stands in front: nonce (12) || ciphertext || tag (16).
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from huabiao.crypto.suite import SEALING_KEY_SIZE, Unopenable, check_size

NONCE_SIZE, TAG_SIZE = 12, 16


def seal(key: bytes, plaintext: bytes, associated: bytes) -> bytes:
    """AES-256-GCM under a 32-byte key: nonce || ciphertext || tag."""
    check_size("密钥", "sealing key", key, SEALING_KEY_SIZE)
    nonce = os.urandom(NONCE_SIZE)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, associated)


def open(key: bytes, sealed: bytes, associated: bytes) -> bytes:
    """Undo `seal`; raises Unopenable."""
    check_size("密钥", "sealing key", key, SEALING_KEY_SIZE)
    if len(sealed) < NONCE_SIZE + TAG_SIZE:
        raise Unopenable
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], associated)
    except InvalidTag:
        raise Unopenable from None
