"""
The meter of a call, and the bounds on whatever a contract can make grow.

A contract's source is changed so that its loops, copies and growing operators come
here (loader.py). Each spends from the meter by the size of what it makes, and nothing
grows beyond a fixed size: a doubling in a loop ends after a few turns.
"""

from collections.abc import Callable, Iterable
from typing import Any

from huabiao.contracts import Record, Refused

LONGEST_SEQUENCE = 200_000
WIDEST_INTEGER, MOST_DIGITS = 2**512, 160
SIZED = frozenset({str, bytes, list, tuple, dict})
PER_COST, PER_LOOK = 32, 8
"""Items or characters that one unit of cost pays for: made by an operator or a literal;
gone through by a method, a comparison, a slice or an encoding."""
DEEPEST = 40


class Meter:
    """What the call under way may still spend."""

    def __init__(self) -> None:
        self.left, self.depth = 0, 0

    def enter(self) -> None:
        """
        A function of the contract begins. The bound lies far below Python's own, which
        comes sooner or later by who called.
        """
        self.spend(1)
        self.depth += 1
        if self.depth > DEEPEST:
            raise Refused(
                "cost.depth",
                "函数调用层数过深。 Functions call each other too deeply.",
            )

    def leave(self) -> None:
        self.depth -= 1

    def spend(self, cost: int) -> None:
        self.left -= cost
        if self.left < 0:
            raise Refused(
                "cost.cap",
                "超出单次调用的费用上限，请分批。"
                " The call costs more than its cap; split it.",
            )


def metered(meter: Meter) -> dict[str, Callable[..., Any]]:
    """The functions that an instrumented source calls, by the names that it uses."""
    bounds = Bounds(meter)
    return {
        "__each__": bounds.each,
        "__pairs__": bounds.pairs,
        "__on__": bounds.on,
        "__sum__": bounds.sum,
        "__int__": whole_number,
        "__record__": record,
        "__enter__": meter.enter,
        "__leave__": meter.leave,
        "__times__": bounds.times,
        "__plus__": bounds.plus,
        "__minus__": minus,
        "__modulo__": modulo,
        "__whole__": bounds.whole,
        "__text__": text,
        "__join__": bounds.join,
        "__extend__": bounds.extend,
        "__replace__": bounds.replace,
    }


def metered_range(meter: Meter) -> Callable[..., range]:
    """`range` that is paid for when it is made."""

    def made(*bounds: int) -> range:
        found = range(*bounds)
        if found:
            steps = (found[-1] - found[0]) // found.step + 1
            meter.spend(steps)  # len() refuses what is longer than a machine word
        return found

    return made


class Bounds:
    """Growth, paid for by size."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter

    def size(self, length: int) -> None:
        """Pay for something of this length; refused if it is too long."""
        if length >= PER_COST:
            if length > LONGEST_SEQUENCE:
                raise Refused("cost.cap", "结果过长。 The result is too long.")
            self._meter.spend(length // PER_COST)

    def each(self, items: Iterable[Any]) -> list[Any]:
        held = list(items)
        self._meter.spend(len(held))
        return held

    def pairs(self, items: Any) -> Any:
        """What a dictionary is made from: another one, or pairs."""
        if type(items) is dict:
            self._meter.spend(len(items))
            return items
        return self.each(items)

    def on(self, looked_at: Any) -> Any:
        """Pay for going through all of something that has a length."""
        if type(looked_at) in SIZED and len(looked_at) >= PER_LOOK:
            self._meter.spend(len(looked_at) // PER_LOOK)
        return looked_at

    def sum(self, items: Iterable[Any], start: int = 0) -> int:
        held = self.each(items)
        if any(not isinstance(item, int) for item in (start, *held)):
            raise TypeError("sum is for whole numbers")
        return int(bounded(sum(held, start)))

    def whole(self, made: Any) -> Any:
        self.size(len(made))
        return made

    def times(self, left: Any, right: Any) -> Any:
        if type(left) is int and type(right) is int:
            return bounded(left * right)
        count, sequence = (left, right) if type(left) is int else (right, left)
        if type(count) is not int:
            raise TypeError("* is for whole numbers and sequences")
        self.size(max(count, 0) * len(sequence))
        return sequence * count

    def plus(self, left: Any, right: Any) -> Any:
        if type(left) is int:
            return bounded(left + right)
        self.size(len(left) + len(right))
        return left + right

    def join(self, glue: Any, parts: Iterable[Any]) -> Any:
        held = list(parts)
        self.size(sum(map(len, held)) + len(glue) * len(held))
        return glue.join(held)

    def extend(self, items: list[Any], more: Iterable[Any]) -> None:
        held = list(more)
        self.size(len(items) + len(held))
        items.extend(held)

    def replace(self, whole: Any, old: Any, new: Any, *most: int) -> Any:
        self.size(len(whole) + whole.count(old) * len(new))
        return whole.replace(old, new, *most)


def minus(left: Any, right: Any) -> Any:
    return bounded(left - right)


def modulo(left: Any, right: Any) -> Any:
    if type(left) is not int:
        raise TypeError("% is for whole numbers")
    return left % right


def text(shown: Any) -> Any:
    """What str and f-strings show: a nest of lists would be endless, and an object
    would show its place in memory, which is another one on every machine."""
    if type(shown) is str:
        return shown
    if not (shown is None or isinstance(shown, int | str | bytes)):
        raise TypeError("only text, whole numbers and bytes can be shown")
    return str(shown)


def whole_number(written: Any = 0, *base: int) -> Any:
    if isinstance(written, str | bytes) and len(written) > MOST_DIGITS:
        raise Refused("cost.cap", "数过大。 The number is too large.")
    return bounded(int(written, *base))


def record(changed: Any) -> None:
    """Only a record's fields are assigned to: whatever else a contract can reach
    outlives the call in this process, and not in another."""
    if not isinstance(changed, Record):
        raise Refused(
            "contract.memory",
            "只能给记录的字段赋值。 Only a record's fields can be assigned to.",
        )


def bounded(number: Any) -> Any:
    if type(number) is int and not -WIDEST_INTEGER < number < WIDEST_INTEGER:
        raise Refused("cost.cap", "数过大。 The number is too large.")
    return number
