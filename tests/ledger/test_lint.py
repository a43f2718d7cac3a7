"""What a contract's source may not contain: each construct is one finding, by line."""

import pytest

from huabiao.ledger.lint import Inadmissible, check_source
from huabiao.ledger.loader import Meter, load_contract
from huabiao.node.catalogue import shipped_sources

INSIDE = [
    "while True: pass",
    "try:\n        pass\n    except Exception: pass".replace("Exception", "ValueError"),
    "global x",
    "f = lambda: 1",
    "return {1, 2}",
    "return {x for x in (1, 2)}",
    "yield 1",
    "yield from ()",
    "return (y := 1)",
    "with x: pass",
    "del x",
    "import os",
    "from os import path",
    "from huabiao.contracts import *",
    "from huabiao.codec import encode",
    "return 1 / 2",
    "return 2 ** 64",
    "return 1 << 64",
    "return x @ x",
    "x /= 2",
    "return 1.5",
    "return 1j",
    'return f"{x:>9}"',
    "return x._context",
    "return x.__class__",
    'return "{}".format(x)',
    'return "a".ljust(9)',
    "return x.to_bytes(9)",
    "return __builtins__",
    "x[1:] = x",
    "return open",
    "return eval",
    "return getattr",
    "return type(x)",
    "return hash(x)",
    "return id(x)",
    "return set(x)",
    "return float(x)",
    "return print",
    "return g(x)",
]
AROUND = [
    "x = []",
    "x = {}",
    "x = [1, 2]",
    "if True: pass",
    "for x in (1, 2): pass",
    "x: int = 1",
    "x = sum((1, 2))",
    "async def f(): return 1",
]


@pytest.mark.parametrize("line", INSIDE)
def test_each_construct_is_one_finding_at_its_line(line):
    source = f'"""A rundown."""\n\ndef f(x):\n    {line}\n'
    if line == "try:\n        pass\n    except ValueError: pass":
        source = source.replace("ValueError", "")
    with pytest.raises(Inadmissible) as refused:
        check_source(source)
    findings = refused.value.findings
    assert [at for at, _ in findings if at not in (4, 5)] == []
    assert len(findings) <= 2 and " · " in findings[0][1]


@pytest.mark.parametrize("line", AROUND)
def test_a_module_has_constants_functions_and_classes_only(line):
    with pytest.raises(Inadmissible) as refused:
        check_source(f"y = 1\n{line}\n")
    assert {at for at, _ in refused.value.findings} == {2}


@pytest.mark.parametrize(
    "source",
    [
        "def f(x):\n    return f(x)\n",
        "def f(x):\n    return g(x)\n\ndef g(x):\n    return f(x)\n",
        "class A:\n    def f(self):\n        return self.f()\n",
        "def f(x):\n    return sorted(x, key=f)\n",
        "class A:\n    def f(self):\n        return sorted((1,), key=self.f)\n",
    ],
)
def test_recursion_is_found_through_others_and_through_what_is_passed_on(source):
    with pytest.raises(Inadmissible, match="recursive"):
        check_source(source)


@pytest.mark.parametrize(
    "source",
    ["def f(:", "x = (", "\x00", "x = " + "(" * 5_000, "x = " + "-" * 90_000 + "1"],
)
def test_what_is_no_python_is_a_finding_and_nothing_worse(source):
    with pytest.raises(Inadmissible):
        check_source(source)


def test_deep_sources_are_findings_and_nothing_worse():
    with pytest.raises(Inadmissible):
        load_contract("x = " + "-" * 20_000 + "1\n", Meter())


def test_a_nonlocal_name_is_refused():
    with pytest.raises(Inadmissible, match="nonlocal"):
        check_source("def f(x):\n    def g():\n        nonlocal x\n    return g\n")


def test_every_finding_is_told_at_once():
    with pytest.raises(Inadmissible) as refused:
        check_source("import os\n\ndef f():\n    return 1.5 / open\n")
    assert [line for line, _ in refused.value.findings] == [1, 1, 4, 4, 4]


def test_a_source_holds_exactly_one_scenario():
    with pytest.raises(Inadmissible, match="exactly one"):
        load_contract('"""Nothing."""\n', Meter())


def test_only_what_the_library_offers_can_be_imported():
    with pytest.raises(Inadmissible, match="it has no perform"):
        load_contract("from huabiao.contracts import perform\n", Meter())


@pytest.mark.parametrize("source", shipped_sources(), ids=lambda source: source[1:30])
def test_every_contract_that_ships_passes(source):
    loaded = load_contract(source, Meter())
    assert loaded.description["name"] == loaded.name
