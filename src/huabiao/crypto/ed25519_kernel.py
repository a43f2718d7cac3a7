"""
Ed25519 verification compiled by numba: many signatures in one call, without the GIL.

    s·B − h·A encodes to R        (RFC 8032 §5.1.7 without its cofactor)

Four signatures are worked on side by side (`ed25519_points`). A scalar is written in
signed digits, so that a table holds half of the multiples: those of B need no doubling,
those of −A lie further apart and share a few. First a plan is made of all the entries
that will be added, so that the processor fetches them in time; then they are added.

Nothing here is secret, so nothing needs constant time.
"""

from math import prod
from typing import Any

import numpy as np

from huabiao.crypto import ed25519_curve as curve
from huabiao.crypto import ed25519_points as points
from huabiao.crypto.limbs import (
    Limbs,
    compiled,
    fetch,
    is_below,
    limbs_of,
    modular_add,
    montgomery,
    plain_sum,
    store,
)

FIELD_STAMP, POINTS_STAMP, LIMBS_STAMP = 0, 0, 0
"""CRC-32 of ed25519_field.py, ed25519_points.py and limbs.py: writing them here makes
numba forget code built on others."""

Steps = tuple[int, int]
"""Of a table: how many bits a digit has, and how many steps share doublings: from one
part of the table to the next it is bits · steps."""

BASE_STEPS: Steps = (10, 1)
SIGNER_STEPS: Steps = (4, 4)

LANES, SCALAR_BITS = 4, 253
NUMBER, POINT = points.NUMBER_BYTES // 8, points.POINT_BYTES // 8
"""Words of four numbers, and of four points."""
ENTRY = points.ENTRY_BYTES // 8

ZERO, ONE, ORDER = limbs_of(0), limbs_of(1), limbs_of(curve.L)
_multiply_scalars, _add_scalars = montgomery(curve.L), modular_add(curve.L)
_R, _R2 = limbs_of((1 << 256) % curve.L), limbs_of((1 << 512) % curve.L)

# A power of 2ⁿ − 1 from two others: the place of n's first part, how often that is
# squared, the place of the other. n = 1, 2, 4, 5, 10, 20, 40, 50, 100, 200, 250.
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

_INVERSION = (len(_CHAIN) + 2) * NUMBER
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
    """Write 1/Z for Z, never 0, of all points with one inversion (Montgomery's trick)."""
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
    Entries of points: of row i, lane k of the sums that of part 4 · (i // most) + k. Row
    0 is the entry of the neutral point; each part follows with most = (rows − 1) / parts.
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
                store(row, 0, points.freeze(z, np.uint64(lane)))
                store(row, 4, points.freeze(t, np.uint64(lane)))
                store(row, 8, points.freeze(x, np.uint64(lane)))


@compiled
def spread(bases: Any, point: Any, plan: Any, spacing: int) -> None:
    """2^(spacing·part) · P for each part in a lane of its own, of P in all lanes."""
    at = address(point)
    points.make_neutral(at)  # for its Z
    for number in range(2):  # the plan is of the words of x, and of those of y
        points.unpack(at + np.uint64(number * points.NUMBER_BYTES), address(plan[number]))
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
    before, work = room(groups * most, NUMBER), room(_INVERSION)
    sum_of_four, table = room(POINT), room(1 + parts * most, ENTRY)
    first_entries = room(1 + groups * LANES, ENTRY)
    xy = np.array([limbs_of(number) for number in point], np.uint64)
    words = np.full((2, LANES), xy.ctypes.data, np.uint64)
    words[1] += 32
    spread(bases, sum_of_four, words, bits * together)
    tabulate(first_entries, bases, before, work, groups * LANES)
    rows = np.arange(1, 1 + groups * LANES, dtype=np.uint64).reshape(groups, LANES)
    rows = rows * points.ENTRY_BYTES + first_entries.ctypes.data
    multiply_out(sums, sum_of_four, rows.astype(np.uint64))
    tabulate(table, sums, before, work, parts)
    return table


# -- Signatures ------------------------------------------------------------------------


def _raising(bits: int) -> Limbs:
    """Half of every digit's range, but the highest digit's: with it added, a digit is
    what it was and half more, so that it is from −half to half − 1 (the highest is 0 to
    half, for a scalar below the order)."""
    places = range(0, SCALAR_BITS - bits, bits)
    return limbs_of(sum(1 << place + bits - 1 for place in places))


BASE_RAISING, SIGNER_RAISING = _raising(BASE_STEPS[0]), _raising(SIGNER_STEPS[0])


@compiled
def plan_multiple(
    plan: Any, lane: int, scalar: Limbs, table: np.uint64, raising: Limbs, steps: Steps
) -> None:
    """Write the entries that make scalar · P, in the order that `follow` adds them."""
    bits, together = steps
    parts, most = parts_of(bits, together), np.uint64(1 << bits - 1)
    mask = np.uint64((1 << bits) - 1)
    raised = np.zeros(5, np.uint64)
    store(raised, 0, plain_sum(scalar, raising))
    row = 0
    for step in range(together - 1, -1, -1):
        for part in range(parts):
            place = (part * together + step) * bits
            if place >= SCALAR_BITS:
                continue
            word, shift = place >> 6, np.uint64(place & 63)
            digit = raised[word] >> shift
            if shift:
                digit |= raised[word + 1] << np.uint64(64) - shift
            digit &= mask
            sign = np.uint64(0)
            if place + bits < SCALAR_BITS:
                sign = np.uint64(digit < most)
                digit = most - digit if sign else digit - most
            if digit:
                digit += np.uint64(part) * most
            plan[row, lane] = table + digit * np.uint64(points.ENTRY_BYTES) + sign
            row += 1


@compiled
def follow(point: np.uint64, plan: Any, steps: Steps) -> None:
    """Add what was planned to each of four points; the plan has a row more."""
    bits, together = steps
    parts, row = parts_of(bits, together), 0
    for step in range(together - 1, -1, -1):
        for part in range(parts):
            if (part * together + step) * bits < SCALAR_BITS:
                points.prefetch(address(plan[row + 1]))
                points.add_entries(point, address(plan[row]))
                row += 1
        if step:
            for _ in range(bits - 1):
                points.double_without_t(point)
            points.double(point)


@compiled
def scalar_of(hashed: Any) -> Limbs:
    """64 bytes, little endian, modulo the order: low + 2²⁵⁶ · high."""
    low = _multiply_scalars(_R, fetch(hashed, 0))
    return _add_scalars(low, _multiply_scalars(_R2, fetch(hashed, 4)))


@compiled
def is_named(sums: np.uint64, lane: int, name: Limbs) -> bool:
    """Whether 32 bytes are the name of an affine point."""
    x = points.freeze(sums + np.uint64(points.X), np.uint64(lane))
    y = points.freeze(sums + np.uint64(points.Y), np.uint64(lane))
    top = y[3] | (x[0] & np.uint64(1)) << np.uint64(63)
    return bool(
        y[0] == name[0] and y[1] == name[1] and y[2] == name[2] and top == name[3]
    )


@compiled
def verify_in(
    hashes: Any, signatures: Any, base: np.uint64, tables: Any, accepted: Any,
    sums: Any, before: Any, work: Any, base_plan: Any, plan: Any,
) -> None:  # fmt: skip
    """`verify_rows` in working memory."""
    last = tables.shape[0] - 1
    for group in range(sums.shape[0]):
        for lane in range(LANES):
            row = min(LANES * group + lane, last)
            s = fetch(signatures[row], 4)
            if not is_below(s, ORDER):
                s = ZERO
            plan_multiple(plan, lane, scalar_of(hashes[row]), tables[row], SIGNER_RAISING, SIGNER_STEPS)
            plan_multiple(base_plan, lane, s, base, BASE_RAISING, BASE_STEPS)
        at = address(sums[group])
        points.make_neutral(at)
        follow(at, plan, SIGNER_STEPS)
        follow(at, base_plan, BASE_STEPS)
    invert_all(sums, before, work)
    for group in range(sums.shape[0]):
        at = address(sums[group])
        z = at + np.uint64(points.Z)
        points.multiply(at, at, z)
        points.multiply(at + np.uint64(points.Y), at + np.uint64(points.Y), z)
    for row in range(last + 1):
        signature = signatures[row]
        named = is_named(address(sums[row // LANES]), row % LANES, fetch(signature, 0))
        accepted[row] = named and is_below(fetch(signature, 4), ORDER)


_ADDITIONS = SCALAR_BITS  # more than any plan has


def verify_rows(hashes: bytes, signatures: bytes, base: int, tables: Any) -> bytes:
    """
    A byte 0 or 1 for each row: hashes of 64 bytes, signatures R ‖ s of 64 bytes, and
    tables, the addresses of those of −A; `base` is the address of that of B.
    """
    count = len(tables)
    groups = -(-count // LANES)
    accepted = np.zeros(count, np.uint8)
    verify_in(
        np.frombuffer(hashes, np.uint64).reshape(count, 8),
        np.frombuffer(signatures, np.uint64).reshape(count, 8),
        np.uint64(base), np.array(tables, np.uint64), accepted,
        room(groups, POINT), room(groups, NUMBER), room(_INVERSION),
        room(_ADDITIONS, LANES), room(_ADDITIONS, LANES),
    )  # fmt: skip
    return accepted.tobytes()
