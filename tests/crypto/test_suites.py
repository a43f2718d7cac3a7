"""What every suite promises, run on each of them."""

import os

import pytest
import sm2_textbook as textbook
from hypothesis import given, settings
from hypothesis import strategies as st

from huabiao.crypto import SUITES, Unopenable, suite

EACH = pytest.mark.parametrize("name", SUITES)


@EACH
def test_a_suite_is_one_object_with_its_sizes(name):
    chosen = suite(name)
    assert chosen is suite(name) and chosen.name == name
    pair = chosen.generate()
    assert len(pair.public) == chosen.public_size and len(pair.secret) == 32
    assert len(chosen.sign(pair.secret, b"m")) == chosen.signature_size
    assert len(chosen.digest(b"")) == 32


def test_unknown_suites_are_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"没有名为.*intl.*There is no suite"):
        suite("rot13")


@EACH
def test_deriving_depends_on_the_seed_alone(name):
    chosen = suite(name)
    assert chosen.derive(bytes(32)) == chosen.derive(bytes(32))
    assert chosen.derive(bytes(32)) != chosen.derive(bytes(31) + b"\x01")
    pair = chosen.derive(b"\x07" * 32)
    assert chosen.verify(pair.public, b"m", chosen.sign(pair.secret, b"m"))


@EACH
@pytest.mark.parametrize("size", [0, 31, 33])
def test_secrets_and_seeds_of_wrong_length_are_refused_with_a_sentence(name, size):
    chosen = suite(name)
    for action in (lambda b: chosen.sign(b, b"m"), chosen.derive):
        with pytest.raises(ValueError, match="32"):
            action(bytes(size))
    with pytest.raises(ValueError, match="32"):
        chosen.seal(bytes(size), b"", b"")


@pytest.mark.parametrize("scalar", [0, textbook.curve.N - 1, textbook.curve.N, 2**255])
def test_an_sm2_secret_out_of_range_is_refused(scalar):
    secret = textbook.encoded(scalar)
    if 0 < scalar < textbook.curve.N - 1:
        assert suite("sm").sign(secret, b"m")
    else:
        with pytest.raises(ValueError, match="n-2"):
            suite("sm").sign(secret, b"m")


@EACH
@settings(max_examples=60, deadline=None)
@given(
    items=st.lists(
        st.tuples(
            st.one_of(st.binary(max_size=80), st.just("own")),
            st.binary(max_size=80),
            st.one_of(st.binary(max_size=80), st.just("own")),
        ),
        max_size=6,
    )
)
def test_hostile_bytes_are_answered_and_many_agrees_with_one(name, items):
    chosen = suite(name)
    pair = chosen.derive(b"\x09" * 32)
    filled = [
        (
            pair.public if public == "own" else public,
            message,
            chosen.sign(pair.secret, message) if signature == "own" else signature,
        )
        for public, message, signature in items
    ]
    answers = chosen.verify_many(filled)
    assert answers == bytes(chosen.verify(*item) for item in filled)
    for answer, (public, _, signature) in zip(answers, items, strict=True):
        assert answer == (public == "own" and signature == "own")


@EACH
def test_sealed_bytes_open_with_the_key_and_the_associated_data_only(name):
    chosen, key = suite(name), os.urandom(32)
    for plaintext in (b"", b"x", os.urandom(5000)):
        sealed = chosen.seal(key, plaintext, b"about")
        assert len(sealed) == 12 + len(plaintext) + 16
        assert chosen.open(key, sealed, b"about") == plaintext
        with pytest.raises(Unopenable):
            chosen.open(key, sealed, b"other")
        with pytest.raises(Unopenable):
            chosen.open(bytes(32), sealed, b"about")
    assert chosen.seal(key, b"x", b"") != chosen.seal(key, b"x", b"")


@EACH
def test_each_bit_and_each_cut_of_sealed_bytes_matters(name):
    chosen, key = suite(name), bytes(range(32))
    sealed = chosen.seal(key, b"secret", b"")
    recipient = chosen.generate_recipient()
    sent = chosen.seal_to(recipient.public, b"secret", b"info")
    for place in range(len(sealed)):
        for spoiled in (sealed[:place], flipped(sealed, place)):
            with pytest.raises(Unopenable):
                chosen.open(key, spoiled, b"")
    for place in range(len(sent)):
        for spoiled in (sent[:place], flipped(sent, place)):
            with pytest.raises(Unopenable, match="打不开"):
                chosen.open_from(recipient.secret, spoiled, b"info")


def flipped(value, place):
    return value[:place] + bytes((value[place] ^ 0x10,)) + value[place + 1 :]


@EACH
def test_what_is_sealed_to_a_recipient_opens_for_no_other(name):
    chosen = suite(name)
    recipient, other = chosen.generate_recipient(), chosen.generate_recipient()
    for plaintext in (b"", os.urandom(3000)):
        sealed = chosen.seal_to(recipient.public, plaintext, b"info")
        assert chosen.open_from(recipient.secret, sealed, b"info") == plaintext
        with pytest.raises(Unopenable):
            chosen.open_from(recipient.secret, sealed, b"other")
        with pytest.raises(Unopenable):
            chosen.open_from(other.secret, sealed, b"info")


@EACH
@pytest.mark.parametrize("public", [b"", bytes(32), bytes(64), b"\xff" * 64])
def test_a_recipient_who_is_none_is_refused_with_a_sentence(name, public):
    with pytest.raises(ValueError, match=r"[。].*recipient"):
        suite(name).seal_to(public, b"x", b"")


def test_sm2_encryption_is_the_textbooks():
    sm = suite("sm")
    recipient = sm.generate_recipient()
    sealed = sm.seal_to(recipient.public, b"plaintext", b"info")
    key = textbook.unwrap(recipient.secret, sealed[:128])
    assert sm.open(key, sealed[128:], sealed[:128] + b"info") == b"plaintext"


def test_ed25519_edges_where_verifiers_differ_are_refused():
    """Small-order keys and s ≥ L: libsodium refuses both, and it alone decides."""
    intl = suite("intl")
    order = 2**252 + 27742317777372353535851937790883648493
    identity = b"\x01" + bytes(31)
    assert not intl.verify(identity, b"m", identity + bytes(32))
    pair = intl.derive(bytes(32))
    signature = intl.sign(pair.secret, b"m")
    s = int.from_bytes(signature[32:], "little") + order
    assert not intl.verify(pair.public, b"m", signature[:32] + s.to_bytes(32, "little"))


def test_a_signature_cannot_slide_into_the_message():
    intl = suite("intl")
    pair = intl.derive(bytes(32))
    signature = intl.sign(pair.secret, b"ab")
    assert not intl.verify(pair.public, b"b", signature + b"a")
