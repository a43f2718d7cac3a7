"""The laws of the parts, kept through every way that a contract can use them."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huabiao.contracts import Refused
from huabiao.crypto.envelope import Call
from huabiao.node.catalogue import founding_sources
from huabiao.testing.city import City

SOURCE = '''
"""Every use of every part."""
from huabiao.contracts import (
    Approval, Cell, Code, Count, ListOf, Party, Record, Registry, Scenario, Text,
    Title, answers, anyone, does, require,
)


class Item(Record):
    weight: Count
    note: Text = ""


class Laboratory(Scenario):
    """Uses parts."""

    title = Title(zh="实验", en="Laboratory")
    things = Registry(Item, "物品", "things")
    others = Registry(Item, "其他", "others")
    limit = Cell(Item)
    votes = Approval()

    @does(by=anyone, keyed=True)
    def add(self, weight: Count) -> None:
        """Add a thing."""
        self.things.add(self.key, Item(weight))

    @does(by=anyone, keyed=True)
    def put(self, weight: Count) -> None:
        """Put a thing."""
        self.things.put(self.key, Item(weight))

    @does(by=anyone, keyed=True)
    def remove(self) -> None:
        """Remove a thing."""
        self.things.remove(self.key)

    @does(by=anyone, keyed=True)
    def spoil(self) -> None:
        """Put what is not of its kind."""
        self.things.put(self.key, Item("heavy"))

    @does(by=anyone)
    def set_limit(self, weight: Count) -> None:
        """Set the cell."""
        self.limit.set(Item(weight))

    @does(by=anyone)
    def need_limit(self) -> None:
        """Read the cell."""
        require(self.limit.get().weight > 0, "zero", code="zero")

    @does(by=anyone, keyed=True)
    def vote(self, needed: Count, among: ListOf[Party]) -> None:
        """Approve a subject."""
        if self.votes.approve(self.key, needed, among):
            self.emit("passed")

    @does(by=anyone)
    def remember(self) -> None:
        """Keep something in the scenario itself."""
        self.count = 1

    @answers
    def weight_of(self, name: Code) -> Count:
        """A weight."""
        return self.things.get(name).weight

    @answers
    def knows(self, name: Code) -> Count:
        """Whether it is in either registry."""
        return (1 if name in self.things else 0) + (2 if name in self.others else 0)
'''
LAB = "laboratory"


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    folder = tmp_path_factory.mktemp("parts")
    made = City(folder, sources=[*founding_sources(), SOURCE])
    yield made
    made.close()


steps = st.lists(
    st.tuples(
        st.sampled_from(["add", "put", "remove"]),
        st.sampled_from(["a", "b"]),
        st.integers(0, 9),
    ),
    max_size=12,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps)
def test_a_registry_is_a_map_that_refuses_what_is_not_so(city, taken):
    worker, model, run = city.cast("worker"), {}, city.ledger.height
    for operation, name, weight in taken:
        key = f"{run}-{name}"
        arguments = {} if operation == "remove" else {"weight": weight}
        receipt = city.submit(worker, Call(LAB, operation, key, arguments))
        if operation == "add" and name in model:
            assert receipt.code == "entry.exists"
        elif operation == "remove" and name not in model:
            assert receipt.code == "entry.unknown"
        else:
            assert receipt.accepted
            if operation == "remove":
                del model[name]
            else:
                model[name] = weight
    for name in ("a", "b"):
        stored = city.read(f"{LAB}/things/{run}-{name}")
        assert stored == ([model[name], ""] if name in model else None)
        assert city.read(f"{LAB}/others/{run}-{name}") is None


def test_an_entry_always_satisfies_its_kinds(city):
    city.refused("value.malformed", city.cast("worker"), LAB, "spoil", "x")


def test_a_cell_has_no_value_before_it_is_set(city):
    worker = city.cast("worker")
    if city.read(f"{LAB}/limit") is None:
        city.refused("cell.unset", worker, LAB, "need_limit")
    city.call(worker, LAB, "set_limit", weight=3)
    city.call(worker, LAB, "need_limit")
    city.call(worker, LAB, "set_limit", weight=0)
    city.refused("zero", worker, LAB, "need_limit")


def test_an_approval_passes_once_by_the_kth_of_those_listed(city):
    voters = [city.cast(f"voter {number}") for number in range(4)]
    among = [voter.account for voter in voters[:3]]
    given_ = {"needed": 2, "among": among}
    city.refused("approval.not_listed", voters[3], LAB, "vote", "s", **given_)
    first = city.call(voters[0], LAB, "vote", "s", **given_)
    city.refused("approval.repeated", voters[0], LAB, "vote", "s", **given_)
    second = city.call(voters[1], LAB, "vote", "s", **given_)
    names = [
        [event.name for event in receipt.results[0].events]
        for receipt in (first, second)
    ]
    assert names == [["vote"], ["passed", "vote"]]


def test_an_approval_of_someone_no_longer_listed_does_not_count(city):
    voters = [city.cast(f"voter {number}") for number in range(3)]
    accounts = [voter.account for voter in voters]
    city.call(voters[0], LAB, "vote", "t", needed=2, among=accounts)
    receipt = city.call(voters[1], LAB, "vote", "t", needed=2, among=accounts[1:])
    assert [event.name for event in receipt.results[0].events] == ["vote"]
    receipt = city.call(voters[2], LAB, "vote", "t", needed=2, among=accounts[1:])
    assert "passed" in [event.name for event in receipt.results[0].events]


def test_a_scenario_has_no_memory_of_its_own(city):
    city.refused("contract.memory", city.cast("worker"), LAB, "remember")


def test_operations_with_and_without_an_id(city):
    worker = city.cast("worker")
    city.refused("key.missing", worker, LAB, "add", weight=1)
    city.refused("key.unwanted", worker, LAB, "set_limit", "x", weight=1)
    city.refused("key.malformed", worker, LAB, "add", "x\ny", weight=1)
    city.refused("key.malformed", worker, LAB, "add", "x" * 201, weight=1)
    city.refused("operation.unknown", worker, LAB, "knows", name="a")
    city.refused("argument.malformed", worker, LAB, "add", "x")
    city.refused("argument.malformed", worker, LAB, "add", "x", weight=-1)
    city.refused("argument.malformed", worker, LAB, "add", "x", weight=1, colour="r")
    with pytest.raises(Refused, match="no contract 'nowhere'"):
        city.call(worker, "nowhere", "add", "x")
