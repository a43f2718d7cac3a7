"""A call that would take too much is refused, and the block goes on."""

import pytest

from huabiao.node.catalogue import founding_sources
from huabiao.testing.city import City

SOURCE = '''
"""Ways to take too much."""
from huabiao.contracts import (
    Count, Record, Registry, Scenario, Text, Title, anyone, does, refuse, require,
)


class Item(Record):
    note: Text


class Glutton(Scenario):
    """Takes too much."""

    title = Title(zh="饕餮", en="Glutton")
    things = Registry(Item)

%s
'''
GREEDY = {
    "nested_loops": (
        "for a in range(3000):\n    for b in range(3000):\n        pass",
        "cost.cap",
    ),
    "long_range": ("x = range(10000000000)", "cost.cap"),
    "comprehension": (
        "x = [a for a in range(2000) for b in range(2000)]",
        "cost.cap",
    ),
    "products": ("x = 3\nfor a in range(100):\n    x = x * x", "cost.cap"),
    "products_in_place": ("x = 3\nfor a in range(100):\n    x *= x", "cost.cap"),
    "sums": ("x = 1\nfor a in range(9000):\n    x += x", "cost.cap"),
    "differences": ("x = 1\nfor a in range(9000):\n    x = x - (0 - x)", "cost.cap"),
    "text_times": ('x = "a" * 1000000000', "cost.cap"),
    "list_times": ("x = [1] * 1000000000", "cost.cap"),
    "text_sums": ('x = "a"\nfor a in range(60):\n    x = x + x', "cost.cap"),
    "list_sums": ("x = [1]\nfor a in range(60):\n    x += x", "cost.cap"),
    "extend": ("x = [1]\nfor a in range(60):\n    x.extend(x)", "cost.cap"),
    "join": ('x = "a"\nfor a in range(60):\n    x = x.join((x, x))', "cost.cap"),
    "replace": (
        'x = "a"\nfor a in range(60):\n    x = x.replace("a", "aa")',
        "cost.cap",
    ),
    "f_string": ('x = "a"\nfor a in range(60):\n    x = f"{x}{x}"', "cost.cap"),
    "starred": ("x = [1]\nfor a in range(60):\n    x = [*x, *x]", "cost.cap"),
    "starred_tuple": ("x = (1,)\nfor a in range(60):\n    x = (*x, *x)", "cost.cap"),
    "copies": (
        "x = [1] * 100000\ny = []\nfor a in range(99):\n    y.append(sorted(x))",
        "cost.cap",
    ),
    "percent": ('x = "%1000000000d" % 5', "contract.error"),
    "writes": (
        'for a in range(9000):\n    self.things.put(str(a), Item("x" * 4000))',
        "cost.cap",
    ),
    "events": ('for a in range(9000):\n    self.emit("x", y="z" * 9000)', "cost.cap"),
    "shown_nest": (
        "x = [1]\nfor a in range(40):\n    x = [x, x]\ny = str(x)",
        "contract.error",
    ),
    "formatted_nest": (
        'x = [1]\nfor a in range(40):\n    x = [x, x]\ny = f"{x}"',
        "contract.error",
    ),
    "event_wide": ('self.emit("x", y=2 * 9223372036854775808)', "contract.error"),
    "event_nest": (
        "x = [1]\nfor a in range(40):\n    x = [x, x]\nself.emit('x', y=x)",
        "contract.error",
    ),
    "event_strange": ('self.emit("x", y=self)', "contract.error"),
    "event_surrogate": ('self.emit("x", y="\\ud800")', "contract.error"),
    "key_surrogate": ('self.things.put("\\ud800", Item("x"))', "contract.error"),
    "refusal_number": ("refuse(5)", "rule"),
    "refusal_code": ('refuse("no", code=5)', "int"),
    "refusal_surrogate": ('refuse("\\ud800")', "rule"),
    "refusal_long": ('refuse("x" * 100000)', "rule"),
    "divide_by_zero": ("x = 1 // 0", "contract.error"),
}


def operation(name, body):
    lines = "\n".join("        " + line for line in body.split("\n"))
    return (
        f"    @does(by=anyone)\n    def {name}(self) -> None:\n"
        f'        """Do it."""\n{lines}\n'
    )


FRUGAL = {
    "thrifty": 'x = ""\nfor a in range(50):\n    x = f"{x}{a}"\n'
    'self.things.put("a", Item(x.replace("1", "一")))',
    "sorting": "y = [3, 1]\ny.extend((2,))\n"
    'require(",".join([str(z) for z in sorted(y)]) == "1,2,3", "order")\n'
    "y[0] -= 1\nrequire(y[0] % 2 == 0 and 7 - 9 == -2, 'sums')",
}


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    bodies = {name: body for name, (body, _) in GREEDY.items()} | FRUGAL
    source = SOURCE % "\n".join(operation(*pair) for pair in bodies.items())
    folder = tmp_path_factory.mktemp("glutton")
    made = City(folder, sources=[*founding_sources(), source])
    yield made
    made.close()


@pytest.mark.parametrize("name", GREEDY)
def test_taking_too_much_is_refused(city, name):
    sentence = city.refused(GREEDY[name][1], city.cast("eater"), "glutton", name)
    assert len(sentence) <= 2_000


@pytest.mark.parametrize("name", FRUGAL)
def test_what_is_bounded_runs(city, name):
    receipt = city.call(city.cast("eater"), "glutton", name)
    assert 100 < receipt.results[0].cost < 2_000


def test_the_same_call_costs_the_same(city):
    eater = city.cast("eater")
    costs = {city.call(eater, "glutton", "thrifty").results[0].cost for _ in range(3)}
    assert len(costs) == 1
