"""
Arithmetic of the SM2 field and of its scalars, written as LLVM for numba.

A number is four 64-bit limbs, little endian (`limbs`). `mul` multiplies in Montgomery
form (x·2²⁵⁶ mod p).

When this file changes, so must FIELD_STAMP in `sm2_kernel`.
"""

from typing import Any

from llvmlite import ir

from huabiao.crypto import sm2_curve as curve
from huabiao.crypto.limbs import (
    WIDE,
    binary_operation,
    modular_add,
    montgomery,
    pack,
)


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


mul = montgomery(curve.P)
add, sub = modular_add(curve.P), _modular_subtract(curve.P)
add_scalars, sub_scalars = modular_add(curve.N), _modular_subtract(curve.N)
