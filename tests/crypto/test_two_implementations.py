"""
Each primitive of `intl` and `sm` by two libraries that share no code, on random, edge
and mutated inputs: they accept and refuse alike, or the difference is listed here.

SM2 has files of its own (test_sm2_agreement), and so has the suite pq.
"""

import hashlib
import os
import random

import gmssl_pyx
import published
import pytest
from Crypto.Cipher import AES
from Crypto.Hash import SHA256
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey,
    X25519PublicKey,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pyhpke import AEADId, CipherSuite, KDFId, KEMId, KEMKey

from huabiao.crypto import Unopenable, suite

INTL, SM = suite("intl"), suite("sm")


def flipped(rng, content):
    """One bit changed, a byte cut or one added."""
    changed, how = bytearray(content), rng.randrange(4)
    if how == 0:
        return bytes(changed[:-1])
    if how == 1:
        return bytes(changed) + b"\x00"
    changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


# -- Ed25519: libsodium decides, OpenSSL is asked --------------------------------------

ORDER = 2**252 + 27742317777372353535851937790883648493
SMALL_ORDER = [
    # The eight points of small order (RFC 7748's torsion), canonical, then the
    # encodings of some of them that are not (y ≥ p, or the sign of x = 0).
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
]
ONLY_OPENSSL_ACCEPTS = {
    *range(152, 160)
}  # keys of small order: the identity, torsion 1–7


def openssl_accepts(public, message, signature):
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@pytest.mark.parametrize("result", ["valid", "invalid", "acceptable"])
def test_ed25519_of_wycheproof(result):
    differing = set()
    for vector in published.wycheproof("Signature/ed25519"):
        if vector.test["result"] != result:
            continue
        public = bytes.fromhex(vector.group["publicKey"]["pk"])
        item = [public, *vector.raw("msg", "sig")]
        ours, theirs = INTL.verify(*item), openssl_accepts(*item)
        assert theirs == (result != "invalid"), vector
        if ours != theirs:
            differing.add(vector.test["tcId"])
    assert differing == (ONLY_OPENSSL_ACCEPTS if result == "acceptable" else set())


def test_ed25519_points_of_small_order_are_the_other_difference():
    """With s = 0 OpenSSL accepts some of them as a key; libsodium accepts none."""
    differing = 0
    for public in map(bytes.fromhex, SMALL_ORDER):
        for point in map(bytes.fromhex, SMALL_ORDER):
            for s in (0, 1, ORDER - 1, ORDER):
                signature = point + s.to_bytes(32, "little")
                assert not INTL.verify(public, b"m", signature)
                accepted = openssl_accepts(public, b"m", signature)
                assert s == 0 or not accepted
                differing += accepted
    assert differing > 0, "OpenSSL has changed: this difference is gone"


def test_ed25519_on_mutated_signatures():
    rng = random.Random(8032)
    pairs = [INTL.derive(rng.randbytes(32)) for _ in range(20)]
    for index in range(600):
        pair, message = pairs[index % 20], rng.randbytes(index % 70)
        item = [pair.public, message, INTL.sign(pair.secret, message)]
        assert INTL.verify(*item) and openssl_accepts(*item)
        place = rng.choice((0, 2)) if not message else rng.randrange(3)
        item[place] = flipped(rng, item[place])
        assert INTL.verify(*item) == openssl_accepts(*item) == False  # noqa: E712


# -- Digests ---------------------------------------------------------------------------


def test_digests_by_two_libraries():
    for size in (*range(200), 1_000, 100_000):
        content = os.urandom(size)
        sm3 = hashes.Hash(hashes.SM3())
        sm3.update(content)
        assert SM.digest(content) == sm3.finalize()
        assert INTL.digest(content) == SHA256.new(content).digest()
        assert suite("pq").digest(content) == hashlib.sha256(content).digest()


# -- Sealing under a key ---------------------------------------------------------------


def opened_by_pycryptodome(key, nonce, associated, sealed):
    cipher = AES.new(key, AES.MODE_GCM, nonce=nonce)
    cipher.update(associated)
    try:
        return cipher.decrypt_and_verify(sealed[:-16], sealed[-16:])
    except ValueError:
        return None


def opened_by_gmssl(key, nonce, associated, sealed):
    try:
        opened = gmssl_pyx.sm4_gcm_decrypt(
            gmssl_pyx.sm3_kdf(b"huabiao sm4-gcm\x00" + key, 16),
            nonce, associated, sealed[:-16], sealed[-16:],
        )  # fmt: skip
    except (gmssl_pyx.InvalidValueError, gmssl_pyx.GmsslInnerError):
        return None
    return bytes(opened)


def opened_by_the_suite(chosen, key, sealed, associated):
    try:
        return chosen.open(key, sealed, associated)
    except Unopenable:
        return None


def test_aes_256_gcm_of_wycheproof():
    seen = 0
    for vector in published.wycheproof("Cipher/aes_gcm"):
        sizes = [vector.group[name] for name in ("keySize", "ivSize", "tagSize")]
        if sizes != [256, 96, 128]:
            continue  # the suites have no others
        names = "key", "iv", "aad", "msg", "ct", "tag"
        key, nonce, associated, plaintext, ciphertext, tag = vector.raw(*names)
        ours = opened_by_the_suite(INTL, key, nonce + ciphertext + tag, associated)
        theirs = opened_by_pycryptodome(key, nonce, associated, ciphertext + tag)
        assert ours == theirs
        assert ours == (plaintext if vector.is_valid else None), vector
        if vector.is_valid:
            sealed = AESGCM(key).encrypt(nonce, plaintext, associated)
            assert sealed == ciphertext + tag
        seen += 1
    assert seen > 50


@pytest.mark.parametrize(
    ("name", "theirs"),
    [("intl", opened_by_pycryptodome), ("pq", opened_by_pycryptodome),
     ("sm", opened_by_gmssl)],
)  # fmt: skip
def test_sealed_bytes_open_alike(name, theirs):
    rng, chosen = random.Random(5116), suite(name)
    # GmSSL's binding refuses the empty plaintext, whose tag the suites do check.
    for size in (*range(1, 40), 64, 1_000, 4_096):
        key, plaintext = rng.randbytes(32), rng.randbytes(size)
        associated = rng.randbytes(size % 7)
        sealed = chosen.seal(key, plaintext, associated)
        assert theirs(key, sealed[:12], associated, sealed[12:]) == plaintext
        spoiled = flipped(rng, sealed)
        ours = opened_by_the_suite(chosen, key, spoiled, associated)
        other = theirs(key, spoiled[:12], associated, spoiled[12:])
        assert ours is None and other is None
        assert theirs(key, sealed[:12], associated + b".", sealed[12:]) is None


# -- Sealing to a person ---------------------------------------------------------------

HPKE = CipherSuite.new(
    KEMId.DHKEM_X25519_HKDF_SHA256, KDFId.HKDF_SHA256, AEADId.AES256_GCM
)


def opened_by_pyhpke(recipient, sealed, info):
    key = KEMKey.from_pyca_cryptography_key(recipient)
    try:
        return HPKE.create_recipient_context(sealed[:32], key, info=info).open(
            sealed[32:]
        )
    except Exception:  # pyhpke has several errors of its own, and cryptography's
        return None


def test_hpke_by_pyhpke():
    rng = random.Random(9180)
    for size in range(0, 200, 20):
        pair, plaintext = INTL.generate_recipient(), rng.randbytes(size)
        secret = X25519PrivateKey.from_private_bytes(pair.secret)
        sealed = INTL.seal_to(pair.public, plaintext, b"info")
        assert opened_by_pyhpke(secret, sealed, b"info") == plaintext
        assert opened_by_pyhpke(secret, sealed, b"other") is None
        public = X25519PublicKey.from_public_bytes(pair.public)
        key = KEMKey.from_pyca_cryptography_key(public)
        enc, sender = HPKE.create_sender_context(key, info=b"info")
        theirs = enc + sender.seal(plaintext)
        assert INTL.open_from(pair.secret, theirs, b"info") == plaintext
        spoiled = flipped(rng, theirs)
        assert opened_by_pyhpke(secret, spoiled, b"info") is None
        with pytest.raises(Unopenable):
            INTL.open_from(pair.secret, spoiled, b"info")
