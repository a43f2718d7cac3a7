"""The suite pq against its published vectors and against other implementations."""

import random

import hybrid_textbook as textbook
import published
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from dilithium_py.ml_dsa import ML_DSA_65

from huabiao.crypto import Unopenable, suite

PQ = suite("pq")


def raw(vector, *names):
    return [bytes.fromhex(vector[name]) for name in names]


def opinion_of_dilithium(public, message, signature):
    try:
        return ML_DSA_65.verify(public, message, signature)
    except ValueError:
        return False  # a length that cannot be


def agreed(item):
    ours = PQ.verify(*item)
    assert ours == opinion_of_dilithium(*item), [part.hex()[:40] for part in item]
    return ours


def test_two_ml_dsa_libraries_agree_on_honest_and_mutated_signatures():
    rng = random.Random(65)
    pair = PQ.derive(b"\x41" * 32)
    for round_ in range(60):
        message = rng.randbytes(round_)
        parts = [pair.public, message, PQ.sign(pair.secret, message)]
        assert agreed(parts)
        place = rng.choice((0, 1, 2, 2, 2))
        part = bytearray(parts[place] or b"\x00")
        how = rng.randrange(4)
        if how == 0:
            part = part[: rng.randrange(len(part))]
        elif how == 1:
            part += b"\x00"
        else:
            part[rng.randrange(len(part))] ^= 1 << rng.randrange(8)
        parts[place] = bytes(part)
        assert not agreed(parts)


C_TILDE, Z_BYTES = 48, 5 * 640  # FIPS 204 table 2: λ/4 bytes, l polynomials of 20 bits
HINTS = C_TILDE + Z_BYTES
OMEGA = 55


def with_hints(signature, change):
    hints = bytearray(signature[HINTS:])
    change(hints)
    return signature[:HINTS] + bytes(hints)


EDGES = {
    # FIPS 204 algorithm 21 (HintBitUnpack): each of these must give no hint at all.
    "a count beyond omega": lambda h: h.__setitem__(OMEGA + 5, OMEGA + 1),
    "counts that fall": lambda h: h.__setitem__(OMEGA, h[OMEGA + 5] + 1),
    "places that do not rise": lambda h: h.__setitem__(1, h[0]),
    "a place after the last": lambda h: h.__setitem__(OMEGA - 1, 7),
}


@pytest.mark.parametrize("spoil", EDGES.values(), ids=EDGES)
def test_hints_that_are_not_canonical_are_refused_by_both(spoil):
    """Else one signature would have many encodings."""
    pair = PQ.derive(b"\x42" * 32)
    signature = PQ.sign(pair.secret, b"m")
    counts = signature[HINTS + OMEGA :]
    assert counts[0] >= 2 and counts[5] < OMEGA, "another seed, please"
    spoiled = with_hints(signature, spoil)
    assert spoiled != signature and not agreed((pair.public, b"m", spoiled))


@pytest.mark.parametrize("fill", [b"\x00", b"\xff"])
def test_a_response_or_key_of_all_zeros_or_ones_is_refused_by_both(fill):
    """‖z‖∞ at and beyond its bound; t1 of zeros; a challenge that nobody made."""
    pair = PQ.derive(b"\x43" * 32)
    signature = PQ.sign(pair.secret, b"m")
    long_z = signature[:C_TILDE] + fill * Z_BYTES + signature[HINTS:]
    assert not agreed((pair.public, b"m", long_z))
    assert not agreed((pair.public, b"m", fill * C_TILDE + signature[C_TILDE:]))
    assert not agreed((fill * 1952, b"m", signature))
    assert not agreed((pair.public, b"m", fill * 3309))


def test_what_dilithium_py_signs_the_suite_accepts():
    public, secret = ML_DSA_65.key_derive(b"\x44" * 32)
    for message in (b"", b"m", bytes(5000)):
        assert PQ.verify(public, message, ML_DSA_65.sign(secret, message))


def test_the_hybrid_kem_of_the_published_vector():
    vector = published.hpke(0x647A, 3)
    names = "skRm", "pkRm", "enc", "info", "shared_secret", "key", "base_nonce"
    seed, public, enc, info, shared, key, nonce = raw(vector, *names)
    assert PQ.derive_recipient(seed) == (public, seed)
    assert textbook.keys_of(seed)[0] == public
    assert textbook.decapsulate(seed, enc) == shared
    assert textbook.schedule(textbook.HYBRID, b"\x00\x03", shared, info) == (key, nonce)
    associated, plaintext, ciphertext = raw(vector["encryptions"][0], "aad", "pt", "ct")
    opened = ChaCha20Poly1305(key).decrypt(nonce, ciphertext, associated)
    assert opened == plaintext


def opened_by_the_textbook(seed, sealed, info):
    shared = textbook.decapsulate(seed, sealed[:1120])
    key, nonce = textbook.schedule(textbook.HYBRID, b"\x00\x02", shared, info)
    return AESGCM(key).decrypt(nonce, sealed[1120:], b"")


def test_what_one_seals_the_other_opens():
    recipient = PQ.generate_recipient()
    sealed = PQ.seal_to(recipient.public, b"plaintext", b"info")
    assert opened_by_the_textbook(recipient.secret, sealed, b"info") == b"plaintext"
    shared, enc = textbook.encapsulate(recipient.public)
    key, nonce = textbook.schedule(textbook.HYBRID, b"\x00\x02", shared, b"info")
    theirs = enc + AESGCM(key).encrypt(nonce, b"plaintext", b"")
    assert PQ.open_from(recipient.secret, theirs, b"info") == b"plaintext"


def test_both_halves_of_the_hybrid_count():
    """Who knows only the X25519 secret, or only ML-KEM's, opens nothing."""
    recipient, other = PQ.generate_recipient(), PQ.generate_recipient()
    for half in (slice(0, 1184), slice(1184, 1216)):
        mixed = bytearray(recipient.public)
        mixed[half] = other.public[half]
        sealed = PQ.seal_to(bytes(mixed), b"plaintext", b"")
        for pair in (recipient, other):
            with pytest.raises(Unopenable):
                PQ.open_from(pair.secret, sealed, b"")
