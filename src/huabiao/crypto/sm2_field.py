"""
Arithmetic of the SM2 field and of its scalars, written as LLVM for numba.

A number is four 64-bit limbs, little endian. Emitting 320-bit integers lets LLVM make
chains of add-with-carry of them, which numba's own 64-bit integers cannot express.
`mul` multiplies in Montgomery form (x·2²⁵⁶ mod p).

When this file changes, so must FIELD_STAMP in `sm2_kernel`: numba keeps machine code on
disk by the file that a compiled function stands in, and does not look further.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from huabiao.crypto import sm2_curve as curve

_WORD, _PAIR, _WIDE = ir.IntType(64), ir.IntType(128), ir.IntType(320)
_MASK = (1 << 64) - 1
_LIMBS: Any = types.UniTuple(types.uint64, 4)  # type: ignore[no-untyped-call]
_join: Callable[[Any, list[Any]], Any] = cgutils.pack_array


def _pack(build: Any, words: list[Any]) -> Any:
    total = build.zext(words[0], _WIDE)
    for place, word in enumerate(words[1:], 1):
        shifted = build.shl(build.zext(word, _WIDE), ir.Constant(_WIDE, 64 * place))
        total = build.or_(total, shifted)
    return total


def _words(build: Any, wide: Any, count: int) -> list[Any]:
    places = [ir.Constant(_WIDE, 64 * place) for place in range(count)]
    return [build.trunc(build.lshr(wide, place), _WORD) for place in places]


def _argument(build: Any, value: Any) -> list[Any]:
    return [build.extract_value(value, place) for place in range(4)]


def _limb_operation(emit: Callable[[Any, list[Any], list[Any]], Any]) -> Any:
    """Make a compiled function (Limbs, Limbs) -> Limbs of code that emits LLVM."""

    def typed(typing: Any, left: Any, right: Any) -> Any:
        def generate(context: Any, build: Any, signature: Any, args: Any) -> Any:
            left, right = (_argument(build, value) for value in args)
            return _join(build, _words(build, emit(build, left, right), 4))

        return _LIMBS(_LIMBS, _LIMBS), generate

    return intrinsic(typed)


def _reduced(build: Any, wide: Any, modulus: int) -> Any:
    limit = ir.Constant(_WIDE, modulus)
    return build.select(
        build.icmp_unsigned(">=", wide, limit), build.sub(wide, limit), wide
    )


def _modular_add(modulus: int) -> Any:
    def emit(build: Any, left: list[Any], right: list[Any]) -> Any:
        return _reduced(
            build, build.add(_pack(build, left), _pack(build, right)), modulus
        )

    return _limb_operation(emit)


def _modular_subtract(modulus: int) -> Any:
    def emit(build: Any, left: list[Any], right: list[Any]) -> Any:
        minuend, subtrahend = _pack(build, left), _pack(build, right)
        difference = build.sub(minuend, subtrahend)
        return build.select(
            build.icmp_unsigned("<", minuend, subtrahend),
            build.add(difference, ir.Constant(_WIDE, modulus)),
            difference,
        )

    return _limb_operation(emit)


def _accumulate(
    build: Any, words: list[Any], factor: Any, onto: list[Any], carry: Any
) -> tuple[list[Any], Any]:
    """words · factor + onto + carry: one limb for each word, and the carry out."""
    limbs = []
    for word, addend in zip(words, onto, strict=True):
        wide = build.mul(build.zext(word, _PAIR), build.zext(factor, _PAIR))
        wide = build.add(wide, build.zext(addend, _PAIR))
        wide = build.add(wide, build.zext(carry, _PAIR))
        limbs.append(build.trunc(wide, _WORD))
        carry = build.trunc(build.lshr(wide, ir.Constant(_PAIR, 64)), _WORD)
    return limbs, carry


def _emit_montgomery(build: Any, left: list[Any], right: list[Any]) -> Any:
    """
    left · right / 2²⁵⁶ mod p, one limb of `right` at a time (CIOS, Koç et al. 1996).

    −1/p and p are 1 and −1 modulo 2⁶⁴ for this prime: the multiple of p that clears the
    low limb m is m·p itself, and its low limb leaves 0 with m to carry.
    """
    one, no_carry = ir.Constant(_WORD, 1), ir.Constant(_WORD, 0)
    prime = [ir.Constant(_WORD, curve.P >> place & _MASK) for place in (64, 128, 192)]
    total, above = [no_carry] * 4, no_carry
    for factor in right:
        total, carry = _accumulate(build, left, factor, total, no_carry)
        (top,), over = _accumulate(build, [above], one, [carry], no_carry)
        low, *total = total
        total, carry = _accumulate(build, prime, low, total, low)
        (top,), more = _accumulate(build, [top], one, [carry], no_carry)
        total, above = [*total, top], build.add(over, more)
    return _reduced(build, _pack(build, [*total, above]), curve.P)


mul = _limb_operation(_emit_montgomery)
add, sub = _modular_add(curve.P), _modular_subtract(curve.P)
add_scalars, sub_scalars = _modular_add(curve.N), _modular_subtract(curve.N)


def _typed_load(typing: Any, address: Any, offset: Any) -> Any:
    def generate(context: Any, build: Any, signature: Any, args: Any) -> Any:
        where = build.inttoptr(build.add(*args), _WORD.as_pointer())
        places = [ir.Constant(ir.IntType(32), place) for place in range(4)]
        words = [build.load(build.gep(where, [place])) for place in places]
        return _join(build, words)

    return _LIMBS(types.uint64, types.uint64), generate


load: Any = intrinsic(_typed_load)
"""load(address, byte offset): four limbs of a table that the caller keeps alive."""
