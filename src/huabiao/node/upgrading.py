"""
Bringing an older chain to the contracts that ship: what differs, and what each asks.

A contract that asks another one is refused at every turn while that one is missing. So
what is brought comes in one envelope, all or nothing, and is in force with the next
block; what is named alone must find there whom it asks. Whom a contract asks is read
from its source, and from that of the parts that it uses.
"""

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from huabiao import contracts
from huabiao.contracts.parts.part import Part
from huabiao.contracts.scenario import snake
from huabiao.node.catalogue import shipped_sources

ASKING = ("ask", "call", "attempt")


class Missing(ValueError):
    """What is to be installed asks contracts that the chain does not have."""


class Change(NamedTuple):
    """A contract that ships and that the chain has otherwise, or (version 0) not."""

    name: str
    version: int
    source: str


def name_of(source: str) -> str:
    """The name of the contract in a source that ships."""
    for node in ast.parse(source).body:
        bases = node.bases if isinstance(node, ast.ClassDef) else ()
        if any(isinstance(base, ast.Name) and base.id == "Scenario" for base in bases):
            assert isinstance(node, ast.ClassDef)
            return snake(node.name)
    raise ValueError("此源码中没有合约。 There is no contract in this source.")


@cache
def shipped() -> dict[str, str]:
    """Sources of the contracts that ship, by name."""
    return {name_of(source): source for source in shipped_sources()}


def differing(there: Mapping[str, tuple[int, str]]) -> list[Change]:
    """What ships and is another on a chain; `there` has version and source in force."""
    found = []
    for name, source in shipped().items():
        version, known = there.get(name, (0, ""))
        if source != known:
            found.append(Change(name, version, source))
    return found


def require_whole(changes: list[Change], there: Mapping[str, object]) -> None:
    """Missing unless everything that these ask is there, or is among them."""
    known = {*there, *(each.name for each in changes)}
    wanted = {name for each in changes for name in asked_by(each.source)}
    missing = sorted((wanted & shipped().keys()) - known)
    if missing:
        raise Missing(
            f"须先安装或一并安装：{'、'.join(missing)}；所选合约向它们提问。"
            f" Install these first, or along with them: {', '.join(missing)}; what was"
            " chosen asks them."
        )


def asked_by(source: str) -> set[str]:
    """The contracts that a source asks or calls, by itself or by its parts."""
    tree = ast.parse(source)
    words = dict(_constants(tree))
    found = {name for node in ast.walk(tree) for name in _asked(node, words)}
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for name in used:
        part = getattr(contracts, name, None)
        if inspect.isclass(part) and issubclass(part, Part):
            found |= _asked_by_part(part)
    return found


@cache
def _asked_by_part(part: type[Part]) -> frozenset[str]:
    tree = ast.parse(inspect.getsource(sys.modules[part.__module__]))
    words = dict(_constants(tree))
    return frozenset(name for node in ast.walk(tree) for name in _asked(node, words))


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Names of a module that stand for a text."""
    for node in tree.body:
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            yield from _pairs(target, node.value)


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, str]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, other in zip(target.elts, value.elts, strict=False):
            yield from _pairs(one, other)
    elif (
        isinstance(target, ast.Name)
        and isinstance(value, ast.Constant)
        and isinstance(value.value, str)
    ):
        yield target.id, value.value


def _asked(node: ast.AST, words: Mapping[str, str]) -> Iterator[str]:
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ASKING
        and node.args
    ):
        yield from _texts(node.args[0], words)


def _texts(node: ast.expr, words: Mapping[str, str]) -> Iterator[str]:
    """The first text of an argument, or of each list in it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Name) and node.id in words:
        yield words[node.id]
    elif isinstance(node, ast.List):
        nested = [each for each in node.elts if isinstance(each, ast.List)]
        for each in nested or node.elts[:1]:
            yield from _texts(each, words)
