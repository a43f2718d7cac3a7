"""
Sources that try to burn time, to reach behind the library, or to leave something that
outlives their call. Each is refused by the lint, or stopped by the meter or a guard.
"""

from typing import Any

import pytest

from huabiao.contracts import Refused
from huabiao.contracts.perform import perform
from huabiao.ledger.growth import Meter
from huabiao.ledger.lint import Inadmissible
from huabiao.ledger.loader import load_contract

CAP = 2_000_000
SOURCE = '''"""P."""
from huabiao.contracts import (
    Count, ListOf, Record, Registry, Scenario, Text, Title, anyone, decode, does,
    encode,
)

{before}

class P(Scenario):
    """P."""

    title = Title(zh="甲", en="P")

    @does(by=anyone)
    def go(self) -> None:
        """Go."""
{body}
'''


class Desk:
    """As much of a context as the attacks ask for; the meter is the real one."""

    contract, operation, key, caller, now, height = "p", "go", "", bytes(20), 1, 1

    def __init__(self, meter: Meter) -> None:
        self.spend = meter.spend
        self.told: list[Any] = []

    def holds(self, role: str, account: bytes) -> bool:
        return True

    def emit(self, name: str, key: str, detail: Any) -> None:
        self.told.append(detail)


def run(before: str, *lines: str) -> tuple[str, int]:
    """How it ended, and what it had spent by then."""
    meter = Meter()
    body = "\n".join("        " + line for line in lines)
    loaded = load_contract(SOURCE.format(before=before, body=body), meter)
    meter.left = CAP
    try:
        perform(loaded.scenario, Desk(meter), {})  # type: ignore[arg-type]
    except Refused as refused:
        return refused.code, CAP - meter.left
    except TypeError:
        return "type", CAP - meter.left
    return "ok", CAP - meter.left


LONG, TEXT = "x = [1] * 190000", 'x = "a," * 95000'
LOOP = "for a in range(1000000):"
BURNING = {
    "slices": (LONG, "    y = x[:]"),
    "slices of text": (TEXT, "    y = x[1:]"),
    "max": (LONG, "    y = max(x)"),
    "any": (LONG, "    y = any(x)"),
    "in": (LONG, "    y = 7 in x"),
    "equal": (LONG, "    y = x == x"),
    "count": (TEXT, '    y = x.count("b")'),
    "split": (TEXT, '    y = x.split(",")'),
    "upper": (TEXT, "    y = x.upper()"),
    "bytes": (TEXT, "    y = x.encode()"),
    "insert": (LONG, "    x.insert(0, 1)"),
    "pop": (LONG, "    x.pop(0)"),
    "copy": (LONG, "    y = x.copy()"),
    "dict": ("x = list(range(100000))", "    y = dict(zip(x, x))"),
    "encode": (LONG, "    y = encode(x)"),
    "sorted": (LONG, "    y = sorted(x)"),
    "sum": (LONG, "    y = sum(x)"),
}


@pytest.mark.parametrize("name", BURNING)
def test_work_is_paid_for_by_its_size(name: str) -> None:
    made, work = BURNING[name]
    code, spent = run("", made, LOOP, work)
    assert code == "cost.cap"
    # the loop itself costs a million at once: what it does must cost more than that
    assert spent > CAP


@pytest.mark.parametrize("turns", [1, 2])
def test_work_costs_by_the_turn(turns: int) -> None:
    """190,000 items gone through cost an eighth of that, each time."""
    _, once = run("", LONG, "y = 7 in x")
    _, more = run("", LONG, *["y = 7 in x"] * (1 + turns))
    assert more - once == turns * (190_000 // 8)


def test_a_list_that_grows_by_appending_costs_by_its_length() -> None:
    _, few = run("", "x = []", "for a in range(1000):", "    x.append(a)")
    _, many = run("", "x = []", "for a in range(10000):", "    x.append(a)")
    assert many < 11 * few


STOPPED = {
    "a number too wide": ("", 'x = int("9" * 4000)', "cost.cap"),
    "a sum of lists": ("", "x = sum([[1], [2]], [])", "type"),
    "a kind of the library": ("", "Text.longest = 3", "contract.memory"),
    "a class of the library": ("", "Record.check = Text.check", "contract.memory"),
    "its own class": ("", "P.title = 5", "contract.memory"),
    "by another name": ("", "t = Text; t.longest = 3", "contract.memory"),
    "counted up": ("class Q:\n    n = 0\n", "Q.n += 1", "contract.memory"),
    "a function": ("def f(x):\n    return x\n", "f.n = 1", "contract.memory"),
    "itself": ("", "self.n = 1", "contract.memory"),
    "a place in memory": ("", 'self.emit("x", y=str(self))', "type"),
    "a function shown": ("def f(x):\n    return x\n", 'y = f"{f}"', "type"),
}


@pytest.mark.parametrize("name", STOPPED)
def test_what_reaches_beyond_the_call_is_stopped(name: str) -> None:
    before, line, code = STOPPED[name]
    assert run(before, line)[0] == code


def test_a_function_in_a_record_cannot_call_itself_without_end() -> None:
    """The same cost whoever calls: Python's own limit is never reached."""
    before = "class R(Record):\n    n: Count\n\n\ndef deeper(r):\n    return r.n(r)\n"
    ended = run(before, "r = R(1)", "r.n = deeper", "deeper(r)")
    assert ended[0] in ("cost.depth", "type", "argument.malformed")
    assert ended == run(before, "r = R(1)", "r.n = deeper", "deeper(r)")


REFUSED = {
    "passed to itself": ("def f(g, x):\n    return g(g, x)\n", "f(f, 1)"),
    "out of a dict": ('def f(t):\n    return t["f"](t)\n', 'f({"f": f})'),
    "by an alias": ("def f(x):\n    g = f\n    return g(x)\n", "f(1)"),
    "a decorator": ("def d(f):\n    return f\n\n\n@d\ndef q():\n    return 1\n", "q()"),
    "a list in a class": ("class Q:\n    x = [1]\n", "Q.x.append(1)"),
    "a list made in a class": ("class Q:\n    x = list()\n", "Q.x.append(1)"),
    "one in a tuple": ("class Q:\n    x = (dict(),)\n", "Q.x[0].clear()"),
    "pieces in a class": ('class Q:\n    x = "a,b".split(",")\n', "Q.x.append(1)"),
    "what is gone through": ("class Q:\n    x = zip((1,), (2,))\n", "list(Q.x)"),
    "a default of a record": (
        "class Q(Record):\n    n: ListOf[Count] = list()\n",
        "Q().n.append(1)",
    ),
    "a record in a class": (
        "class Q(Record):\n    n: Count\n\n\nclass R:\n    q = Q(1)\n",
        "R.q.n = 2",
    ),
    "a record's defaults": (
        "class Q(Record):\n    n: Count = 1\n",
        'Q.defaults["n"] = 2',
    ),
    "a record's fields": ("class Q(Record):\n    n: Count\n", "Q.fields.clear()"),
    "the schema of a kind": ("", 'Text.schema["x"] = 1'),
    "a statement in a class": ("class Q:\n    x = ()\n    x.count(1)\n", "pass"),
    "a mutable default": ("def f(m=[]):\n    m.append(1)\n", "f()"),
    "the drawing": ("", "self.drawing.operations.clear()"),
    "a handler": ("", "y = P.go.handler"),
    "the way of classes": ("", "y = Text.mro()"),
    "a frame": ("", "y = (a for a in (1, 2)).gi_frame"),
    "match": ("", "match self:\n            case P():\n                pass"),
    "an attribute as a loop's name": (
        "",
        "for Text.longest in (1, 2):\n            pass",
    ),
    "a swap": ("", "a, a.longest = Text, 3"),
    "encode by another name": ("from huabiao.contracts import encode as e\n", "e(1)"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_lint_refuses(name: str) -> None:
    before, line = REFUSED[name]
    with pytest.raises(Inadmissible):
        run(before, line)
