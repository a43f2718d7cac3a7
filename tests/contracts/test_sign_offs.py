"""Sign-offs pass by the last desk, and only there, in whatever order desks sign."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huabiao.node.catalogue import founding_sources
from huabiao.testing.city import City

SOURCE = '''
"""Three desks."""
from huabiao.contracts import Party, Scenario, SignOffs, Text, Title, anyone, does


class Desks(Scenario):
    """Uses sign-offs."""

    title = Title(zh="会签", en="Desks")
    signed = SignOffs(("tax", "land", "court"))

    @does(by=anyone)
    def appoint(self, desk: Text, account: Party) -> None:
        """Take a desk."""
        self.signed.appoint(desk, account)

    @does(by=anyone, keyed=True)
    def sign(self) -> None:
        """Sign a subject."""
        if self.signed.sign(self.key):
            self.emit("passed")
'''
DESKS = ("tax", "land", "court")


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    made = City(tmp_path_factory.mktemp("desks"), sources=[*founding_sources(), SOURCE])
    yield made
    made.close()


def appoint(city, desk, name):
    account = city.cast(name).account
    city.call(city.admin, "desks", "appoint", desk=desk, account=account)


def sign(city, name, subject):
    receipt = city.call(city.cast(name), "desks", "sign", subject)
    return "passed" in [event.name for event in receipt.results[0].events]


def test_nothing_passes_before_every_desk_is_taken(city):
    city.refused("desk.none", city.cast("tax"), "desks", "sign", "early")
    appoint(city, "tax", "tax")
    assert not sign(city, "tax", "early")
    wrong = {"desk": "market", "account": city.cast("tax").account}
    city.refused("desk.unknown", city.admin, "desks", "appoint", **wrong)
    wrong["desk"] = "land"
    city.refused("desk.taken", city.admin, "desks", "appoint", **wrong)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.sampled_from(DESKS), max_size=8))
def test_each_desk_signs_once_and_the_last_passes(city, order):
    for desk in DESKS:
        appoint(city, desk, desk)
    subject, heard, passed = f"s{city.ledger.height}", set(), 0
    for desk in order:
        if desk in heard:
            city.refused("desk.signed", city.cast(desk), "desks", "sign", subject)
            continue
        heard.add(desk)
        by_this = sign(city, desk, subject)
        assert by_this == (len(heard) == len(DESKS))
        passed += by_this
    assert passed == (len(heard) == len(DESKS))


def test_what_a_desk_signed_stands_when_somebody_else_takes_it(city):
    for desk in DESKS:
        appoint(city, desk, desk)
    assert not sign(city, "tax", "handed over")
    appoint(city, "tax", "another")
    city.refused("desk.signed", city.cast("another"), "desks", "sign", "handed over")
    city.refused("desk.none", city.cast("tax"), "desks", "sign", "handed over")
    assert not sign(city, "land", "handed over")
    assert sign(city, "court", "handed over")
