"""
Arithmetic of the Ed25519 field GF(2²⁵⁵ − 19), written as LLVM for numba.

A number is four 64-bit limbs, little endian, and any of the values below 2²⁵⁶ that it
may have modulo p: 2²⁵⁶ is 38, so what lies above is multiplied by 38 and added, and
only `freeze` makes the one value below p.

When this file changes, so must FIELD_STAMP in `ed25519_kernel`; see `limbs`.
"""

from typing import Any

from llvmlite import ir

from huabiao.crypto.limbs import (
    WIDE,
    WORD,
    accumulate,
    binary_operation,
    pack,
    reduced,
    unary_operation,
)

P = 2**255 - 19
FOLD = 38


def _folded(build: Any, wide: Any) -> Any:
    """Bring a number of at most 320 bits nearer to 2²⁵⁶, the same modulo p."""
    low = build.and_(wide, ir.Constant(WIDE, (1 << 256) - 1))
    high = build.trunc(build.lshr(wide, ir.Constant(WIDE, 256)), WORD)
    folded = build.mul(high, ir.Constant(WORD, FOLD))  # of a few bits: it fits
    return build.add(low, build.zext(folded, WIDE))


def _emit_add(build: Any, left: list[Any], right: list[Any]) -> Any:
    total = build.add(pack(build, left), pack(build, right))
    return _folded(build, _folded(build, total))


def _emit_subtract(build: Any, left: list[Any], right: list[Any]) -> Any:
    # 4p is more than any number, so that the difference is never below 0.
    above = build.add(pack(build, left), ir.Constant(WIDE, 4 * P))
    return _folded(build, _folded(build, build.sub(above, pack(build, right))))


def _emit_multiply(build: Any, left: list[Any], right: list[Any]) -> Any:
    """The whole product, 512 bits, then its upper half folded onto the lower."""
    nothing = ir.Constant(WORD, 0)
    total: list[Any] = [nothing] * 4
    low = []
    for factor in right:
        total, carry = accumulate(build, left, factor, total, nothing)
        first, *total = [*total, carry]
        low.append(first)
    words, carry = accumulate(build, total, ir.Constant(WORD, FOLD), low, nothing)
    return _folded(build, _folded(build, pack(build, [*words, carry])))


def _emit_freeze(build: Any, value: list[Any]) -> Any:
    wide = pack(build, value)
    low = build.and_(wide, ir.Constant(WIDE, (1 << 255) - 1))
    top = build.trunc(build.lshr(wide, ir.Constant(WIDE, 255)), WORD)
    fifth = build.mul(top, ir.Constant(WORD, 19))
    near = build.add(low, build.zext(fifth, WIDE))
    return reduced(build, near, P)


add, sub = binary_operation(_emit_add), binary_operation(_emit_subtract)
mul, freeze = binary_operation(_emit_multiply), unary_operation(_emit_freeze)
