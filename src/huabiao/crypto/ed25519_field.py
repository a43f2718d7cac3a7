"""
Arithmetic of the Ed25519 field GF(2²⁵⁵ − 19), written as LLVM for numba.

A processor multiplies several pairs of 32-bit numbers in one instruction. So four
numbers, each of another signature, are worked on side by side: ten vectors of four
64-bit words, vector k holding limb k of each. A limb has 26 bits or 25 in turn (radix
2^25.5, Bernstein 2006, "Curve25519: new Diffie-Hellman speed records" §4), stands at
bit ⌈25.5·k⌉ of the number, and may be larger: so most carries wait.

How large, in multiples of 2²⁶ or 2²⁵, is the bound of a number: MUL_LEFT and MUL_RIGHT
for what may be multiplied, TIGHT for what a product has. Bounds and order of carries
are those of curve25519-dalek's vector backend (`backend/vector/avx2/field.rs`).

When this file changes, so must FIELD_STAMP in `ed25519_tables`; see `limbs`.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from llvmlite import ir
from numba.core import cgutils

from huabiao.crypto.limbs import WIDE, WORD, reduced

function_named: Callable[[Any, Any, str], Any] = cgutils.get_or_insert_function

Number = list[Any]
"""Ten LLVM vectors: four numbers, lane by lane."""

P = 2**255 - 19
LANES, LIMBS = 4, 10
NUMBER_BYTES = 8 * LANES * LIMBS
VECTOR = ir.VectorType(WORD, LANES)
BITS = [26, 25] * 5
PLACES = [0, 26, 51, 77, 102, 128, 153, 179, 204, 230]

TIGHT = 1.01
"""The bound of a product, and of what is unpacked from words."""
MUL_LEFT, MUL_RIGHT = 5.65, 3.36
"""The bounds of what may be multiplied: 19 · right fits 32 bits, and a sum 64."""

_TWICE_P = [(2 << bits) - 2 for bits in BITS]
_TWICE_P[0] -= 36
_CARRIES = (0, 4, 1, 5, 2, 6, 3, 7, 4, 8, 9, 0)
"""Two chains of carries side by side, until every limb is tight."""


def _each(value: int) -> Any:
    return ir.Constant(VECTOR, [value] * LANES)


def constant(value: int) -> Number:
    """A number below 2²⁵⁵ in every lane, tight."""
    return [
        _each(value >> place & (1 << bits) - 1)
        for place, bits in zip(PLACES, BITS, strict=True)
    ]


# -- Sums ------------------------------------------------------------------------------


def add(build: Any, left: Number, right: Number) -> Number:
    """left + right; its bound is the sum of theirs."""
    return [build.add(a, b) for a, b in zip(left, right, strict=True)]


def subtract(build: Any, left: Number, right: Number) -> Number:
    """left − right + 2p, of a tight `right`; its bound is 2 more than left's."""
    return add(build, left, negative(build, right))


def negative(build: Any, value: Number) -> Number:
    """2p − value, of a tight value; its bound is 2. Each limb of 2p is the larger."""
    return [build.sub(_each(a), b) for a, b in zip(_TWICE_P, value, strict=True)]


# -- Products --------------------------------------------------------------------------


def _times(build: Any, left: Any, right: Any) -> Any:
    """The products of the lower halves of words: one instruction for four."""
    half = _each((1 << 32) - 1)
    return build.mul(build.and_(left, half), build.and_(right, half))


def _times_19(build: Any, value: Any) -> Any:
    thrice = build.add(build.shl(value, _each(1)), value)
    return build.add(build.shl(value, _each(4)), thrice)


def _carried(build: Any, sums: Number) -> Number:
    """
    Sums of products below 2⁶⁴ as a tight number.

    A carry is at most 2³⁹ and, from limb 9, times 19 below 2⁴⁴: no sum overflows. After
    the last, limbs are below 2²⁶ or 2²⁵ but for limbs 1 and 5, which took up to 2¹⁸.
    """
    limbs = list(sums)
    for place in _CARRIES:
        bits = BITS[place]
        over = build.lshr(limbs[place], _each(bits))
        limbs[place] = build.and_(limbs[place], _each((1 << bits) - 1))
        if place == LIMBS - 1:
            over = _times_19(build, over)
        following = (place + 1) % LIMBS
        limbs[following] = build.add(limbs[following], over)
    return limbs


def _apart(emit: Callable[..., Number]) -> Callable[..., Number]:
    """Let the code of a product stand once, in a function that numbers are passed to:
    with products in line, what they hold together does not fit the registers."""

    @wraps(emit)
    def called(build: Any, *numbers: Number) -> Number:
        result = ir.LiteralStructType([VECTOR] * LIMBS)
        kind = ir.FunctionType(result, [VECTOR] * (LIMBS * len(numbers)))
        name = f"huabiao.ed25519.{emit.__name__}"
        function = function_named(build.module, kind, name)
        if function.is_declaration:
            function.linkage = "internal"
            function.attributes.add("noinline")
            inner = ir.IRBuilder(function.append_basic_block())
            args = [
                list(function.args[start : start + LIMBS])
                for start in range(0, len(function.args), LIMBS)
            ]
            limbs = emit(inner, *args)
            whole = ir.Constant(result, ir.Undefined)
            for place, limb in enumerate(limbs):
                whole = inner.insert_value(whole, limb, place)
            inner.ret(whole)
        answer = build.call(function, [limb for number in numbers for limb in number])
        return [build.extract_value(answer, place) for place in range(LIMBS)]

    return called


@_apart
def multiply(build: Any, left: Number, right: Number) -> Number:
    """
    left · right, tight, for bounds of MUL_LEFT and MUL_RIGHT.

    Two odd limbs meet half a bit below their place, so that their product counts twice;
    what lies above 2²⁵⁵ counts 19 times. Row by row: ten sums fit the registers.
    """
    above = [_times_19(build, limb) for limb in right]
    sums: list[Any] = [None] * LIMBS
    for i, limb in enumerate(left):
        twice = build.shl(limb, _each(1)) if i % 2 else limb
        for j in range(LIMBS):
            factor = right[j] if i + j < LIMBS else above[j]
            product = _times(build, twice if j % 2 else limb, factor)
            place = (i + j) % LIMBS
            before = sums[place]
            sums[place] = product if before is None else build.add(before, product)
    return _carried(build, sums)


@_apart
def square(build: Any, value: Number) -> Number:
    """value · value, tight, for a bound of MUL_RIGHT: 55 products instead of 100."""
    above = [_times_19(build, limb) for limb in value]
    sums: list[Any] = [None] * LIMBS
    for i, limb in enumerate(value):
        for j in range(i, LIMBS):
            times = (i != j) + (i % 2 and j % 2)
            factor = value[j] if i + j < LIMBS else above[j]
            product = _times(build, build.shl(limb, _each(times)), factor)
            place = (i + j) % LIMBS
            before = sums[place]
            sums[place] = product if before is None else build.add(before, product)
    return _carried(build, sums)


# -- In memory -------------------------------------------------------------------------


def pointer(build: Any, address: Any, offset: int, kind: Any) -> Any:
    place = build.add(address, ir.Constant(WORD, offset))
    return build.inttoptr(place, kind.as_pointer())


def load(build: Any, address: Any, offset: int = 0) -> Number:
    """Four numbers of NUMBER_BYTES together."""
    places = range(offset, offset + NUMBER_BYTES, 8 * LANES)
    return [
        build.load(pointer(build, address, place, VECTOR), align=8) for place in places
    ]


def store(build: Any, address: Any, number: Number, offset: int = 0) -> None:
    for place, limb in enumerate(number):
        where = pointer(build, address, offset + 8 * LANES * place, VECTOR)
        build.store(limb, where, align=8)


def _order(*places: int) -> Any:
    return ir.Constant(ir.VectorType(ir.IntType(32), LANES), list(places))


def _transposed(build: Any, rows: list[Any]) -> list[Any]:
    """Four vectors, the first with the first words of all, and so on."""
    shuffle = build.shuffle_vector
    evens, odds = _order(0, 4, 2, 6), _order(1, 5, 3, 7)
    lower, upper = _order(0, 1, 4, 5), _order(2, 3, 6, 7)
    pairs = [
        (shuffle(rows[0], rows[1], each), shuffle(rows[2], rows[3], each))
        for each in (evens, odds)
    ]
    return [shuffle(*pair, half) for half in (lower, upper) for pair in pairs]


def unpack(build: Any, addresses: list[Any]) -> Number:
    """Four numbers below 2²⁵⁵, each of 32 bytes at its own address, tight."""
    words = _transposed(
        build,
        [build.load(pointer(build, each, 0, VECTOR), align=8) for each in addresses],
    )
    limbs = []
    for place, bits in zip(PLACES, BITS, strict=True):
        word, shift = divmod(place, 64)
        limb = build.lshr(words[word], _each(shift))
        if shift + bits > 64:
            rest = build.shl(words[word + 1], _each(64 - shift))
            limb = build.or_(limb, rest)
        limbs.append(build.and_(limb, _each((1 << bits) - 1)))
    return limbs


def frozen(build: Any, limbs: list[Any]) -> Any:
    """Ten words below 2²⁹ as the one integer below p that they are modulo p."""
    total = ir.Constant(WIDE, 0)
    for place, limb in zip(PLACES, limbs, strict=True):
        at = build.shl(build.zext(limb, WIDE), ir.Constant(WIDE, place))
        total = build.add(total, at)
    low = build.and_(total, ir.Constant(WIDE, (1 << 255) - 1))
    above = build.trunc(build.lshr(total, ir.Constant(WIDE, 255)), WORD)
    folded = build.mul(above, ir.Constant(WORD, 19))
    near = build.add(low, build.zext(folded, WIDE))
    return reduced(build, near, P)
