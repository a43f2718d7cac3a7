"""
Four points of the Ed25519 curve at a time, for code that numba compiles.

Everything lies in memory at addresses: a number of `ed25519_field` in NUMBER_BYTES, a
point as X, Y, Z, T in four of them (extended coordinates, XY = ZT). A table's entry is
(y + x, y − x, 2dxy) of an affine point, each 32 bytes, little endian, below p.

Formulas: Explicit-Formulas Database, twisted Edwards a = −1 (dbl-2008-hwcd,
madd-2008-hwcd-3, both by Hisil, Wong, Carter and Dawson). The law of addition is
complete: no case is special. Comments give the bounds of `ed25519_field`.

When this file changes, so must POINTS_STAMP in `ed25519_tables`; see `limbs`.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from huabiao.crypto import ed25519_curve as curve
from huabiao.crypto import ed25519_field as field
from huabiao.crypto.limbs import LIMBS_TYPE, WORD, join, words

NUMBER_BYTES = field.NUMBER_BYTES
X, Y, Z, T = (place * NUMBER_BYTES for place in range(4))
POINT_BYTES = 4 * NUMBER_BYTES
PLUS, MINUS, TWICE, ENTRY_BYTES = 0, 32, 64, 96

_ADDRESS: Any = types.uint64


def _on_memory(count: int, emit: Callable[..., None]) -> Any:
    """Make a compiled function of so many addresses, which changes what lies there."""
    signature = types.void(*[_ADDRESS] * count)

    def generate(context: Any, build: Any, signature: Any, args: Any) -> Any:
        emit(build, *args)
        return context.get_dummy_value()

    def of_one(typing: Any, a: Any) -> Any:
        return signature, generate

    def of_two(typing: Any, a: Any, b: Any) -> Any:
        return signature, generate

    def of_three(typing: Any, a: Any, b: Any, c: Any) -> Any:
        return signature, generate

    return intrinsic((of_one, of_two, of_three)[count - 1])


def _number_operation(operation: Callable[..., field.Number]) -> Any:
    """(out, left, right): out may be one of the others."""

    def emit(build: Any, out: Any, left: Any, right: Any) -> None:
        left, right = field.load(build, left), field.load(build, right)
        field.store(build, out, operation(build, left, right))

    return _on_memory(3, emit)


def _emit_square(build: Any, out: Any, value: Any) -> None:
    field.store(build, out, field.square(build, field.load(build, value)))


def _finish(
    build: Any, point: Any, e: Any, f: Any, g: Any, h: Any, whole: bool
) -> None:
    """X, Y, Z and, of a whole point, T. Of e and g the bound is below MUL_RIGHT."""
    field.store(build, point, field.multiply(build, f, e), X)
    field.store(build, point, field.multiply(build, h, g), Y)
    field.store(build, point, field.multiply(build, f, g), Z)
    if whole:
        field.store(build, point, field.multiply(build, h, e), T)


def _doubling(whole: bool) -> Any:
    def emit(build: Any, point: Any) -> None:
        x, y, z = (field.load(build, point, place) for place in (X, Y, Z))
        a, b, zz = (field.square(build, each) for each in (x, y, z))
        xy = field.multiply(build, x, y)
        c = field.add(build, zz, zz)
        e, h = field.add(build, xy, xy), field.add(build, a, b)  # 2, 2
        g = field.subtract(build, b, a)  # 3
        # f and h are the negatives of EFD's: so are X, Y, Z and T, which is all one.
        f = field.subtract(build, field.add(build, c, a), b)  # 5
        _finish(build, point, e, f, g, h, whole)

    return _on_memory(1, emit)


def _entries(build: Any, plan: Any) -> list[field.Number]:
    """y + x, y − x, 2dxy (tight, tight, 2) of the entries that a row of a plan names;
    an odd address asks for the negative of the entry that lies one byte before."""
    vector = build.load(field.pointer(build, plan, 0, field.VECTOR), align=8)
    one = ir.Constant(WORD, 1)
    plus, minus, twice = [], [], []
    for lane in range(field.LANES):
        asked = build.extract_element(vector, ir.Constant(ir.IntType(32), lane))
        sign = build.and_(asked, one)
        entry = build.xor(asked, sign)
        swap = build.shl(sign, ir.Constant(WORD, 5))
        plus.append(build.add(entry, swap))
        minus.append(build.add(entry, build.xor(swap, ir.Constant(WORD, MINUS))))
        twice.append(build.add(entry, ir.Constant(WORD, TWICE)))
    product = field.unpack(build, twice)
    is_negative = build.trunc(vector, ir.VectorType(ir.IntType(1), field.LANES))
    product = [
        build.select(is_negative, less, more)
        for less, more in zip(field.negative(build, product), product, strict=True)
    ]
    return [field.unpack(build, plus), field.unpack(build, minus), product]


def _emit_add_entries(build: Any, point: Any, plan: Any) -> None:
    x, y, z, t = (field.load(build, point, place) for place in (X, Y, Z, T))
    plus, minus, product = _entries(build, plan)
    a = field.multiply(build, field.subtract(build, y, x), minus)
    b = field.multiply(build, field.add(build, y, x), plus)
    c = field.multiply(build, product, t)
    d = field.add(build, z, z)
    e, h = field.subtract(build, b, a), field.add(build, b, a)  # 3, 2
    f, g = field.subtract(build, d, c), field.add(build, d, c)  # 4, 3
    _finish(build, point, e, f, g, h, whole=True)


def _emit_unpack(build: Any, out: Any, addresses: Any) -> None:
    each = [
        build.load(field.pointer(build, addresses, 8 * lane, WORD))
        for lane in range(field.LANES)
    ]
    field.store(build, out, field.unpack(build, each))


def _emit_copy(build: Any, out: Any, number: Any) -> None:
    field.store(build, out, field.load(build, number))


def _emit_multiply_by_2d(build: Any, out: Any, number: Any) -> None:
    twice_d = field.constant(2 * curve.D % curve.P)
    field.store(build, out, field.multiply(build, field.load(build, number), twice_d))


def _emit_one(build: Any, out: Any) -> None:
    field.store(build, out, field.constant(1))


def _emit_neutral(build: Any, point: Any) -> None:
    for place, value in ((X, 0), (Y, 1), (Z, 1), (T, 0)):
        field.store(build, point, field.constant(value), place)


def _emit_prefetch(build: Any, plan: Any) -> None:
    """Bring the entries of a plan nearer, ahead of their use."""
    byte = ir.IntType(8).as_pointer()
    small = ir.IntType(32)
    kind = ir.FunctionType(ir.VoidType(), [byte, small, small, small])
    function = field.function_named(build.module, kind, "llvm.prefetch.p0")
    flags = [ir.Constant(small, flag) for flag in (0, 3, 1)]  # read, keep, a datum
    for lane in range(field.LANES):
        entry = build.load(field.pointer(build, plan, 8 * lane, WORD))
        for offset in (0, ENTRY_BYTES - 32):
            where = field.pointer(build, entry, offset, ir.IntType(8))
            build.call(function, [where, *flags])


multiply = _number_operation(field.multiply)
add = _number_operation(field.add)
subtract = _number_operation(field.subtract)
square = _on_memory(2, _emit_square)
double, double_without_t = _doubling(True), _doubling(False)
copy, multiply_by_2d = _on_memory(2, _emit_copy), _on_memory(2, _emit_multiply_by_2d)
make_one, make_neutral = _on_memory(1, _emit_one), _on_memory(1, _emit_neutral)
add_entries = _on_memory(2, _emit_add_entries)
unpack = _on_memory(2, _emit_unpack)
prefetch = _on_memory(1, _emit_prefetch)


@intrinsic
def freeze(typing: Any, number: Any, lane: Any) -> Any:
    """(number, lane): the value below p of one of four numbers, as Limbs."""

    def generate(context: Any, build: Any, signature: Any, args: Any) -> Any:
        number, lane = args
        start = build.add(number, build.shl(lane, ir.Constant(WORD, 3)))
        limbs = [
            build.load(field.pointer(build, start, 8 * field.LANES * place, WORD))
            for place in range(field.LIMBS)
        ]
        whole = field.frozen(build, limbs)
        return join(build, words(build, whole))

    return LIMBS_TYPE(_ADDRESS, types.uint64), generate
