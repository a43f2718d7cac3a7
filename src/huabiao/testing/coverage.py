"""
What a story has not walked: operations, states and refusals of its scenario.

The refusals are read from the scenario's own source, every `require` and `refuse`; to
them come those that all scenarios share, where the Description makes them possible.
"""

import ast
from typing import Any

from huabiao.contracts.drawing import CONTRACT
from huabiao.testing.stage import Stage

NO_CODE = "rule"
"""What `require` and `refuse` say where no code is written."""


def refusal_codes(source: str) -> set[str]:
    """The codes that a scenario's own source may refuse with."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _name(node.func) in ("require", "refuse"):
            codes = [word.value for word in node.keywords if word.arg == "code"]
            said = codes[0] if codes else ast.Constant(NO_CODE)
            if isinstance(said, ast.Constant):
                found.add(str(said.value))
    return found


def shared_codes(description: dict[str, Any]) -> set[str]:
    """The refusals of all scenarios that this one can show."""
    moves = [
        each for each in description["operations"].values() if each["manner"] == "moves"
    ]
    codes = {"role.missing"} if description["roles"] else set()
    if any(set(each["from"]) != set(description["states"]) for each in moves):
        codes.add("state.wrong")
    if any(each["only"] for each in moves):
        codes.add("party.other")
    return codes


def by_contracts(operation: dict[str, Any]) -> bool:
    """Whether contracts alone may call it, so that nobody on a stage can."""
    return all(role.startswith(CONTRACT) for role in operation["by"])


def not_walked(stage: Stage, source: str) -> list[str]:
    """What a walk left out, each as a sentence; empty where it was whole."""
    description = stage.ground.description(stage.scenario)
    operations = {
        name
        for name, each in description["operations"].items()
        if each["manner"] != "answers" and not by_contracts(each)
    }
    done = {step.operation for step in stage.steps if step.code == "ok"}
    codes = refusal_codes(source) | shared_codes(description)
    refused = {step.code for step in stage.steps}
    ends = {name for name, each in description["states"].items() if each["final"]}
    reached = set()
    for case in stage.cases:
        seen = stage.ground.record(stage.scenario, case.key, None)
        reached.add(seen["state"] if seen else "")
    missing = [("操作 operation", name) for name in sorted(operations - done)]
    missing += [("拒绝 refusal", code) for code in sorted(codes - refused)]
    missing += [("终态 final state", name) for name in sorted(ends - reached)]
    return [f"{what} {name} 没有走到。 Not walked." for what, name in missing]


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
