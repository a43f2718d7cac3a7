"""
Ed25519 verification compiled by numba: many signatures in one call, without the GIL.

    s·B − h·A encodes to R        (RFC 8032 §5.1.7 without its cofactor)

Four signatures are worked on side by side (`ed25519_points`). A scalar is written in
signed digits, so that a table holds half of the multiples: those of B need no doubling,
those of −A lie further apart and share a few. First a plan is made of all the entries
that will be added, so that the processor fetches them in time; then they are added.

Nothing here is secret, so nothing needs constant time.
"""

from typing import Any

import numpy as np

from huabiao.crypto import ed25519_curve as curve
from huabiao.crypto import ed25519_points as points
from huabiao.crypto.ed25519_tables import (
    LANES,
    NUMBER,
    POINT,
    SCALAR_BITS,
    WORK,
    Steps,
    address,
    freeze,
    invert_all,
    parts_of,
    room,
    table_of,
)
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

TABLES_STAMP = 0x3A374C13
"""CRC-32 of ed25519_tables.py, which has those of what it is made of: writing it here
makes numba forget code built on others."""

BASE_STEPS: Steps = (10, 1)
SIGNER_STEPS: Steps = (5, 4)

ZERO, ORDER = limbs_of(0), limbs_of(curve.L)
_multiply_scalars, _add_scalars = montgomery(curve.L), modular_add(curve.L)
_R, _R2 = limbs_of((1 << 256) % curve.L), limbs_of((1 << 512) % curve.L)


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
def scalar_of(hashed: Any) -> Any:
    """64 bytes, little endian, modulo the order: low + 2²⁵⁶ · high."""
    low = _multiply_scalars(_R, fetch(hashed, 0))
    return _add_scalars(low, _multiply_scalars(_R2, fetch(hashed, 4)))


@compiled
def is_named(sums: np.uint64, lane: int, name: Limbs) -> bool:
    """Whether 32 bytes are the name of an affine point."""
    x = freeze(sums + np.uint64(points.X), np.uint64(lane))
    y = freeze(sums + np.uint64(points.Y), np.uint64(lane))
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
            h = scalar_of(hashes[row])
            plan_multiple(plan, lane, h, tables[row], SIGNER_RAISING, SIGNER_STEPS)
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


_ADDITIONS = SCALAR_BITS
"""Rows of a plan, and more than any needs."""


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
        room(groups, POINT), room(groups, NUMBER), room(WORK),
        room(_ADDITIONS, LANES), room(_ADDITIONS, LANES),
    )  # fmt: skip
    return accepted.tobytes()


__all__ = ["BASE_STEPS", "SIGNER_STEPS", "table_of", "verify_rows"]
