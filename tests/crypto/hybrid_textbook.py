"""
HPKE as the texts write it down, over ML-KEM by kyber-py: another opinion on the suites.

RFC 9180 §5.1 (key schedule); draft-ietf-hpke-pq (KEM 0x647a, MLKEM768-X25519, whose
seed, combiner and label are those of X-Wing, draft-connolly-cfrg-xwing-kem).
"""

from hashlib import sha3_256, shake_256

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey,
    X25519PublicKey,
)
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from kyber_py.ml_kem import ML_KEM_768

LABEL = bytes.fromhex("5c2e2f2f5e5c")
HYBRID = b"\x64\x7a"


def keys_of(seed):
    """Public key, and the decapsulation key and X25519 secret of a seed."""
    expanded = shake_256(seed).digest(96)
    public, secret = ML_KEM_768.key_derive(expanded[:64])
    curve = X25519PrivateKey.from_private_bytes(expanded[64:])
    return public + curve.public_key().public_bytes_raw(), secret, curve


def decapsulate(seed, enc):
    """The shared secret that `enc` (1,088 + 32 bytes) carries to a seed's key."""
    public, secret, curve = keys_of(seed)
    of_kem = ML_KEM_768.decaps(secret, enc[:1088])
    of_curve = curve.exchange(X25519PublicKey.from_public_bytes(enc[1088:]))
    combined = of_kem + of_curve + enc[1088:] + public[1184:] + LABEL
    return sha3_256(combined).digest()


def encapsulate(public):
    """A shared secret and the `enc` that carries it to a public key."""
    of_kem, ciphertext = ML_KEM_768.encaps(public[:1184])
    curve = X25519PrivateKey.generate()
    of_curve = curve.exchange(X25519PublicKey.from_public_bytes(public[1184:]))
    own = curve.public_key().public_bytes_raw()
    combined = of_kem + of_curve + own + public[1184:] + LABEL
    return sha3_256(combined).digest(), ciphertext + own


def extract(salt, suite_id, label, value):
    mac = hmac.HMAC(salt or bytes(32), hashes.SHA256())
    mac.update(b"HPKE-v1" + suite_id + label + value)
    return mac.finalize()


def expand(secret, suite_id, label, value, size):
    text = size.to_bytes(2, "big") + b"HPKE-v1" + suite_id + label + value
    return HKDFExpand(hashes.SHA256(), size, text).derive(secret)


def schedule(kem_id, aead_id, shared, info):
    """Key and nonce of the first message, base mode, HKDF-SHA256."""
    suite_id = b"HPKE" + kem_id + b"\x00\x01" + aead_id
    context = b"\x00" + extract(b"", suite_id, b"psk_id_hash", b"")
    context += extract(b"", suite_id, b"info_hash", info)
    scheduled = extract(shared, suite_id, b"secret", b"")
    key = expand(scheduled, suite_id, b"key", context, 32)
    return key, expand(scheduled, suite_id, b"base_nonce", context, 12)
