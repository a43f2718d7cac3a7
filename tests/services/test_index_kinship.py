"""What came of a record: the read model against a plain walk over the same lots."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from index_city import take_in

from huabiao.crypto.envelope import Call
from huabiao.node.catalogue import founding_sources, shipped_sources
from huabiao.services.index import Index, NotIndexed
from huabiao.testing.city import City

FOOD = "food_trace"
SOURCES = [
    *founding_sources(),
    *[each for each in shipped_sources() if "class FoodTrace(" in each],
]


@pytest.fixture(scope="module")
def kitchen(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kinship")
    city = City(folder, sources=SOURCES)
    for role in ("producer", "processor"):
        city.grant(FOOD, role, city.cast("cook"))
    index = Index(folder / "index.sqlite")
    yield city, index
    index.close()
    city.close()


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.sets(st.integers(0, 11), max_size=3), min_size=1, max_size=12))
def test_descendants_are_those_of_a_plain_walk(kitchen, drawn):
    city, index = kitchen
    run, parents, calls = city.ledger.height, {}, []

    def lot(number):
        return f"01/09506000134352/10/{run}-{number}"

    for number, wanted in enumerate(drawn):
        parents[number] = {each for each in wanted if each < number}
        inputs = [[lot(each), 1, ""] for each in sorted(parents[number])]
        grams = len(inputs) if inputs else 1_000
        made = {"product": "x", "grams": grams, "inputs": inputs}
        calls.append(Call(FOOD, "make", lot(number), made))
    receipt = city.submit(city.cast("cook"), *calls)
    while not receipt.accepted:  # a lot of a gram may have been used up already
        calls = calls[: len(receipt.results) - 1]
        receipt = city.submit(city.cast("cook"), *calls)
    take_in(index, city)
    kept = range(len(calls))

    def below(number):
        direct = {each for each in kept if number in parents[each]}
        return direct.union(*(below(each) for each in direct))

    for number in kept:
        found = index.descendants(FOOD, "inputs", lot(number))
        assert found == sorted(lot(each) for each in below(number))
        first = index.descendants(FOOD, "inputs", lot(number), 1)
        assert len(first) == min(1, len(found)) and set(first) <= set(found)
    with pytest.raises(NotIndexed):
        index.descendants(FOOD, "product", "x")
