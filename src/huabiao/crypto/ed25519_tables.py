"""
Tables of multiples of a point, for the Ed25519 kernel: compiled by numba.

A table has an entry for j · 2^(bits·steps·k) · P: for each part k, each j from 1 to
2^(bits−1). A scalar's digits are signed, so that the other half are negatives of these.
Four parts are worked on side by side (`ed25519_points`). All points become affine with
one inversion.
"""

from math import prod
from typing import Any

import numpy as np

from huabiao.crypto import ed25519_curve as curve
from huabiao.crypto import ed25519_points as points
from huabiao.crypto.limbs import compiled, limbs_of, store

FIELD_STAMP, POINTS_STAMP = 0x1095047B, 0x35F86CBF
LIMBS_STAMP = 0x9B345FA2
"""CRC-32 of ed25519_field.py, ed25519_points.py and limbs.py: writing them here makes
numba forget code built on others, and so does this file's own in `ed25519_kernel`."""

Steps = tuple[int, int]
"""Of a table: how many bits a digit has, and how many digits each part serves."""

LANES, SCALAR_BITS = 4, 253
NUMBER, POINT = points.NUMBER_BYTES // 8, points.POINT_BYTES // 8
"""Words of four numbers, and of four points."""
ENTRY = points.ENTRY_BYTES // 8

ONE = limbs_of(1)
freeze: Any = points.freeze

# a^(2ⁿ − 1) from two others of n = m + k: where that of m stands, which is squared k
# times, and where that of k stands by which it is multiplied.
# n = 1, 2, 4, 5, 10, 20, 40, 50, 100, 200, 250.
_CHAIN = np.array(
    [
        (0, 1, 0), (1, 2, 1), (2, 1, 0), (3, 5, 3), (4, 10, 4), (5, 20, 5),
        (6, 10, 4), (7, 50, 7), (8, 100, 8), (9, 50, 7),
    ]
)  # fmt: skip


def room(*shape: int) -> Any:
    """Words of zeros that begin at a line of the processor's cache."""
    line, words = 8, prod(shape)
    whole = np.zeros(words + line, np.uint64)
    start = -(whole.ctypes.data // 8) % line
    return whole[start : start + words].reshape(shape)


@compiled
def address(array: Any) -> np.uint64:
    """Where an array lies that the caller keeps alive."""
    return np.uint64(array.ctypes.data)


# -- Inversion -------------------------------------------------------------------------

WORK = (len(_CHAIN) + 2) * NUMBER
"""Words that `invert_all` works in."""


@compiled
def invert(number: np.uint64, work: np.uint64) -> None:
    """a^(p−2), which is 1/a, for each of four: p − 2 = 2⁵ · (2²⁵⁰ − 1) + 8 + 3."""
    size = np.uint64(points.NUMBER_BYTES)
    points.copy(work, number)
    last = work
    for row in range(len(_CHAIN)):
        first, times, other = _CHAIN[row]
        last += size
        points.copy(last, work + np.uint64(first) * size)
        for _ in range(times):
            points.square(last, last)
        points.multiply(last, last, work + np.uint64(other) * size)
    for _ in range(5):
        points.square(last, last)
    for _ in range(3):
        points.square(number, number)
    points.multiply(last, last, work + size)
    points.multiply(number, number, last)


@compiled
def invert_all(sums: Any, before: Any, work: Any) -> None:
    """1/Z for the Z of all points, none 0, with one inversion (Montgomery's trick)."""
    count = sums.shape[0]
    product, free = address(work), address(work) + np.uint64(points.NUMBER_BYTES)
    points.make_one(product)
    for i in range(count):
        points.copy(address(before[i]), product)
        points.multiply(product, product, address(sums[i]) + np.uint64(points.Z))
    invert(product, free)
    for i in range(count - 1, -1, -1):
        z = address(sums[i]) + np.uint64(points.Z)
        points.copy(free, z)
        points.multiply(z, product, address(before[i]))
        points.multiply(product, product, free)


# -- Tables ----------------------------------------------------------------------------


@compiled
def parts_of(bits: int, steps: int) -> int:
    return (SCALAR_BITS + bits * steps - 1) // (bits * steps)


@compiled
def tabulate(table: Any, sums: Any, before: Any, work: Any, parts: int) -> None:
    """
    Entries of points: row 0 is that of the neutral point, then each part has as many
    rows as others, `most`. Row i of the sums has, in lane k, part 4 · (i // most) + k.
    """
    most = (table.shape[0] - 1) // parts
    invert_all(sums, before, work)
    store(table[0], 0, ONE)
    store(table[0], 4, ONE)
    for i in range(sums.shape[0]):
        x = address(sums[i])
        y, z = x + np.uint64(points.Y), x + np.uint64(points.Z)
        t = x + np.uint64(points.T)
        points.multiply(x, x, z)
        points.multiply(y, y, z)
        points.add(z, y, x)
        points.subtract(t, y, x)
        points.multiply(x, x, y)
        points.multiply_by_2d(x, x)
        for lane in range(LANES):
            part = i // most * LANES + lane
            if part < parts:
                row = table[1 + part * most + i % most]
                store(row, 0, freeze(z, np.uint64(lane)))
                store(row, 4, freeze(t, np.uint64(lane)))
                store(row, 8, freeze(x, np.uint64(lane)))


@compiled
def spread(bases: Any, point: Any, plan: Any, spacing: int) -> None:
    """2^(spacing·part) · P for each part in a lane of its own, of P in all lanes."""
    at = address(point)
    points.make_neutral(at)  # for its Z
    for number in range(2):  # the plan is of the words of x, and of those of y
        where = at + np.uint64(number * points.NUMBER_BYTES)
        points.unpack(where, address(plan[number]))
    for part in range(bases.shape[0] * LANES):
        row, lane = bases[part // LANES], part % LANES
        for word in range(lane, 3 * NUMBER, LANES):
            row[word] = point[word]
        for _ in range(spacing):
            points.double_without_t(at)


@compiled
def multiply_out(sums: Any, point: Any, plan: Any) -> None:
    """1 to most times the entries of the plan, four of each of its rows."""
    groups = plan.shape[0]
    most = sums.shape[0] // groups
    for group in range(groups):
        points.make_neutral(address(point))
        for place in range(most):
            points.add_entries(address(point), address(plan[group]))
            sums[group * most + place] = point


def table_of(point: curve.Point, steps: Steps) -> Any:
    """
    The table of a point in plain integers: rows of the neutral point and, for each part
    k below `parts_of`, of j · 2^(bits·steps·k) · P for j from 1 to 2^(bits−1).
    """
    bits, together = steps
    parts, most = parts_of(bits, together), 1 << bits - 1
    groups = -(-parts // LANES)
    sums, bases = room(groups * most, POINT), room(groups, POINT)
    before, work = room(groups * most, NUMBER), room(WORK)
    sum_of_four, table = room(POINT), room(1 + parts * most, ENTRY)
    first_entries = room(1 + groups * LANES, ENTRY)
    xy = np.array([limbs_of(number) for number in point], np.uint64)
    words = np.full((2, LANES), xy.ctypes.data, np.uint64)
    words[1] += 32
    # `words` and `rows` hold addresses of xy and first_entries, which live meanwhile.
    spread(bases, sum_of_four, words, bits * together)
    tabulate(first_entries, bases, before, work, groups * LANES)
    rows = np.arange(1, 1 + groups * LANES, dtype=np.uint64).reshape(groups, LANES)
    rows = rows * points.ENTRY_BYTES + first_entries.ctypes.data
    multiply_out(sums, sum_of_four, rows.astype(np.uint64))
    tabulate(table, sums, before, work, parts)
    return table
