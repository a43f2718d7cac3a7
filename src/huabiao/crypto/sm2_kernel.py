"""
SM2 verification compiled by numba: many signatures in one call, without the GIL.

    u = s·G + t·P_A          t = r + s;  accept when (e + x_u) mod n = r

s·G takes 8 bits at a step from a table of G. t·P_A takes 4 bits at a step from the
signer's table (`build_table`), or, for a signer without one, walks bit by bit. Table
entries are affine, the sum is Jacobian, so that a step is one mixed addition.

Nothing here is secret, so nothing needs constant time. Formulas: Explicit-Formulas
Database, short Weierstrass, Jacobian a = −3 (dbl-2001-b; mixed addition of Cohen,
Miyaji and Ono 1998). The rules: GB/T 32918.2-2016 §7.1, steps B1 to B7.
"""

from typing import Any

import numpy as np

from huabiao.crypto import sm2_curve as curve
from huabiao.crypto.limbs import (
    Limbs,
    compiled,
    fetch,
    is_below,
    is_zero,
    limbs_of,
    load,
    store,
)
from huabiao.crypto.sm2_field import add, add_scalars, mul, sub, sub_scalars

FIELD_STAMP, LIMBS_STAMP = 0x418A6AEF, 0x9B345FA2
"""CRC-32 of sm2_field.py and limbs.py: writing them here makes numba forget code built
on others."""

BASE_BITS, SIGNER_BITS = 8, 4
POINT_BYTES = 64

Jacobian = tuple[Limbs, Limbs, Limbs]

ZERO = limbs_of(0)
ONE = limbs_of((1 << 256) % curve.P)
TO_MONTGOMERY = limbs_of((1 << 512) % curve.P)
CURVE_B = limbs_of((curve.B << 256) % curve.P)
PRIME, ORDER = limbs_of(curve.P), limbs_of(curve.N)
PRIME_LESS_2 = limbs_of(curve.P - 2)
PRIME_LESS_ORDER = limbs_of(curve.P - curve.N)
BASE = limbs_of(curve.G[0]), limbs_of(curve.G[1])


@compiled
def read(row: Any, start: int) -> Limbs:
    """32 bytes, big endian, as limbs."""
    a = b = c = d = np.uint64(0)
    for place in range(start, start + 8):
        d = d << np.uint64(8) | np.uint64(row[place])
        c = c << np.uint64(8) | np.uint64(row[place + 8])
        b = b << np.uint64(8) | np.uint64(row[place + 16])
        a = a << np.uint64(8) | np.uint64(row[place + 24])
    return a, b, c, d


@compiled
def inverse(a: Limbs) -> Limbs:
    """a^(p−2), which is 1/a."""
    result = ONE
    for place in range(255, -1, -1):
        result = mul(result, result)
        if PRIME_LESS_2[place >> 6] >> np.uint64(place & 63) & np.uint64(1):
            result = mul(result, a)
    return result


@compiled
def is_point(x: Limbs, y: Limbs) -> bool:
    """Whether Montgomery coordinates satisfy y² = x³ − 3x + b."""
    three = add(add(ONE, ONE), ONE)
    right = add(mul(x, sub(mul(x, x), three)), CURVE_B)
    return is_zero(sub(mul(y, y), right))


# -- Points ----------------------------------------------------------------------------


@compiled
def double(x: Limbs, y: Limbs, z: Limbs) -> Jacobian:
    """Twice a Jacobian point; infinity (z = 0) stays infinity."""
    delta, gamma = mul(z, z), mul(y, y)
    beta = mul(x, gamma)
    product = mul(sub(x, delta), add(x, delta))
    alpha = add(add(product, product), product)
    beta2 = add(beta, beta)
    beta4 = add(beta2, beta2)
    x3 = sub(mul(alpha, alpha), add(beta4, beta4))
    sum_yz = add(y, z)
    z3 = sub(sub(mul(sum_yz, sum_yz), gamma), delta)
    square2 = mul(add(gamma, gamma), gamma)
    square8 = add(add(square2, square2), add(square2, square2))
    return x3, sub(mul(alpha, sub(beta4, x3)), square8), z3


@compiled
def add_affine(x1: Limbs, y1: Limbs, z1: Limbs, x2: Limbs, y2: Limbs) -> Jacobian:
    """A Jacobian point plus an affine one, complete: also equal, opposite, infinity."""
    if is_zero(z1):
        return x2, y2, ONE
    zz = mul(z1, z1)
    h = sub(mul(x2, zz), x1)
    r = sub(mul(y2, mul(zz, z1)), y1)
    if is_zero(h):
        if is_zero(r):
            return double(x1, y1, z1)
        return ONE, ONE, ZERO
    hh = mul(h, h)
    hhh, v = mul(hh, h), mul(x1, hh)
    x3 = sub(sub(mul(r, r), hhh), add(v, v))
    return x3, sub(mul(r, sub(v, x3)), mul(y1, hhh)), mul(z1, h)


@compiled
def normalise(points: Any, affine: Any) -> None:
    """Rows x, y, z to rows x, y with one inversion (Montgomery's trick); no z is 0."""
    count = points.shape[0]
    before = np.empty((count, 4), np.uint64)
    product = ONE
    for i in range(count):
        store(before[i], 0, product)
        product = mul(product, fetch(points[i], 8))
    inverted = inverse(product)
    for i in range(count - 1, -1, -1):
        z = mul(inverted, fetch(before[i], 0))
        inverted = mul(inverted, fetch(points[i], 8))
        zz = mul(z, z)
        store(affine[i], 0, mul(fetch(points[i], 0), zz))
        store(affine[i], 4, mul(fetch(points[i], 4), mul(zz, z)))


@compiled
def build_table(x: Limbs, y: Limbs, bits: int) -> Any:
    """
    Rows j · 2^(bits·w) · P, affine, for each window w and each j from 1 to 2^bits − 1.

    P is a point in plain coordinates, so of order n, and no multiple is infinity.
    """
    windows, entries = 256 // bits, (1 << bits) - 1
    shifted = np.empty((windows, 12), np.uint64)
    x, y, z = mul(x, TO_MONTGOMERY), mul(y, TO_MONTGOMERY), ONE
    for window in range(windows):
        store(shifted[window], 0, x)
        store(shifted[window], 4, y)
        store(shifted[window], 8, z)
        for _ in range(bits):
            x, y, z = double(x, y, z)
    bases = np.empty((windows, 8), np.uint64)
    normalise(shifted, bases)
    multiples = np.empty((windows * entries, 12), np.uint64)
    for window in range(windows):
        base_x, base_y = fetch(bases[window], 0), fetch(bases[window], 4)
        x, y, z = ONE, ONE, ZERO
        for entry in range(entries):
            x, y, z = add_affine(x, y, z, base_x, base_y)
            row = multiples[window * entries + entry]
            store(row, 0, x)
            store(row, 4, y)
            store(row, 8, z)
    table = np.empty((windows * entries, 8), np.uint64)
    normalise(multiples, table)
    return table


# -- Signatures ------------------------------------------------------------------------


@compiled
def add_multiple(
    x: Limbs, y: Limbs, z: Limbs, scalar: Limbs, table: np.uint64, bits: int
) -> Jacobian:
    """Add scalar · P to a point, from the table of P that lies at this address."""
    mask = np.uint64((1 << bits) - 1)
    for window in range(256 // bits):
        bit = window * bits
        digit = scalar[bit >> 6] >> np.uint64(bit & 63) & mask
        if digit:
            entry = np.uint64(window) * mask + digit - np.uint64(1)
            offset = entry * np.uint64(POINT_BYTES)
            point_x = load(table, offset)
            point_y = load(table, offset + np.uint64(32))
            x, y, z = add_affine(x, y, z, point_x, point_y)
    return x, y, z


@compiled
def walk(scalar: Limbs, point_x: Limbs, point_y: Limbs) -> Jacobian:
    """scalar · P without a table, by double-and-add."""
    x, y, z = ONE, ONE, ZERO
    for bit in range(255, -1, -1):
        x, y, z = double(x, y, z)
        if scalar[bit >> 6] >> np.uint64(bit & 63) & np.uint64(1):
            x, y, z = add_affine(x, y, z, point_x, point_y)
    return x, y, z


@compiled
def has_abscissa(x: Limbs, z: Limbs, wanted: Limbs) -> bool:
    """Whether the affine x of a point, modulo n, is this number below n."""
    if is_zero(z):
        return False
    zz = mul(z, z)
    if is_zero(sub(mul(mul(wanted, TO_MONTGOMERY), zz), x)):
        return True
    # p exceeds n by about 2^127: an abscissa from n up to p has lost an n.
    if not is_below(wanted, PRIME_LESS_ORDER):
        return False
    larger = add(wanted, ORDER)
    return is_zero(sub(mul(mul(larger, TO_MONTGOMERY), zz), x))


@compiled
def multiple_of_signer(public: Any, table: np.uint64, scalar: Limbs) -> Jacobian:
    """t · P_A by the signer's table, or by a walk; infinity if P_A is no point."""
    if table:
        return add_multiple(ONE, ONE, ZERO, scalar, table, SIGNER_BITS)
    x, y = read(public, 0), read(public, 32)
    if is_below(x, PRIME) and is_below(y, PRIME):
        x, y = mul(x, TO_MONTGOMERY), mul(y, TO_MONTGOMERY)
        if is_point(x, y):
            return walk(scalar, x, y)
    return ONE, ONE, ZERO


@compiled
def is_valid(
    public: Any, hashed: Any, signature: Any, base: np.uint64, table: np.uint64
) -> bool:
    """One signature r ‖ s by one signer over one digest e."""
    r, s = read(signature, 0), read(signature, 32)
    if is_zero(r) or is_zero(s) or not (is_below(r, ORDER) and is_below(s, ORDER)):
        return False
    t = add_scalars(r, s)
    if is_zero(t):
        return False
    x, y, z = multiple_of_signer(public, table, t)
    if is_zero(z):  # t is not 0 modulo n, so P_A is no point
        return False
    x, y, z = add_multiple(x, y, z, s, base, BASE_BITS)
    e = read(hashed, 0)
    if not is_below(e, ORDER):
        e = sub_scalars(e, ORDER)
    return has_abscissa(x, z, sub_scalars(r, e))


@compiled
def verify_rows(
    publics: Any, hashes: Any, signatures: Any, base: int, tables: Any, accepted: Any
) -> None:
    """
    Check each row of bytes (64, 32, 64) and write 0 or 1 into `accepted`.

    `base` and `tables` are addresses of arrays of `build_table`; 0 is a signer without.
    """
    for row in range(publics.shape[0]):
        accepted[row] = is_valid(
            publics[row], hashes[row], signatures[row], np.uint64(base), tables[row]
        )
