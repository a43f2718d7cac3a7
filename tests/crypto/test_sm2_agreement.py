"""GmSSL, OpenSSL, the kernel and the textbook give one answer on every input."""

import random

import pytest
import sm2_textbook as textbook

from huabiao.crypto import sm, sm2_fast, sm2_gmssl, sm2_libcrypto
from huabiao.crypto import sm2_curve as curve

N, P = curve.N, curve.P
SECRET = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
PUBLIC = curve.public_of(curve.multiply(SECRET, curve.G))


@pytest.fixture(scope="module")
def kernel():
    assert sm2_fast.warm()
    return sm2_fast.ready()


def fast_digest(kernel, public, hashed, signature):
    """The kernel's answer, which must be one with and without a table."""
    walked = kernel.verify_digests([public], [hashed], [signature], [0])
    if curve.is_on_curve(public):
        signer = kernel.tabulate(public)
        address = [signer.address]
        tabled = kernel.verify_digests([public], [hashed], [signature], address)
        assert walked == tabled
    return bool(walked[0])


def opinions(kernel, public, message, signature):
    """Every implementation's answer on whole messages; it must be unanimous."""
    # Twice in one batch and alone, so that position and company do not matter.
    item = (public, message, signature)
    many = kernel.verify_many([item, (PUBLIC, b"", bytes(64)), item])
    assert many[0] == many[2] and many[1] == 0
    answers = {bool(many[0]), sm2_gmssl.verify(*item)}
    if sm2_libcrypto.available():
        answers.add(sm2_libcrypto.verify(*item))
    return answers


def mutated(rng, item):
    """One of the three parts changed by a bit, a length, or a remarkable number."""
    parts = list(item)
    place = rng.choice((0, 0, 1, 2, 2, 2))
    part = bytearray(parts[place])
    how = rng.randrange(8)
    if how == 0:
        part = part[: rng.randrange(len(part) + 1)]
    elif how == 1:
        part += rng.randbytes(rng.randrange(1, 70))
    elif how == 2 and place != 1:
        half = rng.choice((0, 32))
        value = rng.choice((0, 1, N - 1, N, N + 1, P - 1, P, P + 1, 2**256 - 1))
        part[half : half + 32] = textbook.encoded(value)
    elif part:
        part[rng.randrange(len(part))] ^= 1 << rng.randrange(8)
    parts[place] = bytes(part)
    return tuple(parts)


def test_random_and_mutated_signatures(kernel):
    rng = random.Random(32918)
    signers = [sm.derive(rng.randbytes(32)) for _ in range(12)]
    items, honest = [], []
    for index in range(1500):
        signer = signers[index % len(signers)]
        message = rng.randbytes(rng.randrange(200))
        item = (signer.public, message, sm.sign(signer.secret, message))
        honest.append(index % 2 == 0)
        items.append(item if honest[-1] else mutated(rng, item))
    answers = kernel.verify_many(items)
    assert answers == kernel.verify_many(items)  # now with every signer's table
    references = [sm2_gmssl]
    if sm2_libcrypto.available():
        references.append(sm2_libcrypto)
    for reference in references:
        assert answers == bytes(reference.verify(*item) for item in items)
    accepted = [bool(answer) for answer in answers]
    assert all(a for a, good in zip(accepted, honest, strict=True) if good)
    assert not all(accepted)


@pytest.mark.long
def test_tens_of_thousands_against_libcrypto(kernel):
    assert sm2_libcrypto.available()
    rng, batch = random.Random(0x5A2), []
    signers = [sm.derive(rng.randbytes(32)) for _ in range(40)]
    for index in range(500):
        signer, message = signers[index % 40], rng.randbytes(index % 90)
        batch.append((signer.public, message, sm.sign(signer.secret, message)))
    accepted = 0
    for _ in range(60):
        items = [mutated(rng, i) if rng.random() < 0.6 else i for i in batch]
        answers = kernel.verify_many(items)
        assert answers == bytes(sm2_libcrypto.verify(*item) for item in items)
        accepted += sum(answers)
    assert 10_000 < accepted < 14_000


EDGES = [0, 1, 2, N - 2, N - 1, N, N + 1, P - 1, P, 2**256 - 1]


@pytest.mark.parametrize("r", EDGES)
@pytest.mark.parametrize("s", EDGES)
def test_remarkable_r_and_s(kernel, r, s):
    signature = textbook.encoded(r) + textbook.encoded(s)
    assert opinions(kernel, PUBLIC, b"edge", signature) == {False}


def test_r_plus_s_equal_to_n(kernel):
    signature = textbook.encoded(5) + textbook.encoded(N - 5)
    assert opinions(kernel, PUBLIC, b"edge", signature) == {False}


def test_infinity_is_no_signature(kernel):
    # GmSSL alone accepts this one: it reads the x of infinity as 0.
    hashed = curve.message_digest(PUBLIC, b"mine")
    signature = textbook.infinity_case(SECRET, hashed)
    assert opinions(kernel, PUBLIC, b"mine", signature) == {False}
    assert not fast_digest(kernel, PUBLIC, hashed, signature)


@pytest.mark.parametrize("start", [N, 0, N - 1, P - 1000, 1])
def test_an_abscissa_from_n_to_p_loses_an_n(kernel, start):
    point = textbook.abscissa_to_point(start)
    case = textbook.case_for(point, s=123456789, t=987654321)
    assert textbook.verify_digest(*case)
    assert sm2_gmssl.verify_digest(*case)
    assert fast_digest(kernel, *case)


@pytest.mark.parametrize("s", [1, 2, 255, 256, N - 1, 2**255])
@pytest.mark.parametrize("t", [1, 15, 16, N - 1, 2**252])
def test_remarkable_scalars(kernel, s, t):
    if (t - s) % N == 0:
        pytest.skip("r would be 0")
    point = textbook.abscissa_to_point(2**200)
    public, hashed, signature = textbook.case_for(point, s, t)
    assert textbook.verify_digest(public, hashed, signature)
    assert sm2_gmssl.verify_digest(public, hashed, signature)
    assert fast_digest(kernel, public, hashed, signature)
    other = textbook.encoded((textbook.number(hashed) + 1) % N)
    assert not fast_digest(kernel, public, other, signature)


@pytest.mark.parametrize("e", [0, 1, N - 1, N, N + 1, 2**256 - 1])
@pytest.mark.parametrize("secret", [1, 2, N - 2, SECRET])
def test_remarkable_digests_and_secrets(kernel, e, secret):
    """Signers whose key is G, 2G or −2G make the sum meet equal and opposite points."""
    public = curve.public_of(curve.multiply(secret, curve.G))
    k = 0x1234567890ABCDEF
    r = (e + curve.multiply(k, curve.G)[0]) % N
    s = pow(1 + secret, -1, N) * (k - r * secret) % N
    signature = textbook.encoded(r) + textbook.encoded(s)
    hashed = textbook.encoded(e)
    assert textbook.verify_digest(public, hashed, signature)
    assert sm2_gmssl.verify_digest(public, hashed, signature)
    assert fast_digest(kernel, public, hashed, signature)


def test_the_sum_of_two_equal_points(kernel):
    """s·G = t·P: the last addition is a doubling."""
    secret, s = 7, 70
    t = s * pow(secret, -1, N) % N
    public = curve.public_of(curve.multiply(secret, curve.G))
    point = curve.multiply(2 * s, curve.G)
    r = (t - s) % N
    hashed = textbook.encoded((r - point[0]) % N)
    signature = textbook.encoded(r) + textbook.encoded(s)
    assert textbook.verify_digest(public, hashed, signature)
    assert sm2_gmssl.verify_digest(public, hashed, signature)
    assert fast_digest(kernel, public, hashed, signature)


GOOD_X, GOOD_Y = curve.point_of(PUBLIC)
BAD_PUBLICS = {
    "zero": bytes(64),
    "all ones": b"\xff" * 64,
    "off the curve": textbook.encoded(GOOD_X) + textbook.encoded(GOOD_Y ^ 1),
    "x is p": textbook.encoded(P) + textbook.encoded(GOOD_Y),
    "small x plus p": textbook.encoded(textbook.abscissa_to_point(1)[0] + P)
    + textbook.encoded(textbook.abscissa_to_point(1)[1]),
    "uncompressed prefix": b"\x04" + PUBLIC,
    "compressed": bytes((2 + GOOD_Y % 2,)) + textbook.encoded(GOOD_X),
    "cut short": PUBLIC[:-1],
    "empty": b"",
}


@pytest.mark.parametrize("public", BAD_PUBLICS.values(), ids=BAD_PUBLICS)
def test_public_keys_that_are_none(kernel, public):
    signature = sm.sign(textbook.encoded(SECRET), b"m")
    assert opinions(kernel, public, b"m", signature) == {False}


@pytest.mark.parametrize("size", [0, 1, 32, 63, 65, 70, 72, 128, 4096])
def test_signatures_of_wrong_length(kernel, size):
    signature = sm.sign(textbook.encoded(SECRET), b"m") * 64
    assert opinions(kernel, PUBLIC, b"m", signature[:size]) == {False}


def test_a_foreign_identity_is_refused(kernel):
    import gmssl_pyx

    secret = textbook.encoded(SECRET)
    der = gmssl_pyx.sm2_sign(secret, PUBLIC, b"m", signer_id=b"ALICE123@YAHOO.COM")
    (r, s), _ = sm2_gmssl._read_integers(der)
    assert opinions(kernel, PUBLIC, b"m", r + s) == {False}
    if sm2_libcrypto.available():
        assert sm2_libcrypto.verify(PUBLIC, b"m", r + s, b"ALICE123@YAHOO.COM")
