"""
The budgets that keep the project readable (CONTRIBUTING.md): sizes, names, rooms.

A budget has no list of exceptions. Who goes over it splits the file or the function.
"""

import ast
import re
from pathlib import Path

PROJECT = Path(__file__).parents[2]
SOURCE = PROJECT / "src/huabiao"
FOLDERS = ("src", "tests", "bench")
FILE_LINES, FUNCTION_LINES, SCENARIO_LINES = 300, 40, 120
EMPTY_NAMES = {"util", "utils", "helper", "helpers", "common", "manager", "managers"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules() -> list[Path]:
    return sorted(
        path for folder in FOLDERS for path in (PROJECT / folder).rglob("*.py")
    )


def name_of(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def count_lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def count_function_lines(function: Function) -> int:
    """Lines from `def` to the end, without the docstring, nor decorators."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function, clean=False) is not None:
        docstring = function.body[0]
        lines -= (docstring.end_lineno or docstring.lineno) - docstring.lineno + 1
    return lines


def test_no_file_is_longer_than_300_lines():
    long = {name_of(path): count_lines(path) for path in modules()}
    long = {name: lines for name, lines in long.items() if lines > FILE_LINES}
    assert not long, (
        f"Split these files, they have more than {FILE_LINES} lines: {long}"
    )


def test_no_function_is_longer_than_40_lines():
    long = {}
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, Function):
                lines = count_function_lines(node)
                if lines > FUNCTION_LINES:
                    long[f"{name_of(path)}:{node.lineno} {node.name}"] = lines
    assert not long, f"Split these functions, over {FUNCTION_LINES} lines: {long}"


def test_no_scenario_is_longer_than_120_lines():
    scenarios = SOURCE.joinpath("scenarios").glob("*.py")
    long = {name_of(path): count_lines(path) for path in scenarios}
    long = {name: lines for name, lines in long.items() if lines > SCENARIO_LINES}
    assert not long, f"A scenario has {SCENARIO_LINES} lines at most: {long}"


def test_no_name_that_says_nothing():
    empty = [
        name_of(path)
        for path in modules()
        if EMPTY_NAMES & set(re.split(r"[_/]", name_of(path).removesuffix(".py")))
    ]
    assert not empty, f"Name these after what is in them: {empty}"


def test_every_room_opens_with_its_table_of_contents():
    bare = []
    for folder in sorted(path.parent for path in SOURCE.rglob("*.py")):
        opening = folder / "__init__.py"
        if not opening.exists() or not ast.get_docstring(
            ast.parse(opening.read_text(encoding="utf-8"))
        ):
            bare.append(name_of(opening))
    assert not bare, f"Each needs a docstring that lists its modules: {set(bare)}"


def test_every_file_opens_with_its_story():
    mute = [
        name_of(path)
        for path in SOURCE.rglob("*.py")
        if path.name != "__init__.py"
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not mute, f"Each needs a docstring that says what it is about: {mute}"
