"""
Ed25519 verification compiled by numba: many signatures in one call, without the GIL.

    s·B − h·A encodes to R        (RFC 8032 §5.1.7 without its cofactor)

s·B takes 8 bits at a step from a table of B. h·(−A) takes 4 bits at a step from eight
tables of the signer that lie 32 bits apart, so that four doublings serve eight steps.
Table entries are (y + x, y − x, 2dxy) of an affine point, the sum is in extended
coordinates, and the law of addition is complete: no case is special.

Nothing here is secret, so nothing needs constant time. Formulas: Explicit-Formulas
Database, twisted Edwards a = −1 (dbl-2008-hwcd, madd-2008-hwcd-3).
"""

from typing import Any

import numpy as np

from huabiao.crypto import ed25519_curve as curve
from huabiao.crypto.ed25519_field import add, freeze, mul, sub
from huabiao.crypto.limbs import (
    Limbs,
    compiled,
    fetch,
    is_below,
    limbs_of,
    load,
    store,
)

FIELD_STAMP, LIMBS_STAMP = 0x09470A5C, 0x09A6A8A2
"""CRC-32 of ed25519_field.py and limbs.py: writing them here makes numba forget code
built on others."""

BASE_STEPS = BASE_BITS, BASE_SPACING = 8, 8
SIGNER_STEPS = SIGNER_BITS, SIGNER_SPACING = 4, 32
"""Of a table: how many bits a step takes, and how far apart its parts lie."""
ENTRY_BYTES = 96

ZERO, ONE = limbs_of(0), limbs_of(1)
TWICE_D = limbs_of(2 * curve.D % curve.P)
PRIME_LESS_2, ORDER = limbs_of(curve.P - 2), limbs_of(curve.L)

Extended = tuple[Limbs, Limbs, Limbs, Limbs]


@compiled
def inverse(a: Limbs) -> Limbs:
    """a^(p−2), which is 1/a."""
    result = ONE
    for place in range(254, -1, -1):
        result = mul(result, result)
        if PRIME_LESS_2[place >> 6] >> np.uint64(place & 63) & np.uint64(1):
            result = mul(result, a)
    return result


@compiled
def invert_all(numbers: Any) -> None:
    """1/z for each row z, none of them 0, with one inversion (Montgomery's trick)."""
    count = numbers.shape[0]
    before = np.empty((count, 4), np.uint64)
    product = ONE
    for i in range(count):
        store(before[i], 0, product)
        product = mul(product, fetch(numbers[i], 0))
    inverted = inverse(product)
    for i in range(count - 1, -1, -1):
        z = fetch(numbers[i], 0)
        store(numbers[i], 0, mul(inverted, fetch(before[i], 0)))
        inverted = mul(inverted, z)


# -- Points ----------------------------------------------------------------------------


@compiled
def double(x: Limbs, y: Limbs, z: Limbs) -> Extended:
    """Twice a point; x·y of it is not needed."""
    a, b, zz = mul(x, x), mul(y, y), mul(z, z)
    h = add(a, b)
    sum_xy = add(x, y)
    e = sub(h, mul(sum_xy, sum_xy))
    g = sub(a, b)
    f = add(add(zz, zz), g)
    return mul(e, f), mul(g, h), mul(f, g), mul(e, h)


@compiled
def add_entry(
    x: Limbs, y: Limbs, z: Limbs, t: Limbs, plus: Limbs, minus: Limbs, twice: Limbs
) -> Extended:
    """A point plus an affine one that is given as (y + x, y − x, 2dxy)."""
    a, b = mul(sub(y, x), minus), mul(add(y, x), plus)
    c, d = mul(t, twice), add(z, z)
    e, f, g, h = sub(b, a), sub(d, c), add(d, c), add(b, a)
    return mul(e, f), mul(g, h), mul(f, g), mul(e, h)


@compiled
def tabulate(points: Any) -> Any:
    """Rows x, y, z as rows y + x, y − x, 2dxy of the affine points."""
    count = points.shape[0]
    inverted = points[:, 8:12].copy()
    invert_all(inverted)
    table = np.empty((count, 12), np.uint64)
    for i in range(count):
        z = fetch(inverted[i], 0)
        x, y = mul(fetch(points[i], 0), z), mul(fetch(points[i], 4), z)
        store(table[i], 0, add(y, x))
        store(table[i], 4, sub(y, x))
        store(table[i], 8, mul(mul(x, y), TWICE_D))
    return table


@compiled
def keep(row: Any, x: Limbs, y: Limbs, z: Limbs) -> None:
    store(row, 0, x)
    store(row, 4, y)
    store(row, 8, z)


@compiled
def build_table(x: Limbs, y: Limbs, bits: int, spacing: int) -> Any:
    """
    Entries for j · 2^(spacing·k) · P: for each part k below 256/spacing, each j from 1
    to 2^bits − 1. P is any affine point.
    """
    parts, most = 256 // spacing, (1 << bits) - 1
    bases = np.empty((parts, 12), np.uint64)
    z = ONE
    for part in range(parts):
        keep(bases[part], x, y, z)
        for _ in range(spacing):
            x, y, z, _t = double(x, y, z)
    entries = tabulate(bases)
    multiples = np.empty((parts * most, 12), np.uint64)
    for part in range(parts):
        entry = entries[part]
        plus, minus, twice = fetch(entry, 0), fetch(entry, 4), fetch(entry, 8)
        x, y, z, t = ZERO, ONE, ONE, ZERO
        for place in range(most):
            x, y, z, t = add_entry(x, y, z, t, plus, minus, twice)
            keep(multiples[part * most + place], x, y, z)
    return tabulate(multiples)


def table_of(point: curve.Point, steps: tuple[int, int]) -> Any:
    """The table of a point in plain integers, for steps of so many bits and spacing."""
    x, y = (limbs_of(number) for number in point)
    return build_table(x, y, *steps)


# -- Signatures ------------------------------------------------------------------------


@compiled
def add_multiple(
    x: Limbs, y: Limbs, z: Limbs, t: Limbs, scalar: Limbs,
    table: np.uint64, bits: int, spacing: int,
) -> Extended:  # fmt: skip
    """Add scalar · P, from the table of P; where steps share doublings, to nothing."""
    parts, most = 256 // spacing, (1 << bits) - 1
    mask = np.uint64(most)
    for step in range(spacing // bits - 1, -1, -1):
        for part in range(parts):
            place = part * spacing + step * bits
            digit = scalar[place >> 6] >> np.uint64(place & 63) & mask
            if digit:
                row = np.uint64(part * most) + digit - np.uint64(1)
                at = row * np.uint64(ENTRY_BYTES)
                x, y, z, t = add_entry(
                    x, y, z, t, load(table, at), load(table, at + np.uint64(32)),
                    load(table, at + np.uint64(64)),
                )  # fmt: skip
        if step:
            for _ in range(bits):
                x, y, z, t = double(x, y, z)
    return x, y, z, t


@compiled
def read(row: Any, start: int) -> Limbs:
    """32 bytes, little endian, as limbs."""
    a = b = c = d = np.uint64(0)
    for place in range(start + 7, start - 1, -1):
        a = a << np.uint64(8) | np.uint64(row[place])
        b = b << np.uint64(8) | np.uint64(row[place + 8])
        c = c << np.uint64(8) | np.uint64(row[place + 16])
        d = d << np.uint64(8) | np.uint64(row[place + 24])
    return a, b, c, d


@compiled
def is_named(x: Limbs, y: Limbs, name: Limbs) -> bool:
    """Whether 32 bytes are the name of an affine point."""
    x, y = freeze(x), freeze(y)
    top = y[3] | (x[0] & np.uint64(1)) << np.uint64(63)
    return bool(
        y[0] == name[0] and y[1] == name[1] and y[2] == name[2] and top == name[3]
    )


@compiled
def verify_rows(
    scalars: Any, signatures: Any, base: int, tables: Any, accepted: Any
) -> None:
    """
    Check each row of bytes (h, 32, below the order; R ‖ s, 64) and write 0 or 1 into
    `accepted`. `base` and `tables` are addresses of tables of B and of −A.
    """
    count = scalars.shape[0]
    sums, inverted = np.empty((count, 8), np.uint64), np.empty((count, 4), np.uint64)
    for row in range(count):
        x, y, z, t = add_multiple(
            ZERO, ONE, ONE, ZERO, read(scalars[row], 0), tables[row],
            SIGNER_BITS, SIGNER_SPACING,
        )  # fmt: skip
        x, y, z, t = add_multiple(
            x, y, z, t, read(signatures[row], 32),
            np.uint64(base), BASE_BITS, BASE_SPACING,
        )  # fmt: skip
        store(sums[row], 0, x)
        store(sums[row], 4, y)
        store(inverted[row], 0, z)
    invert_all(inverted)
    for row in range(count):
        z = fetch(inverted[row], 0)
        x, y = mul(fetch(sums[row], 0), z), mul(fetch(sums[row], 4), z)
        name = read(signatures[row], 0)
        small = is_below(read(signatures[row], 32), ORDER)
        accepted[row] = small and is_named(x, y, name)
