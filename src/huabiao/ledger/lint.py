"""
The lint that a contract's source passes before it is admitted.

It guards against mistakes: clocks, randomness, floats, sets, unbounded loops,
recursion, module state, reaching behind the library. Against malice stands the
members' approval.
Every finding names the line and says what to write instead.
"""

import ast
from collections.abc import Iterator, Sequence

MODULES = ("huabiao.contracts",)
LONGEST_SOURCE = 60_000
BUILTINS = (
    "abs", "all", "any", "bool", "dict", "enumerate", "int", "isinstance", "len",
    "list", "max", "min", "range", "reversed", "sorted", "str", "sum", "tuple", "zip",
    "True", "False", "None",
)  # fmt: skip
FORBIDDEN: dict[type[ast.AST], str] = {
    ast.While: "用 for 遍历有界的值 · loop with for over something bounded",
    ast.Try: "不捕获异常，用 require · do not catch errors, use require",
    ast.Global: "模块没有状态 · a module has no state",
    ast.Nonlocal: "不用 nonlocal · no nonlocal",
    ast.Lambda: "写成有名的函数 · write a named function",
    ast.Set: "集合无序，用元组 · sets have no order, use a tuple",
    ast.SetComp: "集合无序，用列表 · sets have no order, use a list",
    ast.Await: "不用异步 · nothing asynchronous",
    ast.AsyncFunctionDef: "不用异步 · nothing asynchronous",
    ast.AsyncFor: "不用异步 · nothing asynchronous",
    ast.AsyncWith: "不用异步 · nothing asynchronous",
    ast.With: "不用 with · no with",
    ast.Yield: "返回列表 · return a list",
    ast.YieldFrom: "返回列表 · return a list",
    ast.NamedExpr: "分两行写 · write two lines",
    ast.Delete: "不用 del · no del",
    ast.Match: "写 if · write if",
    ast.Import: "写 from huabiao.contracts import … · write from huabiao.contracts …",
}
OPERATORS: dict[type[ast.AST], str] = {
    ast.Div: "用 // 整除，没有浮点数 · use //, there are no floats",
    ast.Pow: "不用 ** · no **",
    ast.LShift: "不用 << · no <<",
    ast.MatMult: "不用 @ 运算 · no @",
}
METHODS = (
    "drawing", "handler", "mro", "gi_frame", "gi_code", "fields", "defaults", "schema",
    "format", "ljust", "rjust", "center", "zfill", "format_map", "expandtabs",
    "to_bytes", "translate",
)  # fmt: skip

METERED = ("encode", "decode")
CHANGEABLE = (ast.List, ast.Dict, ast.ListComp, ast.DictComp, ast.GeneratorExp)


class Inadmissible(ValueError):
    """The source cannot be a contract; `findings` are (line, sentence)."""

    def __init__(self, findings: list[tuple[int, str]]) -> None:
        self.findings = findings
        lines = "; ".join(
            f"第 {line} 行 line {line}: {text}" for line, text in findings
        )
        super().__init__(f"合约源码未通过检查。 The source is not admissible. {lines}")


def check_source(source: str) -> ast.Module:
    """Parse and lint; raises Inadmissible with every finding."""
    if len(source) > LONGEST_SOURCE:
        raise Inadmissible([(1, f"源码超过 {LONGEST_SOURCE} 字 · source too long")])
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or 1
        raise Inadmissible([(line, "语法错误 · syntax error")]) from None
    # Walked once: every node that starts compiles some fifty sources.
    nodes = list(ast.walk(tree))
    findings = sorted({*_module_findings(tree), *_tree_findings(nodes)})
    findings += [*_state_findings(nodes), *_recursion_findings(tree, nodes)]
    if findings:
        raise Inadmissible(findings[:20])
    return tree


def _module_findings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in tree.body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.ImportFrom | ast.FunctionDef | ast.ClassDef):
            continue
        if isinstance(node, ast.Assign) and _is_fixed(node.value):
            continue
        yield (
            node.lineno,
            "模块层只有常量、函数和类 · only constants, functions, classes",
        )


def _is_fixed(value: ast.expr) -> bool:
    """An expression whose value cannot change: constants and tuples of them."""
    if isinstance(value, ast.Tuple):
        return all(_is_fixed(item) for item in value.elts)
    if isinstance(value, ast.BinOp):
        return _is_fixed(value.left) and _is_fixed(value.right)
    return isinstance(value, ast.Constant | ast.Name | ast.Attribute) or (
        isinstance(value, ast.Subscript) and _is_fixed(value.value)
    )


def _tree_findings(nodes: Sequence[ast.AST]) -> Iterator[tuple[int, str]]:
    known = _defined_names(nodes)
    for node in nodes:
        for sentence in _node_findings(node, known):
            yield getattr(node, "lineno", 1), sentence


def _node_findings(node: ast.AST, known: set[str]) -> Iterator[str]:
    """What is wrong with a node by itself; the most frequent kinds come first."""
    if isinstance(node, ast.Name):
        if node.id.startswith("__"):
            yield f"不可用 {node.id} · {node.id} is out of reach"
        elif isinstance(node.ctx, ast.Load) and node.id not in known:
            yield f"没有名字 {node.id} · the name {node.id} is not there"
    elif isinstance(node, ast.Attribute):
        if node.attr.startswith("_") or node.attr in METHODS:
            yield f"不可用 .{node.attr} · .{node.attr} is out of reach"
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, float | complex):
            yield "没有浮点数，用带单位的整数 · no floats, use whole units"
    elif isinstance(node, ast.BinOp | ast.AugAssign):
        if type(node.op) in OPERATORS:
            yield OPERATORS[type(node.op)]
    elif isinstance(node, ast.Subscript):
        if isinstance(node.slice, ast.Slice) and not isinstance(node.ctx, ast.Load):
            yield "不对切片赋值，用 extend · no slice assignment, use extend"
    elif isinstance(node, ast.FormattedValue):
        if node.format_spec is not None:
            yield "不用格式说明 · no format specification"
    elif isinstance(node, ast.FunctionDef | ast.ClassDef):
        if node.name.startswith("__"):
            yield f"不可定义 {node.name} · {node.name} cannot be defined"
    elif isinstance(node, ast.ImportFrom):
        if node.module not in MODULES or any(a.name == "*" for a in node.names):
            yield f"只可导入 {MODULES[0]} · import from {MODULES[0]} only"
    elif type(node) in FORBIDDEN:
        yield FORBIDDEN[type(node)]


def _defined_names(nodes: Sequence[ast.AST]) -> set[str]:
    names = {*BUILTINS, *_assigned_names(nodes)}
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.alias):
            names.add(node.asname or node.name)
    return names


def _state_findings(nodes: Sequence[ast.AST]) -> Iterator[tuple[int, str]]:
    """What would outlive a call, and calls whose function nobody can tell."""
    imported = {
        alias.asname or alias.name
        for node in nodes
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    named = _assigned_names(nodes)
    for node in nodes:
        if isinstance(node, ast.FunctionDef):
            yield from _function_findings(node, imported)
        elif isinstance(node, ast.ClassDef):
            yield from _class_findings(node)
        elif isinstance(node, ast.alias) and node.asname and node.name in METERED:
            yield node.lineno, f"{node.name} 不改名 · {node.name} keeps its name"
        elif isinstance(node, ast.Call):
            called = node.func
            unknown = isinstance(called, ast.Name) and called.id in named
            if unknown or not isinstance(called, ast.Name | ast.Attribute):
                yield (
                    node.lineno,
                    "只按函数自己的名字调用 · call a function by its name",
                )
        elif isinstance(node, ast.AnnAssign | ast.For | ast.comprehension):
            if any(isinstance(each, ast.Attribute) for each in ast.walk(node.target)):
                yield node.target.lineno, "此处只可赋给名字 · only a name goes here"
        elif isinstance(node, ast.Assign):
            yield from _assignment_findings(node)


def _assigned_names(nodes: Sequence[ast.AST]) -> set[str]:
    """Parameters, and names that a value is assigned to."""
    found = {node.arg for node in nodes if isinstance(node, ast.arg)}
    return found | {
        node.id for node in nodes if isinstance(node, ast.Name) and _is_store(node)
    }


def _function_findings(
    node: ast.FunctionDef, imported: set[str]
) -> Iterator[tuple[int, str]]:
    for each in node.decorator_list:
        made_by = each.func if isinstance(each, ast.Call) else each
        if not (isinstance(made_by, ast.Name) and made_by.id in imported):
            yield each.lineno, "只用库中的装饰器 · only the library's decorators"
    for default in (*node.args.defaults, *node.args.kw_defaults):
        if default is not None and not _is_fixed(default):
            yield default.lineno, "默认值须不可变 · a default cannot be changed later"


def _class_findings(node: ast.ClassDef) -> Iterator[tuple[int, str]]:
    if node.decorator_list:
        yield node.lineno, "类不用装饰器 · no decorator of a class"
    for each in node.body:
        value = each.value if isinstance(each, ast.Assign | ast.AnnAssign) else None
        plain = isinstance(
            each, ast.Assign | ast.AnnAssign | ast.FunctionDef | ast.Pass
        )
        docstring = isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant)
        if not (plain or docstring) or isinstance(
            value, ast.List | ast.Dict | ast.ListComp | ast.DictComp | ast.GeneratorExp
        ):
            yield (
                each.lineno,
                "类中只有字段、角色、状态、部件和函数 · no state in a class",
            )


def _assignment_findings(node: ast.Assign) -> Iterator[tuple[int, str]]:
    """a, a.b = … assigns to a field of what `a` has only just become."""
    for target in node.targets:
        parts = list(ast.walk(target))
        stored = {n.id for n in parts if isinstance(n, ast.Name) and _is_store(n)}
        owners = {n.id for n in parts if isinstance(n, ast.Name) and not _is_store(n)}
        if stored & owners or (owners and len(node.targets) > 1):
            yield node.lineno, "分两行赋值 · write two assignments"


def _is_store(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def _recursion_findings(
    tree: ast.Module, nodes: Sequence[ast.AST]
) -> list[tuple[int, str]]:
    """Functions that can reach themselves: f() and self.f(), also passed on."""
    functions = {n.name: n for n in nodes if isinstance(n, ast.FunctionDef)}
    free = {n.name for n in tree.body if isinstance(n, ast.FunctionDef)}
    calls = {
        name: {
            reached
            for statement in function.body
            for node in ast.walk(statement)
            for reached in [_reached_name(node, free)]
            if reached in functions
        }
        for name, function in functions.items()
    }
    findings = []
    for name, function in functions.items():
        seen: set[str] = set()
        frontier = list(calls[name])
        while frontier:
            other = frontier.pop()
            if other not in seen:
                seen.add(other)
                frontier.extend(calls[other])
        if name in seen:
            findings.append((function.lineno, f"{name} 递归 · {name} is recursive"))
    return findings


def _reached_name(node: ast.AST, free: set[str]) -> str:
    """The function that a node calls or passes on, else nothing."""
    if isinstance(node, ast.Name):
        return node.id if node.id in free and isinstance(node.ctx, ast.Load) else ""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.attr if node.value.id == "self" else ""
    return ""
