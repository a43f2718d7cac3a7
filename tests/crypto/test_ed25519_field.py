"""The vectors that the Ed25519 kernel computes with, against Python's integers."""

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from huabiao.crypto import ed25519_curve as curve
from huabiao.crypto import ed25519_field as field
from huabiao.crypto import ed25519_kernel as kernel
from huabiao.crypto import ed25519_points as points
from huabiao.crypto import ed25519_tables as tables

WORK = tables.room(3, tables.NUMBER)
OUT, LEFT, RIGHT = (np.uint64(row.ctypes.data) for row in WORK)


def limit(place, bound):
    return int(bound * 2 ** field.BITS[place])


def numbers(bound):
    """Four numbers of limbs below a bound, and as often as not at its very edge."""
    limbs = [
        st.one_of(st.just(limit(n, bound)), st.integers(0, limit(n, bound)))
        for n in range(field.LIMBS)
    ]
    return st.lists(st.tuples(*limbs), min_size=4, max_size=4)


def put(row, four):
    row[:] = np.array(four, np.uint64).T.reshape(-1)


def limbs_in(row):
    return [[int(limb) for limb in lane] for lane in row.reshape(field.LIMBS, 4).T]


def value(limbs):
    return sum(limb << at for limb, at in zip(limbs, field.PLACES, strict=True))


def is_tight(limbs):
    return all(limb <= limit(n, field.TIGHT) for n, limb in enumerate(limbs))


@njit
def multiply(out, left, right):
    points.multiply(out, left, right)


@njit
def square(out, number):
    points.square(out, number)


@njit
def subtract(out, left, right):
    points.subtract(out, left, right)


@njit
def add(out, left, right):
    points.add(out, left, right)


@njit
def freeze(number, lane):
    return points.freeze(number, lane)


@njit
def scalar_of(hashed):
    return kernel.scalar_of(hashed)


def at_most(bound):
    return tuple(limit(n, bound) for n in range(field.LIMBS))


def checked_product(left, right):
    put(WORK[1], left), put(WORK[2], right)
    multiply(OUT, LEFT, RIGHT)
    for lane, (a, b) in enumerate(zip(left, right, strict=True)):
        product = limbs_in(WORK[0])[lane]
        assert value(product) % curve.P == value(a) * value(b) % curve.P
        assert is_tight(product)


def test_the_largest_limbs_do_not_overflow():
    checked_product([at_most(field.MUL_LEFT)] * 4, [at_most(field.MUL_RIGHT)] * 4)


def test_the_sums_of_products_fit_64_bits_and_the_factors_32():
    """The same in plain integers: what `multiply` says of its bounds."""
    left, right = at_most(field.MUL_LEFT), at_most(field.MUL_RIGHT)
    assert all(19 * limb < 1 << 32 for limb in right)
    assert all(4 * limb < 1 << 32 for limb in at_most(field.MUL_LEFT)[1::2])
    sums = Counter()
    for i, a in enumerate(left):
        for j, b in enumerate(right):
            times = (2 if i % 2 and j % 2 else 1) * (19 if i + j >= 10 else 1)
            sums[(i + j) % 10] += times * a * b
    assert max(sums.values()) < 1 << 64


@settings(max_examples=60, deadline=None)
@given(numbers(field.MUL_LEFT), numbers(field.MUL_RIGHT))
def test_products(left, right):
    checked_product(left, right)


@settings(max_examples=60, deadline=None)
@given(numbers(field.MUL_RIGHT))
def test_squares(four):
    put(WORK[1], four)
    square(OUT, LEFT)
    for limbs, before in zip(limbs_in(WORK[0]), four, strict=True):
        assert value(limbs) % curve.P == value(before) ** 2 % curve.P
        assert is_tight(limbs)


@settings(max_examples=60, deadline=None)
@given(numbers(field.TIGHT), numbers(field.TIGHT))
def test_sums_and_differences(left, right):
    put(WORK[1], left), put(WORK[2], right)
    for operation, sign, bound in ((add, 1, 2), (subtract, -1, 3)):
        operation(OUT, LEFT, RIGHT)
        for limbs, a, b in zip(limbs_in(WORK[0]), left, right, strict=True):
            assert value(limbs) % curve.P == (value(a) + sign * value(b)) % curve.P
            assert max(limbs) <= limit(0, bound * field.TIGHT)


@settings(max_examples=60, deadline=None)
@given(numbers(field.MUL_LEFT))
def test_freezing_leaves_the_one_value_below_p(four):
    put(WORK[1], four)
    for lane, limbs in enumerate(four):
        words = freeze(LEFT, np.uint64(lane))
        frozen = sum(int(word) << 64 * n for n, word in enumerate(words))
        assert frozen == value(limbs) % curve.P


def test_freezing_around_p():
    for number in (curve.P - 1, curve.P, curve.P + 1, 2**255 - 1, 0):
        bounds = zip(field.PLACES, field.BITS, strict=True)
        limbs = tuple(number >> at & (1 << bits) - 1 for at, bits in bounds)
        put(WORK[1], [limbs] * 4)
        words = freeze(LEFT, np.uint64(2))
        frozen = sum(int(word) << 64 * n for n, word in enumerate(words))
        assert frozen == number % curve.P


@settings(max_examples=100, deadline=None)
@given(
    st.one_of(
        st.integers(0, 2**512 - 1),
        st.integers(0, 2**259).map(lambda times: times * curve.L),
        st.integers(1, 2**259).map(lambda times: times * curve.L - 1),
    )
)
def test_a_hash_is_reduced_by_the_order(number):
    """RFC 8032 §5.1.7: the 64 bytes of SHA-512 as a little-endian integer, modulo L."""
    words = scalar_of(np.frombuffer(number.to_bytes(64, "little"), np.uint64))
    got = sum(int(word) << 64 * n for n, word in enumerate(words))
    assert got == number % curve.L
