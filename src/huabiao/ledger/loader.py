"""
From a contract's source on the chain to a class that runs under a meter.

The tree that passed the lint is changed in three small ways before it is compiled: each
function and each loop spends from the meter, and what can grow (`+`, `-`, `*`, join,
extend, replace, f"…", [*…]) goes through functions that bound what they make. The names
it runs with are a short list of built-ins and huabiao.contracts.
"""

import ast
import builtins
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from huabiao import contracts
from huabiao.contracts import Refused, Scenario
from huabiao.contracts.describe import describe
from huabiao.contracts.operations import MalformedDrawing
from huabiao.ledger.lint import BUILTINS, Inadmissible, check_source

LONGEST_SEQUENCE = 200_000
WIDEST_INTEGER = 2**512


class Meter:
    """What the call under way may still spend."""

    def __init__(self) -> None:
        self.left = 0

    def spend(self, cost: int) -> None:
        self.left -= cost
        if self.left < 0:
            raise Refused(
                "cost.cap",
                "超出单次调用的费用上限，请分批。"
                " The call costs more than its cap; split it.",
            )


@dataclass(frozen=True)
class LoadedContract:
    """A contract ready to run, and what it says of itself."""

    name: str
    scenario: type[Scenario]
    description: dict[str, Any]
    source: str


def load_contract(source: str, meter: Meter) -> LoadedContract:
    """Lint, instrument and load; raises Inadmissible with what is wrong."""
    tree = check_source(source)
    rundown = ast.get_docstring(tree) or ""
    instrumented = ast.fix_missing_locations(_Instrument().visit(tree))
    namespace = _namespace(meter)
    meter.left = 10_000_000
    try:
        exec(compile(instrumented, "<contract>", "exec"), namespace)
    except (MalformedDrawing, TypeError, AttributeError, ImportError) as error:
        raise Inadmissible([(1, str(error))]) from error
    found = [
        value
        for value in namespace.values()
        if isinstance(value, type)
        and issubclass(value, Scenario)
        and value.__module__ == namespace["__name__"]
    ]
    if len(found) != 1:
        raise Inadmissible(
            [(1, f"须有且只有一个场景类，现有 {len(found)} 个 · exactly one Scenario")]
        )
    scenario = found[0]
    return LoadedContract(scenario.name, scenario, describe(scenario, rundown), source)


def _namespace(meter: Meter) -> dict[str, Any]:
    allowed: dict[str, Any] = {name: getattr(builtins, name) for name in BUILTINS}
    allowed["__build_class__"] = builtins.__build_class__
    allowed["__import__"] = _import
    allowed["range"] = _metered_range(meter)
    return {
        "__builtins__": allowed,
        "__name__": "contract",
        "__spend__": meter.spend,
        "__each__": _metered_each(meter),
        "__times__": _times,
        "__plus__": _plus,
        "__minus__": _minus,
        "__modulo__": _modulo,
        "__whole__": _whole,
        "__join__": _join,
        "__extend__": _extend,
        "__replace__": _replace,
    }


def _import(
    name: str,
    globals_: Any = None,
    locals_: Any = None,
    fromlist: tuple[str, ...] = (),
    level: int = 0,
) -> Any:
    for wanted in fromlist:
        if wanted not in contracts.__all__:
            raise ImportError(f"huabiao.contracts 中没有 {wanted} · it has no {wanted}")
    return contracts


def _metered_range(meter: Meter) -> Callable[..., range]:
    def metered(*bounds: int) -> range:
        made = range(*bounds)
        meter.spend(len(made))
        return made

    return metered


def _metered_each(meter: Meter) -> Callable[[Iterable[Any]], list[Any]]:
    def each(items: Iterable[Any]) -> list[Any]:
        held = list(items)
        meter.spend(len(held))
        return held

    return each


def _times(left: Any, right: Any) -> Any:
    if type(left) is int and type(right) is int:
        return _bounded(left * right)
    count, sequence = (left, right) if type(left) is int else (right, left)
    if type(count) is not int or count * len(sequence) > LONGEST_SEQUENCE:
        raise _too_long()
    return sequence * count


def _plus(left: Any, right: Any) -> Any:
    made = left + right
    if type(made) is int:
        return _bounded(made)
    return _whole(made)


def _minus(left: Any, right: Any) -> Any:
    made = left - right
    return _bounded(made) if type(made) is int else made


def _modulo(left: Any, right: Any) -> Any:
    if type(left) is not int:
        raise TypeError("% is for whole numbers")
    return left % right


def _whole(made: Any) -> Any:
    if len(made) > LONGEST_SEQUENCE:
        raise _too_long()
    return made


def _join(glue: Any, parts: Iterable[Any]) -> Any:
    held = list(parts)
    if sum(map(len, held)) + len(glue) * len(held) > LONGEST_SEQUENCE:
        raise _too_long()
    return glue.join(held)


def _extend(items: list[Any], more: Iterable[Any]) -> None:
    held = list(more)
    if len(items) + len(held) > LONGEST_SEQUENCE:
        raise _too_long()
    items.extend(held)


def _replace(text: Any, old: Any, new: Any, *most: int) -> Any:
    if len(text) + text.count(old) * len(new) > LONGEST_SEQUENCE:
        raise _too_long()
    return text.replace(old, new, *most)


def _too_long() -> Refused:
    return Refused("cost.cap", "结果过长。 The result is too long.")


def _bounded(number: int) -> int:
    if -WIDEST_INTEGER < number < WIDEST_INTEGER:
        return number
    raise Refused("cost.cap", "数过大。 The number is too large.")


class _Instrument(ast.NodeTransformer):
    """Puts the meter into functions and loops, and bounds into what can grow."""

    replaced: ClassVar[dict[type[ast.operator], str]] = {
        ast.Mult: "__times__", ast.Add: "__plus__", ast.Sub: "__minus__",
        ast.Mod: "__modulo__",
    }  # fmt: skip
    methods = ("join", "extend", "replace")

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        start = 1 if ast.get_docstring(node) is not None else 0
        node.body.insert(start, ast.Expr(_call("__spend__", ast.Constant(1))))
        return node

    def visit_For(self, node: ast.For) -> ast.AST:
        self.generic_visit(node)
        node.iter = _call("__each__", node.iter)
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        self.generic_visit(node)
        node.iter = _call("__each__", node.iter)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        name = self.replaced.get(type(node.op))
        return node if name is None else _call(name, node.left, node.right)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        called = node.func
        if isinstance(called, ast.Attribute) and called.attr in self.methods:
            node.func = ast.Name(f"__{called.attr}__", ast.Load())
            node.args.insert(0, called.value)
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        self.generic_visit(node)
        return _call("__whole__", node)

    def visit_List(self, node: ast.List) -> ast.AST:
        self.generic_visit(node)
        if any(isinstance(item, ast.Starred) for item in node.elts) and isinstance(
            node.ctx, ast.Load
        ):
            return _call("__whole__", node)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        name = self.replaced.get(type(node.op))
        if name is None:
            return node
        read = ast.parse(ast.unparse(node.target), mode="eval").body
        return ast.Assign([node.target], _call(name, read, node.value))


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])
