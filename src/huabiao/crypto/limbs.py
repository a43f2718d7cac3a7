"""
Numbers of four 64-bit limbs, little endian, for code that numba compiles.

Emitting 320-bit integers lets LLVM make chains of add-with-carry of them, which numba's
own 64-bit integers cannot express. The field of SM2, its scalars and those of Ed25519
are made of these.

When this file changes, so must each LIMBS_STAMP: numba keeps machine code on
disk by the file that a compiled function stands in, and does not look further.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

Limb = Any  # numpy.uint64 here, plain 64-bit words once compiled
Limbs = tuple[Limb, Limb, Limb, Limb]
Function = TypeVar("Function", bound=Callable[..., Any])

_MASK = (1 << 64) - 1
WORD, PAIR, WIDE = ir.IntType(64), ir.IntType(128), ir.IntType(320)
LIMBS_TYPE: Any = types.UniTuple(types.uint64, 4)  # type: ignore[no-untyped-call]
join: Callable[[Any, list[Any]], Any] = cgutils.pack_array


# -- Emitting LLVM ---------------------------------------------------------------------


def pack(build: Any, words: list[Any]) -> Any:
    """Up to five limbs as one 320-bit integer."""
    total = build.zext(words[0], WIDE)
    for place, word in enumerate(words[1:], 1):
        shifted = build.shl(build.zext(word, WIDE), ir.Constant(WIDE, 64 * place))
        total = build.or_(total, shifted)
    return total


def words(build: Any, wide: Any) -> list[Any]:
    """The four lowest limbs of a 320-bit integer."""
    places = [ir.Constant(WIDE, 64 * place) for place in range(4)]
    return [build.trunc(build.lshr(wide, place), WORD) for place in places]


def _argument(build: Any, value: Any) -> list[Any]:
    return [build.extract_value(value, place) for place in range(4)]


def binary_operation(emit: Callable[[Any, list[Any], list[Any]], Any]) -> Any:
    """Make a compiled function (Limbs, Limbs) -> Limbs of code that emits LLVM."""

    def typed(typing: Any, left: Any, right: Any) -> Any:
        def generate(context: Any, build: Any, signature: Any, args: Any) -> Any:
            left, right = (_argument(build, value) for value in args)
            return join(build, words(build, emit(build, left, right)))

        return LIMBS_TYPE(LIMBS_TYPE, LIMBS_TYPE), generate

    return intrinsic(typed)


def reduced(build: Any, wide: Any, modulus: int) -> Any:
    """The number less the modulus, if it is not below it."""
    limit = ir.Constant(WIDE, modulus)
    return build.select(
        build.icmp_unsigned(">=", wide, limit), build.sub(wide, limit), wide
    )


def accumulate(
    build: Any, number: list[Any], factor: Any, onto: list[Any], carry: Any
) -> tuple[list[Any], Any]:
    """number · factor + onto + carry: one limb for each word, and the carry out."""
    limbs = []
    for word, addend in zip(number, onto, strict=True):
        wide = build.mul(build.zext(word, PAIR), build.zext(factor, PAIR))
        wide = build.add(wide, build.zext(addend, PAIR))
        wide = build.add(wide, build.zext(carry, PAIR))
        limbs.append(build.trunc(wide, WORD))
        carry = build.trunc(build.lshr(wide, ir.Constant(PAIR, 64)), WORD)
    return limbs, carry


def _emit_sum(build: Any, left: list[Any], right: list[Any]) -> Any:
    return build.add(pack(build, left), pack(build, right))


plain_sum = binary_operation(_emit_sum)
"""The sum of two numbers, modulo 2²⁵⁶."""


def modular_add(modulus: int) -> Any:
    """Make a compiled function: the sum of two numbers, which is below 2·modulus, less
    the modulus if it is not below it."""

    def emit(build: Any, left: list[Any], right: list[Any]) -> Any:
        return reduced(build, _emit_sum(build, left, right), modulus)

    return binary_operation(emit)


def montgomery(modulus: int) -> Any:
    """
    Make a compiled function: left · right / 2²⁵⁶ modulo an odd modulus above 2⁶⁴, for
    left · right below 2²⁵⁶ · modulus.

    One limb of `right` at a time (CIOS, Koç et al. 1996): the multiple of the modulus
    that clears the low limb is low · (−1/modulus) modulo 2⁶⁴.
    """
    own = [modulus >> place & _MASK for place in (0, 64, 128, 192)]
    clearing = -pow(modulus, -1, 1 << 64) & _MASK

    def emit(build: Any, left: list[Any], right: list[Any]) -> Any:
        one, nothing = ir.Constant(WORD, 1), ir.Constant(WORD, 0)
        lowest, *others = [ir.Constant(WORD, limb) for limb in own]
        total, above = [nothing] * 4, nothing
        for factor in right:
            total, carry = accumulate(build, left, factor, total, nothing)
            (top,), over = accumulate(build, [above], one, [carry], nothing)
            low, *total = total
            if (
                clearing == 1
            ):  # the lowest limb is −1: low · −1 + low is 0, low to carry
                times = carry = low
            else:
                times = build.mul(low, ir.Constant(WORD, clearing))
                _, carry = accumulate(build, [lowest], times, [low], nothing)
            total, carry = accumulate(build, others, times, total, carry)
            (top,), more = accumulate(build, [top], one, [carry], nothing)
            total, above = [*total, top], build.add(over, more)
        return reduced(build, pack(build, [*total, above]), modulus)

    return binary_operation(emit)


def _typed_load(typing: Any, address: Any, offset: Any) -> Any:
    def generate(context: Any, build: Any, signature: Any, args: Any) -> Any:
        where = build.inttoptr(build.add(*args), WORD.as_pointer())
        places = [ir.Constant(ir.IntType(32), place) for place in range(4)]
        return join(build, [build.load(build.gep(where, [place])) for place in places])

    return LIMBS_TYPE(types.uint64, types.uint64), generate


load: Any = intrinsic(_typed_load)
"""load(address, byte offset): four limbs of a table that the caller keeps alive."""


# -- Compiled by numba -----------------------------------------------------------------


def compiled(function: Function) -> Function:
    """njit with the machine code kept on disk, or in memory where no folder is ours."""
    try:
        return cast(Function, njit(nogil=True, cache=True)(function))
    except RuntimeError:  # numba: "cannot cache function: no locator available"
        return cast(Function, njit(nogil=True)(function))


def limbs_of(value: int) -> Limbs:
    """An integer below 2²⁵⁶ as four limbs."""
    a, b, c, d = (np.uint64(value >> place & _MASK) for place in (0, 64, 128, 192))
    return a, b, c, d


@compiled
def is_zero(a: Limbs) -> bool:
    return bool((a[0] | a[1] | a[2] | a[3]) == np.uint64(0))


@compiled
def is_below(a: Limbs, b: Limbs) -> bool:
    for place in range(3, -1, -1):
        if a[place] != b[place]:
            return bool(a[place] < b[place])
    return False


@compiled
def store(row: Any, place: int, number: Limbs) -> None:
    for limb in range(4):
        row[place + limb] = number[limb]


@compiled
def fetch(row: Any, place: int) -> Limbs:
    return row[place], row[place + 1], row[place + 2], row[place + 3]
