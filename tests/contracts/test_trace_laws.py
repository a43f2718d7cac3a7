"""The laws of the part `trace`, against a model, through a contract that uses it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huabiao.crypto.envelope import Call
from huabiao.node.catalogue import founding_sources
from huabiao.testing.city import City

SOURCE = '''
"""Every use of a trace."""
from huabiao.contracts import (
    Code, Flag, Grams, Input, ListOf, Party, Scenario, Text, Title, Trace, anyone, does,
)


class Kitchen(Scenario):
    """Makes things of things."""

    title = Title(zh="厨房", en="Kitchen")
    trace = Trace()

    @does(by=anyone, keyed=True)
    def make(self, grams: Grams, inputs: ListOf[Input]) -> None:
        """Make a lot."""
        self.trace.make(self.key, grams, inputs)

    @does(by=anyone, keyed=True)
    def give(self, to: Party, grams: Grams = 0) -> None:
        """Hand over."""
        self.trace.hand_over(self.key, to, grams)

    @does(by=anyone, keyed=True)
    def spend(self, grams: Grams, destroy: Flag = False) -> None:
        """Sell or destroy."""
        self.trace.spend(self.key, grams, destroy=destroy)

    @does(by=anyone, keyed=True)
    def pack(self, contents: ListOf[Code], out: Flag = False) -> None:
        """Pack or unpack."""
        self.trace.pack(self.key, contents, out)

    @does(by=anyone, keyed=True)
    def attach(self, to: Text) -> None:
        """Attach or detach."""
        self.trace.attach(self.key, to)

    @does(by=anyone, keyed=True)
    def recall(self) -> None:
        """Recall."""
        self.trace.recall(self.key)

    @does(by=anyone, keyed=True)
    def observe(self) -> None:
        """Observe."""
        self.trace.observe(self.key)

    @does(by=anyone, keyed=True)
    def kin(self) -> None:
        """Say who is related."""
        self.emit(
            "kin",
            up=self.trace.ancestors(self.key, 100),
            down=self.trace.descendants(self.key, 100),
            recalled=self.trace.recalled_by(self.key),
            left=self.trace.left(self.key),
        )
'''
KITCHEN, FIELDS = "kitchen", ("made", "holdings", "inputs", "contents", "used", "spent")
COOKS = ("anna", "ben")


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kitchen")
    made = City(folder, sources=[*founding_sources(), SOURCE])
    yield made
    made.close()


def facts(city, lot):
    return dict(zip(FIELDS, city.read(f"{KITCHEN}/trace/{lot}"), strict=False))


lots, grams = st.integers(0, 5), st.integers(0, 12)
step = st.one_of(
    st.tuples(st.just("make"), lots, grams, st.lists(st.tuples(lots, grams))),
    st.tuples(st.just("give"), lots, grams, st.none()),
    st.tuples(st.sampled_from(["spend", "destroy"]), lots, grams, st.none()),
    st.tuples(st.just("recall"), lots, st.none(), st.none()),
)


class Model:
    """Lots as a reader of the laws would keep them: plain amounts and sets."""

    def __init__(self):
        self.made, self.held, self.used, self.spent = {}, {}, {}, {}
        self.parents, self.recalled = {}, set()

    def ancestors(self, lot):
        found = set()
        for parent in self.parents[lot]:
            found |= {parent} | self.ancestors(parent)
        return found

    def blocked(self, lot):
        return bool(({lot} | self.ancestors(lot)) & self.recalled)

    def take(self, lot, who, amount):
        """ "ok", or why not; takes nothing."""
        if lot not in self.made:
            return "trace.unknown"
        if self.blocked(lot):
            return "trace.recalled"
        if amount <= 0:
            return "trace.nothing"
        return "ok" if amount <= self.held[lot].get(who, 0) else "trace.short"

    def make(self, who, lot, amount, inputs):
        wanted = {}
        for source, taken in inputs:
            wanted[source] = wanted.get(source, 0) + taken
        if inputs and amount > sum(wanted.values()):
            return "trace.grew"
        for source, taken in wanted.items():
            code = self.take(source, who, taken)
            if code != "ok":
                return code
        if lot in self.made:
            return "trace.exists"
        if amount <= 0:
            return "trace.nothing"
        for source, taken in wanted.items():
            self.held[source][who] -= taken
            self.used[source] += taken
        self.made[lot], self.held[lot] = amount, {who: amount}
        self.used[lot], self.spent[lot], self.parents[lot] = 0, 0, set(wanted)
        return "ok"

    def spend(self, who, lot, amount, destroy):
        code = self.take(lot, who, amount)
        if destroy and code == "trace.recalled":
            held = self.held[lot].get(who, 0)
            short = "ok" if amount <= held else "trace.short"
            code = short if amount > 0 else "trace.nothing"
        if code == "ok":
            self.held[lot][who] -= amount
            self.spent[lot] += amount
        return code

    def give(self, who, to, lot, amount):
        code = self.take(lot, who, amount)
        if code == "ok":
            self.held[lot][who] -= amount
            self.held[lot][to] = self.held[lot].get(to, 0) + amount
        return code

    def recall(self, lot):
        if lot not in self.made:
            return "trace.unknown"
        self.recalled.add(lot)
        return "ok"


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(st.sampled_from([0, 1]), step), max_size=16))
def test_lots_are_as_the_laws_say(city, taken):
    model, run = Model(), city.ledger.height
    cooks = [city.cast(name) for name in COOKS]

    def name(number):
        return f"{run}-{number}"

    for who, (verb, lot, amount, inputs) in taken:
        operation, arguments = verb, {"grams": amount}
        if verb == "make":
            expected = model.make(
                who, name(lot), amount, [(name(n), g) for n, g in inputs]
            )
            arguments["inputs"] = [[name(n), g, ""] for n, g in inputs]
        elif verb == "give":
            expected = model.give(who, 1 - who, name(lot), amount)
            arguments["to"] = cooks[1 - who].account
        elif verb == "recall":
            expected, arguments = model.recall(name(lot)), {}
        else:
            destroy, operation = verb == "destroy", "spend"
            expected = model.spend(who, name(lot), amount, destroy)
            arguments["destroy"] = destroy
        receipt = city.submit(
            cooks[who], Call(KITCHEN, operation, name(lot), arguments)
        )
        assert receipt.code == expected, (verb, lot, amount, inputs, receipt.sentence)
    for lot in model.made:
        check_against(city, cooks, model, lot)


def check_against(city, cooks, model, lot):
    """Balance, kinship both ways and recall of one lot."""
    found = facts(city, lot)
    held = dict(found["holdings"])
    assert held == {
        cooks[who].account: amount for who, amount in model.held[lot].items() if amount
    }
    assert (found["used"], found["spent"]) == (model.used[lot], model.spent[lot])
    assert found["made"] == sum(held.values()) + found["used"] + found["spent"]
    taken = sum(grams for _, grams, _ in found["inputs"])
    assert not found["inputs"] or found["made"] <= taken
    (kin, _) = city.call(cooks[0], KITCHEN, "kin", lot).results[0].events
    assert kin.detail["up"] == sorted(model.ancestors(lot))
    below = [other for other in model.made if lot in model.ancestors(other)]
    assert kin.detail["down"] == sorted(below)
    assert bool(kin.detail["recalled"]) == model.blocked(lot)
    assert kin.detail["left"] == sum(held.values())
