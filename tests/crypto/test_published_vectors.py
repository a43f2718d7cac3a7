"""
The vectors that others publish, run through our own functions: signatures, sealing to
a person, digests. Where a function of ours takes no such vector (a context, a seed of
ML-KEM alone), the library is asked that ours calls.
"""

from collections import Counter

import hybrid_textbook as textbook
import published
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import (
    MLKEM768PrivateKey,
    MLKEM768PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey,
    X25519PublicKey,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import load_der_public_key
from dilithium_py.ml_dsa import ML_DSA_65
from kyber_py.ml_kem import ML_KEM_768

from huabiao.crypto import suite
from huabiao.services.credentials.algorithms import VerificationKey, verify

INTL, SM, PQ = suite("intl"), suite("sm"), suite("pq")
X25519_KEM, HYBRID_KEM, AES_256_GCM = 0x20, 0x647A, 2


# -- ML-DSA-65, FIPS 204 ---------------------------------------------------------------


def holds_under_a_context(public, message, signature, context):
    """By the library that the suite calls with an empty context."""
    try:
        key = MLDSA65PublicKey.from_public_bytes(public)
        key.verify(signature, message, context)
    except (InvalidSignature, ValueError):
        return False
    return True


def test_a_hundred_keys_and_signatures_of_fips_204():
    """Keys from their seeds, and signatures under contexts, which ours refuses."""
    path = "asymmetric/MLDSA/kat_MLDSA_65_det_pure.rsp"
    answers = list(published.known_answers(path, "count", 100))
    for each in answers:
        assert PQ.derive(each["xi"]) == (each["pk"], each["xi"])
        signature, message = each["sm"][:3309], each["sm"][3309:]
        assert message == each["msg"]
        assert holds_under_a_context(each["pk"], message, signature, each["ctx"])
        assert not PQ.verify(each["pk"], message, signature)
    for each in answers[:2]:
        assert ML_DSA_65.key_derive(each["xi"]) == (each["pk"], each["sk"])
        signed = ML_DSA_65.sign(each["sk"], each["msg"], each["ctx"], True)
        assert signed + each["msg"] == each["sm"]


def test_ml_dsa_signatures_of_wycheproof():
    """Norms at their bounds, hints that are not canonical, keys of zeros, lengths."""
    seen = Counter()
    for vector in published.wycheproof("Signature/mldsa_65_verify"):
        public = bytes.fromhex(vector.group["publicKey"])
        message, signature, context = vector.raw("msg", "sig", "ctx")
        item = (public, message, signature)
        if len(context) < 256:
            assert holds_under_a_context(*item, context) == vector.is_valid, vector
        assert PQ.verify(*item) == (vector.is_valid and not context), vector
        seen.update(vector.test["flags"])
        if "InvalidHintsEncoding" in vector.test["flags"]:
            assert not ML_DSA_65.verify(*item)
    assert seen["InfinityNormViolation"] > 50 and seen["InvalidHintsEncoding"] > 8


def test_ml_dsa_seeds_of_wycheproof():
    lengths = Counter()
    for vector in published.wycheproof("Signature/mldsa_65_sign_seed"):
        seed = bytes.fromhex(vector.group["privateSeed"])
        if len(seed) != 32:
            with pytest.raises(ValueError, match="32"):
                PQ.derive(seed)
            lengths[len(seed)] += 1
            continue
        public = bytes.fromhex(vector.group["publicKey"])
        assert PQ.derive(seed).public == public
        if vector.is_valid and vector.test.get("msg") is not None:
            message, signature, context = vector.raw("msg", "sig", "ctx")
            assert PQ.verify(public, message, signature) == (not context), vector
    assert lengths


# -- ML-KEM-768, FIPS 203 --------------------------------------------------------------


def test_ml_kem_of_wycheproof():
    for vector in published.wycheproof("Protocol/mlkem_768"):
        seed, public, ciphertext, shared = vector.raw("seed", "ek", "c", "K")
        try:
            key = MLKEM768PrivateKey.from_seed_bytes(seed)
            found = key.decapsulate(ciphertext)
        except ValueError:
            assert not vector.is_valid, vector
            continue
        assert (found == shared) == vector.is_valid, vector
        assert not public or key.public_key().public_bytes_raw() == public


def test_ml_kem_keys_of_wycheproof():
    for vector in published.wycheproof("Protocol/mlkem_768_keygen_seed"):
        seed, public = vector.raw("seed", "ek")
        key = MLKEM768PrivateKey.from_seed_bytes(seed)
        assert key.public_key().public_bytes_raw() == public


def test_nothing_is_sealed_to_an_ml_kem_key_over_the_modulus():
    """FIPS 203 §7.2: such a key is checked before it is used."""
    x25519 = INTL.generate_recipient().public
    flags = Counter()
    for vector in published.wycheproof("Protocol/mlkem_768_encaps"):
        (public,) = vector.raw("ek")
        if vector.is_valid:
            MLKEM768PublicKey.from_public_bytes(public)
            continue
        with pytest.raises(ValueError, match="recipient"):
            PQ.seal_to(public + x25519, b"secret", b"")
        flags.update(vector.test["flags"])
    assert flags["ModulusOverflow"] > 10


def test_both_ml_kem_libraries_give_the_known_answers():
    path = "asymmetric/MLKEM/kat_MLKEM_768.rsp"
    for number, each in enumerate(published.known_answers(path, "count", 60)):
        key = MLKEM768PrivateKey.from_seed_bytes(each["d"] + each["z"])
        assert key.public_key().public_bytes_raw() == each["pk"]
        assert key.decapsulate(each["ct"]) == each["ss"]
        assert key.decapsulate(each["ct_n"]) == each["ss_n"]  # implicit rejection
        if number < 2:
            assert ML_KEM_768.decaps(each["sk"], each["ct"]) == each["ss"]
            assert ML_KEM_768.decaps(each["sk"], each["ct_n"]) == each["ss_n"]


# -- X25519 and HPKE -------------------------------------------------------------------


def sealed_as_the_texts_say(enc, public, shared):
    """What HPKE makes of a shared secret of X25519: RFC 9180 §4.1, §5.1."""
    suite_id = b"KEM" + X25519_KEM.to_bytes(2, "big")
    secret = textbook.extract(b"", suite_id, b"eae_prk", shared)
    secret = textbook.expand(secret, suite_id, b"shared_secret", enc + public, 32)
    key, nonce = textbook.schedule(b"\x00\x20", b"\x00\x02", secret, b"info")
    return enc + AESGCM(key).encrypt(nonce, b"plaintext", b"")


def test_x25519_of_wycheproof_opens_what_was_sealed_with_it():
    """Twists, points with another encoding, and edges of the arithmetic."""
    for vector in published.wycheproof("Protocol/x25519"):
        public, private, shared = vector.raw("public", "private", "shared")
        if "ZeroSharedSecret" in vector.test["flags"]:
            continue
        own = X25519PrivateKey.from_private_bytes(private)
        assert own.exchange(X25519PublicKey.from_public_bytes(public)) == shared
        sealed = sealed_as_the_texts_say(
            public, own.public_key().public_bytes_raw(), shared
        )
        assert INTL.open_from(private, sealed, b"info") == b"plaintext", vector


def test_nothing_is_sealed_to_a_point_of_low_order():
    """RFC 7748 §6.1, RFC 9180 §7.1.4: a shared secret of zeros is refused."""
    low = {
        vector.raw("public")[0]
        for vector in published.wycheproof("Protocol/x25519")
        if "ZeroSharedSecret" in vector.test["flags"]
    }
    assert len(low) > 10
    ml_kem = PQ.generate_recipient().public[:1184]
    for public in low:
        with pytest.raises(ValueError, match="recipient"):
            INTL.seal_to(public, b"secret", b"")
        with pytest.raises(ValueError, match="recipient"):
            PQ.seal_to(ml_kem + public, b"secret", b"")
        private = INTL.generate_recipient().secret
        with pytest.raises(ValueError, match="打不开"):
            INTL.open_from(private, public + bytes(40), b"")


@pytest.mark.parametrize(
    ("chosen", "kem", "aead"),
    [(INTL, X25519_KEM, AES_256_GCM), (PQ, HYBRID_KEM, 3)],
    ids=["rfc9180", "draft-ietf-hpke-pq"],
)
def test_hpke_of_its_own_vectors(chosen, kem, aead):
    """Their messages have associated data, ours none: their key seals one without.
    The hybrid's vector is of another AEAD, which its key schedule leads to."""
    vector = published.hpke(kem, aead)
    names = "skRm", "enc", "info", "shared_secret", "key", "base_nonce"
    secret, enc, info, shared, key, nonce = (bytes.fromhex(vector[n]) for n in names)
    kem_id = kem.to_bytes(2, "big")
    assert textbook.schedule(kem_id, bytes((0, aead)), shared, info) == (key, nonce)
    ours = textbook.schedule(kem_id, bytes((0, AES_256_GCM)), shared, info)
    sealed = enc + AESGCM(ours[0]).encrypt(ours[1], b"plaintext", b"")
    assert chosen.open_from(secret, sealed, info) == b"plaintext"


# -- What lies around them -------------------------------------------------------------


def test_hkdf_of_wycheproof():
    """Derived keys and HPKE stand on it."""
    for vector in published.wycheproof("Protocol/hkdf_sha256"):
        secret, salt, info, wanted = vector.raw("ikm", "salt", "info", "okm")
        try:
            derived = HKDF(SHA256(), vector.test["size"], salt, info).derive(secret)
        except ValueError:
            assert not vector.is_valid
            continue
        assert vector.is_valid and derived == wanted, vector


def test_sm3_of_oscca():
    path = "hashes/SM3/oscca.txt"
    for number, each in enumerate(published.known_answers(path, "Len", 99)):
        message = each["Msg"] if number else b""  # it writes the empty one as 00
        assert SM.digest(message) == each["MD"]
    assert number > 3


def test_es256_of_wycheproof():
    """Credentials of others: r and s of 32 bytes each, and points as x ‖ y."""
    for vector in published.wycheproof("Signature/ecdsa_secp256r1_sha256_p1363"):
        point = bytes.fromhex(vector.group["publicKey"]["uncompressed"])
        message, signature = vector.raw("msg", "sig")
        key = VerificationKey("ES256", point[1:])
        assert verify(key, message, signature) == vector.is_valid, vector
        load_der_public_key(bytes.fromhex(vector.group["publicKeyDer"]))
