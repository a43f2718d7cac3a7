"""
The national suite: SM2, SM3, SM4-GCM.

- Signatures: SM2 (GB/T 32918.2-2016) with Z_A and the default identity
  1234567812345678; public key x ‖ y and signature r ‖ s, 64 bytes each, big endian;
  a secret is the 32-byte scalar. Signing by GmSSL; checking by `sm2_fast`, which goes
  to GmSSL or to a kernel of our own that agrees with it on every input.
- Sealing: SM4-GCM (GB/T 32907, RFC 8998 §3). SM4 has 16-byte keys, so the 32-byte key
  passes through the SM3 KDF of GB/T 32918.4-2016 §5.4.3 with a label of our own:
  KDF(b"huabiao sm4-gcm\\0" ‖ key, 128 bit). Random 96-bit nonce in front.
- Sealing to a person: a fresh 32-byte key, encrypted by SM2 (GB/T 32918.4) as
  C1 (x ‖ y, 64) ‖ C3 (32) ‖ C2 (32), then SM4-GCM under that key with those 128 bytes
  and `info` as associated data.
"""

import os
from collections.abc import Sequence
from functools import lru_cache

import gmssl_pyx
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from gmssl_pyx import sm3_hash

from huabiao.crypto import sm2_curve as curve
from huabiao.crypto import sm2_fast, sm2_gmssl
from huabiao.crypto.suite import (
    SEALING_KEY_SIZE,
    SEED_SIZE,
    Item,
    KeyPair,
    Unopenable,
    check_size,
)

name = "sm"
public_size = curve.PUBLIC_SIZE
signature_size = curve.SIGNATURE_SIZE
digest = sm3_hash
"""SM3 (GB/T 32905-2016), 32 bytes."""

NONCE_SIZE, TAG_SIZE = 12, 16
SECRET_SIZE = 32


def generate() -> KeyPair:
    """A fresh SM2 key; the secret is the scalar, 32 bytes."""
    return KeyPair(*gmssl_pyx.sm2_key_generate())


def derive(seed: bytes) -> KeyPair:
    """The key with scalar 1 + (512 bits of SM3 over the seed) mod (n − 2)."""
    check_size("种子", "seed", seed, SEED_SIZE)
    label = b"huabiao sm2 seed\x00" + seed
    wide = int.from_bytes(digest(label + b"\x00") + digest(label + b"\x01"), "big")
    secret = (1 + wide % (curve.N - 2)).to_bytes(SECRET_SIZE, "big")
    return KeyPair(_public_of(secret), secret)


@lru_cache(maxsize=256)
def _public_of(secret: bytes) -> bytes:
    """The public key of a scalar; kept, because every signature needs it for Z_A."""
    check_size("私钥", "secret key", secret, SECRET_SIZE)
    scalar = int.from_bytes(secret, "big")
    point = curve.multiply(scalar, curve.G) if 0 < scalar < curve.N - 1 else None
    if point is None:
        raise ValueError(
            "SM2 私钥须在 1 与 n−2 之间。请重新生成密钥。"
            " An SM2 secret lies between 1 and n-2; generate the key again."
        )
    return curve.public_of(point)


def sign(secret: bytes, message: bytes) -> bytes:
    """An SM2 signature r ‖ s over SM3(Z_A ‖ message), 64 bytes, randomised."""
    hashed = curve.message_digest(_public_of(secret), message)
    return sm2_gmssl.sign_digest(secret, hashed)


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether this SM2 signature holds; False on any malformed bytes."""
    return sm2_fast.verify(public, message, signature)


def verify_many(items: Sequence[Item]) -> bytes:
    """One byte 0 or 1 for each item; batches run without the GIL."""
    return sm2_fast.verify_many(items)


def _cipher_key(key: bytes) -> bytes:
    check_size("密钥", "sealing key", key, SEALING_KEY_SIZE)
    derived: bytes = gmssl_pyx.sm3_kdf(b"huabiao sm4-gcm\x00" + key, 16)
    return derived


def seal(key: bytes, plaintext: bytes, associated: bytes) -> bytes:
    """SM4-GCM under a key derived from these 32 bytes: nonce || ciphertext || tag."""
    nonce = os.urandom(NONCE_SIZE)
    cipher = Cipher(SM4(_cipher_key(key)), modes.GCM(nonce)).encryptor()
    cipher.authenticate_additional_data(associated)
    ciphertext = cipher.update(plaintext) + cipher.finalize()
    return nonce + ciphertext + cipher.tag


def open(key: bytes, sealed: bytes, associated: bytes) -> bytes:
    """Undo `seal`; raises Unopenable."""
    cipher_key = _cipher_key(key)
    if len(sealed) < NONCE_SIZE + TAG_SIZE:
        raise Unopenable
    nonce, tag = sealed[:NONCE_SIZE], sealed[-TAG_SIZE:]
    cipher = Cipher(SM4(cipher_key), modes.GCM(nonce, tag)).decryptor()
    cipher.authenticate_additional_data(associated)
    try:
        return cipher.update(sealed[NONCE_SIZE:-TAG_SIZE]) + cipher.finalize()
    except InvalidTag:
        raise Unopenable from None


def generate_recipient() -> KeyPair:
    """A fresh SM2 key pair for encryption; keep it apart from signing keys."""
    return generate()


def seal_to(public: bytes, plaintext: bytes, info: bytes) -> bytes:
    """SM2 encryption of a fresh key (128 bytes), then SM4-GCM under that key."""
    if not curve.is_on_curve(public):
        raise ValueError(
            "收件公钥不在 SM2 曲线上。请向收件人索取正确的公钥。"
            " The recipient's public key is no point of SM2; ask for the right one."
        )
    key = os.urandom(SEALING_KEY_SIZE)
    wrapped = sm2_gmssl.wrap(public, key)
    return wrapped + seal(key, plaintext, wrapped + info)


def open_from(secret: bytes, sealed: bytes, info: bytes) -> bytes:
    """Undo `seal_to`; raises Unopenable."""
    check_size("收件私钥", "recipient's secret key", secret, SECRET_SIZE)
    wrapped = sealed[: sm2_gmssl.WRAPPED_SIZE]
    key = sm2_gmssl.unwrap(secret, wrapped)
    if key is None or len(key) != SEALING_KEY_SIZE:
        raise Unopenable
    return open(key, sealed[len(wrapped) :], wrapped + info)
