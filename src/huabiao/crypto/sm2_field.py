"""
Arithmetic of the SM2 field and of its scalars, written as LLVM for numba.

A number is four 64-bit limbs, little endian (`limbs`). `mul` multiplies in Montgomery
form (x·2²⁵⁶ mod p).

When this file changes, so must FIELD_STAMP in `sm2_kernel`.
"""

from typing import Any

from llvmlite import ir

from huabiao.crypto import sm2_curve as curve
from huabiao.crypto.limbs import WIDE, WORD, accumulate, binary_operation, pack, reduced

_MASK = (1 << 64) - 1


def _modular_add(modulus: int) -> Any:
    def emit(build: Any, left: list[Any], right: list[Any]) -> Any:
        return reduced(build, build.add(pack(build, left), pack(build, right)), modulus)

    return binary_operation(emit)


def _modular_subtract(modulus: int) -> Any:
    def emit(build: Any, left: list[Any], right: list[Any]) -> Any:
        minuend, subtrahend = pack(build, left), pack(build, right)
        difference = build.sub(minuend, subtrahend)
        return build.select(
            build.icmp_unsigned("<", minuend, subtrahend),
            build.add(difference, ir.Constant(WIDE, modulus)),
            difference,
        )

    return binary_operation(emit)


def _emit_montgomery(build: Any, left: list[Any], right: list[Any]) -> Any:
    """
    left · right / 2²⁵⁶ mod p, one limb of `right` at a time (CIOS, Koç et al. 1996).

    −1/p and p are 1 and −1 modulo 2⁶⁴ for this prime: the multiple of p that clears the
    low limb m is m·p itself, and its low limb leaves 0 with m to carry.
    """
    one, no_carry = ir.Constant(WORD, 1), ir.Constant(WORD, 0)
    prime = [ir.Constant(WORD, curve.P >> place & _MASK) for place in (64, 128, 192)]
    total, above = [no_carry] * 4, no_carry
    for factor in right:
        total, carry = accumulate(build, left, factor, total, no_carry)
        (top,), over = accumulate(build, [above], one, [carry], no_carry)
        low, *total = total
        total, carry = accumulate(build, prime, low, total, low)
        (top,), more = accumulate(build, [top], one, [carry], no_carry)
        total, above = [*total, top], build.add(over, more)
    return reduced(build, pack(build, [*total, above]), curve.P)


mul = binary_operation(_emit_montgomery)
add, sub = _modular_add(curve.P), _modular_subtract(curve.P)
add_scalars, sub_scalars = _modular_add(curve.N), _modular_subtract(curve.N)
