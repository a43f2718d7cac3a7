"""
From a contract's source on the chain to a class that runs under a meter.

The tree that passed the lint is changed in small ways before it is compiled: each
function and each loop spends from the meter; what can grow (`+`, `-`, `*`, join,
extend, replace, f"…", [*…]) goes through functions that bound what they make; what is
gone through whole (by a method, a slice, a comparison) is paid for; and before a field
is assigned to, its owner is seen to be a record. The names it runs with are a short
list of built-ins and huabiao.contracts.
"""

import ast
import builtins
import json
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Any, ClassVar

from huabiao import contracts
from huabiao.contracts import Labels, Record, Role, Scenario, State, Title
from huabiao.contracts.describe import describe
from huabiao.contracts.operations import MalformedDrawing, Operation
from huabiao.contracts.parts.part import Part
from huabiao.ledger.growth import PER_LOOK, Meter, metered, metered_range
from huabiao.ledger.lint import BUILTINS, METHODS, Inadmissible, check_source

KEPT_COMPILED = 256
WHOLE_NUMBERS = ("__int__", "__minus__", "__sum__")
"""What the meter puts in that gives whole numbers only."""
SETTLED = (
    int, str, bytes, type, FunctionType, Role, State, Title, Labels, Operation, Part,
)  # fmt: skip
"""What a class of a contract may hold, and tuples of these."""


@dataclass(frozen=True)
class LoadedContract:
    """A contract ready to run, and what it says of itself."""

    name: str
    scenario: type[Scenario]
    description: dict[str, Any]
    source: str


def load_contract(source: str, meter: Meter) -> LoadedContract:
    """Lint, instrument and load; raises Inadmissible with what is wrong."""
    code, rundown = _compiled(source)
    namespace = _namespace(meter)
    meter.left = 10_000_000
    try:
        exec(code, namespace)
    except (MalformedDrawing, ImportError) as error:
        raise Inadmissible([(1, str(error))]) from error
    except Exception as error:
        # The sentences of Python itself differ between its versions.
        name = type(error).__name__
        raise Inadmissible([(1, f"装入时出错 · fails to load: {name}")]) from error
    own = [
        value
        for value in namespace.values()
        if isinstance(value, type) and value.__module__ == namespace["__name__"]
    ]
    for cls in own:
        _require_settled(cls)
    found = [cls for cls in own if issubclass(cls, Scenario)]
    if len(found) != 1:
        raise Inadmissible(
            [(1, f"须有且只有一个场景类，现有 {len(found)} 个 · exactly one Scenario")]
        )
    scenario = found[0]
    return LoadedContract(scenario.name, scenario, describe(scenario, rundown), source)


def _require_settled(cls: type[Any]) -> None:
    """What a class holds is the same in every call: nothing in it can change."""
    held = [(n, v) for n, v in vars(cls).items() if n[0] != "_" and n not in METHODS]
    if issubclass(cls, Record):
        held += cls.defaults.items()
    for name, value in held:
        if not _is_settled(value):
            sentence = f"{cls.__name__}.{name} 可变 · it could change between calls"
            raise Inadmissible([(1, sentence)])


def _is_settled(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_settled, value))
    return value is None or isinstance(value, SETTLED)


@lru_cache(maxsize=KEPT_COMPILED)
def _compiled(source: str) -> tuple[CodeType, str]:
    """The instrumented code and the docstring of a source; depends on it alone, and
    takes far longer than to run it: founding loads each contract three times."""
    tree = check_source(source)
    rundown = ast.get_docstring(tree) or ""
    instrumented = ast.fix_missing_locations(_Instrument().visit(tree))
    try:
        return compile(instrumented, "<contract>", "exec"), rundown
    except SyntaxError as error:  # such as a keyword that is given twice
        line = error.lineno or 1
        raise Inadmissible([(line, "语法错误 · syntax error")]) from None


def _namespace(meter: Meter) -> dict[str, Any]:
    allowed: dict[str, Any] = {name: getattr(builtins, name) for name in BUILTINS}
    allowed["__build_class__"] = builtins.__build_class__
    allowed["__import__"] = _import
    allowed["range"] = metered_range(meter)
    return {
        "__builtins__": allowed,
        "__name__": "contract",
        "__spend__": meter.spend,
        **metered(meter),
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


class _Instrument(ast.NodeTransformer):
    """Puts the meter into functions and loops, and bounds into what can grow."""

    replaced: ClassVar[dict[type[ast.operator], str]] = {
        ast.Mult: "__times__", ast.Add: "__plus__", ast.Sub: "__minus__",
        ast.Mod: "__modulo__",
    }  # fmt: skip
    methods = ("join", "extend", "replace")
    quick = ("append", "get", "items", "keys", "values", "startswith", "endswith")
    """Methods that do not go through what they are called on."""
    copying = ("list", "tuple", "sorted", "max", "min", "any", "all")
    renamed: ClassVar[dict[str, str]] = {
        "str": "__text__", "int": "__int__", "sum": "__sum__",
    }  # fmt: skip

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        start = 1 if ast.get_docstring(node) is not None else 0
        body = node.body[start:] or [ast.Pass()]
        leave: list[ast.stmt] = [ast.Expr(_call("__leave__"))]
        node.body[start:] = [ast.Expr(_call("__enter__")), ast.Try(body, [], [], leave)]
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
        elif isinstance(called, ast.Attribute) and called.attr not in self.quick:
            called.value = _looked_at(called.value)
        elif isinstance(called, ast.Name):
            return self.call_of_name(node, called)
        return node

    def call_of_name(self, node: ast.Call, called: ast.Name) -> ast.AST:
        called.id = self.renamed.get(called.id, called.id)
        if called.id in ("encode", "decode"):
            return _call("__on__", node)
        alone = len(node.args) == 1 and not isinstance(node.args[0], ast.GeneratorExp)
        if alone and called.id in self.copying:
            node.args[0] = _call("__each__", node.args[0])
        elif alone and called.id == "dict":
            node.args[0] = _call("__pairs__", node.args[0])
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        node.left = _looked_at(node.left)
        node.comparators = [_looked_at(each) for each in node.comparators]
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        # What a slice copies is paid for, not what it is cut from.
        return _call("__on__", node) if isinstance(node.slice, ast.Slice) else node

    def visit_Assign(self, node: ast.Assign) -> "ast.AST | list[ast.stmt]":
        self.generic_visit(node)
        guards = [
            ast.Expr(_call("__record__", _read(each.value)))
            for target in node.targets
            for each in ast.walk(target)
            if isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store)
        ]
        return [*guards, node] if guards else node

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.AST:
        self.generic_visit(node)
        node.value = _call("__text__", node.value)
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        self.generic_visit(node)
        return _call("__whole__", node)

    def visit_List(self, node: ast.List) -> ast.AST:
        self.generic_visit(node)
        return _call("__whole__", node) if _is_unpacking(node) else node

    def visit_Tuple(self, node: ast.Tuple) -> ast.AST:
        self.generic_visit(node)
        return _call("__whole__", node) if _is_unpacking(node) else node

    def visit_AugAssign(self, node: ast.AugAssign) -> list[ast.stmt]:
        self.generic_visit(node)
        name = self.replaced.get(type(node.op))
        guards: list[ast.stmt] = []
        if isinstance(node.target, ast.Attribute):
            guards.append(ast.Expr(_call("__record__", _read(node.target.value))))
        if name is None:
            return [*guards, node]
        read = _call(name, _read(node.target), node.value)
        return [*guards, ast.Assign([node.target], read)]


def _is_unpacking(node: ast.List | ast.Tuple) -> bool:
    return isinstance(node.ctx, ast.Load) and any(
        isinstance(item, ast.Starred) for item in node.elts
    )


def _read(target: ast.expr) -> ast.expr:
    """The same expression, to be read instead of assigned to."""
    return ast.parse(ast.unparse(target), mode="eval").body


def _looked_at(value: ast.expr) -> ast.expr:
    """What an operation goes through, paid for; not where that would cost nothing."""
    if isinstance(value, ast.List | ast.Tuple):
        few = len(value.elts) < PER_LOOK
        free = few and all(isinstance(item, ast.Constant) for item in value.elts)
    elif isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        free = value.func.id in WHOLE_NUMBERS
    else:
        free = isinstance(value, ast.Constant) or (
            isinstance(value, ast.Name) and value.id == "self"
        )
    return value if free else _call("__on__", value)


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


def document(description: dict[str, Any]) -> str:
    """A Description as the text that is kept on chain."""
    return json.dumps(description, ensure_ascii=False, separators=(",", ":"))
