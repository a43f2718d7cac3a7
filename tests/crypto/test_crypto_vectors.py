"""The published vectors of each algorithm, each with the text it was taken from."""

import json
from pathlib import Path

import gmssl_pyx
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

from huabiao.crypto import sm2_curve as curve
from huabiao.crypto import sm2_fast, sm2_gmssl, sm2_libcrypto, suite

VECTORS = json.loads(
    (Path(__file__).parents[1] / "vectors" / "crypto.json").read_text(encoding="utf-8")
)


def raw(vector, *names):
    return [bytes.fromhex(vector[name]) for name in names]


@pytest.mark.parametrize("vector", VECTORS["sm3"], ids=lambda vector: vector["source"])
def test_sm3(vector):
    message, digest = raw(vector, "message", "digest")
    assert suite("sm").digest(message) == digest


def test_sm2_hashes_the_identity_and_the_message_as_the_standard_does():
    names = "public", "message", "signer_digest", "message_digest"
    public, message, signer, hashed = raw(VECTORS["sm2_signature"], *names)
    assert curve.signer_digest(public) == signer
    assert curve.message_digest(public, message) == hashed


def test_sm2_public_key_of_the_sample():
    secret, public = raw(VECTORS["sm2_signature"], "secret", "public")
    point = curve.multiply(int.from_bytes(secret, "big"), curve.G)
    assert curve.public_of(point) == public


@pytest.mark.parametrize("way", [sm2_gmssl, sm2_libcrypto, sm2_fast])
def test_sm2_signature_of_the_sample(way):
    if way is sm2_libcrypto and not sm2_libcrypto.available():
        pytest.skip("this machine's libcrypto has no SM2")
    if way is sm2_fast:
        assert sm2_fast.warm()
    sample = raw(VECTORS["sm2_signature"], "public", "message", "signature")
    public, message, signature = sample
    assert way.verify(public, message, signature)
    assert not way.verify(public, message + b".", signature)


def test_sm4_block():
    key, plaintext, ciphertext = raw(
        VECTORS["sm4_block"], "key", "plaintext", "ciphertext"
    )
    encryptor = Cipher(SM4(key), modes.ECB()).encryptor()
    assert encryptor.update(plaintext) + encryptor.finalize() == ciphertext


def test_sm4_gcm_by_both_libraries():
    names = "key", "nonce", "associated", "plaintext", "ciphertext", "tag"
    key, nonce, associated, plaintext, ciphertext, tag = raw(VECTORS["sm4_gcm"], *names)
    encryptor = Cipher(SM4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(associated)
    assert encryptor.update(plaintext) + encryptor.finalize() == ciphertext
    assert encryptor.tag == tag
    sealed = gmssl_pyx.sm4_gcm_encrypt(key, nonce, associated, plaintext)
    assert sealed == (ciphertext, tag)


@pytest.mark.parametrize("vector", VECTORS["ed25519"], ids=lambda v: v["source"])
def test_ed25519(vector):
    names = "secret", "public", "message", "signature"
    secret, public, message, signature = raw(vector, *names)
    intl = suite("intl")
    assert intl.derive(secret) == (public, secret)
    assert intl.sign(secret, message) == signature
    assert intl.verify(public, message, signature)
