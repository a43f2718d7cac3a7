"""
The national suite: SM2, SM3, SM4-GCM.

- Signatures: SM2 (GB/T 32918.2-2016) with Z_A and the default identity
  1234567812345678; public key x ‖ y and signature r ‖ s, 64 bytes each, big endian;
  a secret is the 32-byte scalar. Signing and single checks by GmSSL, many checks at
  once by `sm2_fast`, which agrees with it on every input.
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
SECRET_SIZE, WRAPPED_SIZE = 32, 128


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
    halves, _ = curve.read_der_integers(
        gmssl_pyx.sm2_sign_sm3_digest(secret, hashed), 2
    )
    return halves[0] + halves[1]


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether this SM2 signature holds; False on any malformed bytes."""
    return curve.is_on_curve(public) and verify_digest(
        public, curve.message_digest(public, message), signature
    )


def verify_digest(public: bytes, hashed: bytes, signature: bytes) -> bool:
    """GB/T 32918.2 §7.1 steps B1 to B7 over a digest e; `public` is on the curve."""
    if len(signature) != signature_size:
        return False
    r, s = curve.point_of(signature)
    # GmSSL refuses these too, but with an exception and a line on standard error.
    if not (0 < r < curve.N and 0 < s < curve.N) or r + s == curve.N:
        return False
    accepted: bool = gmssl_pyx.sm2_verify_sm3_digest(
        public, hashed, curve.der_of(signature)
    )
    return accepted


def verify_many(items: Sequence[Item]) -> bytes:
    """One byte 0 or 1 for each item."""
    return bytes([verify(*item) for item in items])


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
    wrapped = _raw_ciphertext(gmssl_pyx.sm2_encrypt(public, key))
    return wrapped + seal(key, plaintext, wrapped + info)


def open_from(secret: bytes, sealed: bytes, info: bytes) -> bytes:
    """Undo `seal_to`; raises Unopenable."""
    check_size("收件私钥", "recipient's secret key", secret, SECRET_SIZE)
    wrapped = sealed[:WRAPPED_SIZE]
    if len(sealed) < WRAPPED_SIZE or not curve.is_on_curve(wrapped[:64]):
        raise Unopenable
    try:
        key = gmssl_pyx.sm2_decrypt(secret, _der_ciphertext(wrapped))
    except gmssl_pyx.GmsslInnerError:
        raise Unopenable from None
    if len(key) != SEALING_KEY_SIZE:
        raise Unopenable
    return open(key, sealed[WRAPPED_SIZE:], wrapped + info)


def _raw_ciphertext(der: bytes) -> bytes:
    """SM2Cipher (GB/T 35276 §7.2: x, y, C3, C2) to C1 ‖ C3 ‖ C2, 32 bytes each part."""
    (x, y), rest = curve.read_der_integers(der, 2)
    return x + y + rest[2:34] + rest[36:68]


def _der_ciphertext(wrapped: bytes) -> bytes:
    """C1 ‖ C3 ‖ C2 back to the SM2Cipher that GmSSL reads."""
    integers = curve.der_of(wrapped[:64])[2:]
    body = integers + b"\x04\x20" + wrapped[64:96] + b"\x04\x20" + wrapped[96:]
    return b"\x30\x81" + bytes((len(body),)) + body
