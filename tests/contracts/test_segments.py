"""A number is used once, by whom its thousand was allotted to."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huabiao.crypto.envelope import Call
from huabiao.node.catalogue import founding_sources
from huabiao.testing.city import City

SOURCE = '''
"""Numbers."""
from huabiao.contracts import (
    Code, Count, Party, Scenario, Segments, Title, anyone, does,
)


class Numbers(Scenario):
    """Uses segments."""

    title = Title(zh="号段", en="Numbers")
    segments = Segments()

    @does(by=anyone)
    def allot(self, series: Code, first: Count, last: Count, holder: Party) -> None:
        """Allot numbers."""
        self.segments.allot(series, first, last, holder)

    @does(by=anyone)
    def use(self, series: Code, number: Count) -> None:
        """Use a number."""
        self.segments.use(series, number, "bill")
'''


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    folder = tmp_path_factory.mktemp("numbers")
    made = City(folder, sources=[*founding_sources(), SOURCE])
    yield made
    made.close()


def allot(city, series, first, last, name="a"):
    holder = city.cast(name).account
    return {"series": series, "first": first, "last": last, "holder": holder}


@pytest.mark.parametrize(
    ("first", "last"),
    [(0, 1_000), (1, 999), (2, 1_001), (1_001, 1_000), (1, 101_000), (1, 0)],
)
def test_a_segment_is_whole_thousands(city, first, last):
    wrong = allot(city, "w", first, last)
    city.refused("segment.bounds", city.admin, "numbers", "allot", **wrong)


steps = st.lists(
    st.one_of(
        st.tuples(
            st.just("allot"), st.sampled_from("ab"),
            st.integers(0, 3), st.integers(1, 2),
        ),
        st.tuples(
            st.just("use"), st.sampled_from("ab"),
            st.sampled_from([0, 1, 1_000, 1_001, 2_000, 3_500, 9_999]),
        ),
    ),
    max_size=10,
)  # fmt: skip


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps)
def test_a_number_is_used_once_and_by_its_holder(city, taken):
    series, owners, used = f"s{city.ledger.height}", {}, set()
    for act, name, *facts in taken:
        if act == "allot":
            first, last = facts[0] * 1_000 + 1, sum(facts) * 1_000
            thousands = range(facts[0], sum(facts))
            clear = not any(each in owners for each in thousands)
            arguments = allot(city, series, first, last, name)
            receipt = city.submit(city.admin, Call("numbers", "allot", "", arguments))
            assert receipt.code == ("ok" if clear else "segment.allotted")
            if clear:
                owners |= dict.fromkeys(thousands, name)
            continue
        arguments = {"series": series, "number": facts[0]}
        receipt = city.submit(city.cast(name), Call("numbers", "use", "", arguments))
        if owners.get((facts[0] - 1) // 1_000) != name:
            assert receipt.code == "segment.other"
        else:
            assert receipt.code == ("segment.used" if facts[0] in used else "ok")
            used.add(facts[0])
