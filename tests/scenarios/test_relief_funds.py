"""Relief funds: what their story does not show; above all, the wait for a notice."""

import pytest

from huabiao.codec import Day
from huabiao.node.catalogue import shipped_sources
from huabiao.stories.relief_funds import walk
from huabiao.testing import City, CityGround, Stage, unbalanced
from huabiao.testing.city import DAY, HOUR

FUNDS = "relief_funds"
CLASSES = ("Governance", "Membership", "Calendar", "ReliefFunds")
SOURCES = [
    each
    for each in shipped_sources()
    if any(f"class {name}(Scenario)" in each for name in CLASSES)
]
ROLES = {
    "office": "fund", "first": "approver", "second": "approver", "third": "approver",
    "auditor": "auditor",
}  # fmt: skip
NAME, RECEIPT = b"n" * 32, b"r" * 32


@pytest.fixture
def city(tmp_path):
    made = City(tmp_path, sources=SOURCES)
    for name, role in ROLES.items():
        made.grant(FUNDS, role, made.cast(name))
    made.call(made.cast("giver"), FUNDS, "give", "g", amount=1_000)
    made.call(made.cast("office"), FUNDS, "receive", "g", arrived=True)
    yield made
    assert unbalanced(made) == []
    made.close()


def open_round(city, needed=2, days=0, budget=600, key="flood"):
    approvers = [city.cast(name).account for name in ("first", "second")]
    terms = [needed, approvers, days]
    city.call(city.cast("office"), FUNDS, "open_round", key, budget=budget, round=terms)


def helped(person: bytes, round_="flood", amount=200):
    return {"round": round_, "tag": person.ljust(32), "amount": amount, "name": NAME}


def allot(city, key="r1", person=b"anna", **changed):
    given = {"beneficiary": city.cast("anna").account, **helped(person, **changed)}
    city.call(city.cast("office"), FUNDS, "allot", key, **given)


def approve(city, *names, key="r1"):
    for name in names:
        city.call(city.cast(name), FUNDS, "approve", key)


def pay(city, expected="ok", key="r1"):
    office, payment = city.cast("office"), {"payment": RECEIPT}
    if expected == "ok":
        city.call(office, FUNDS, "pay", key, **payment)
    else:
        city.refused(expected, office, FUNDS, "pay", key, **payment)


def standing(city):
    entries = {
        name: city.read(f"{FUNDS}/funds/{name}")
        for name in ("donors", "fund", "round/flood", "paid/flood")
    }
    return {name: entry[0] for name, entry in entries.items() if entry}


def test_totals_say_where_every_fen_is(city):
    assert standing(city) == {"donors": -1_000, "fund": 1_000}
    open_round(city)
    assert standing(city) == {"donors": -1_000, "fund": 400, "round/flood": 600}
    allot(city)
    assert standing(city)["round/flood"] == 400
    approve(city, "first", "second")
    pay(city)
    city.call(city.cast("anna"), FUNDS, "confirm", "r1")
    assert standing(city) == {
        "donors": -1_000, "fund": 400, "round/flood": 400, "paid/flood": 200,
    }  # fmt: skip


def test_no_payment_without_quorum(city):
    open_round(city)
    allot(city)
    pay(city, "state.wrong")
    approve(city, "first")
    pay(city, "state.wrong")
    third = city.cast("third")
    city.refused("approval.not_listed", third, FUNDS, "approve", "r1")
    city.refused("approval.repeated", city.cast("first"), FUNDS, "approve", "r1")
    approve(city, "second")
    pay(city)
    pay(city, "state.wrong")


@pytest.mark.parametrize("needed", [0, 3])
def test_a_quorum_that_nobody_needs_or_reaches_is_refused(city, needed):
    approvers = [city.cast(name).account for name in ("first", "second")]
    given = {"budget": 1, "round": [needed, approvers, 0]}
    city.refused("quorum", city.cast("office"), FUNDS, "open_round", "x", **given)


def test_a_person_is_helped_once_in_a_round_and_again_in_the_next(city):
    open_round(city)
    open_round(city, budget=300, key="winter")
    allot(city)
    again = {"beneficiary": city.cast("bert").account, **helped(b"anna")}
    city.refused("entry.exists", city.cast("office"), FUNDS, "allot", "r2", **again)
    allot(city, "r2", round_="winter")
    allot(city, "r3", person=b"bert")


def test_what_is_cancelled_goes_back_to_the_round_and_can_be_allotted_anew(city):
    open_round(city)
    allot(city, amount=600)
    more = {"beneficiary": city.cast("bert").account, **helped(b"bert", amount=1)}
    city.refused("books.short", city.cast("office"), FUNDS, "allot", "r2", **more)
    city.call(city.cast("office"), FUNDS, "cancel", "r1", reason="moved away")
    assert standing(city)["round/flood"] == 600
    allot(city, "r2")


def test_a_gift_counts_when_it_has_arrived_and_only_once(city):
    office = city.cast("office")
    city.call(city.cast("giver"), FUNDS, "give", "g2", amount=50)
    assert standing(city)["fund"] == 1_000
    city.call(office, FUNDS, "receive", "g2", arrived=True)
    assert standing(city)["fund"] == 1_050
    for arrived in (True, False):
        given = {"arrived": arrived}
        city.refused("books.no_pending", office, FUNDS, "receive", "g2", **given)


def test_a_notice_of_working_days_must_end_and_be_answered(city):
    # A city of the tests begins on Monday 21 September 2026.
    assert Day.show((city.now + 8 * HOUR) // DAY) == "2026-09-21"
    open_round(city, needed=1, days=5)
    allot(city)
    approve(city, "first")
    published = city.read(f"{FUNDS}/objections/r1")
    assert Day.show(published[0]) == "2026-09-28"  # a weekend lies between
    pay(city, "objection.period")
    auditor = city.cast("auditor")
    city.call(auditor, FUNDS, "object", "r1", reason="is it so?")
    city.pass_time(8 * DAY)
    pay(city, "objection.waiting")
    late = {"reason": "me too"}
    other = city.cast("another auditor")
    city.grant(FUNDS, "auditor", other)
    city.refused("objection.late", other, FUNDS, "object", "r1", **late)
    answer = {"objector": auditor.account, "answer": "it is"}
    city.call(city.cast("first"), FUNDS, "answer", "r1", **answer)
    pay(city)


def test_no_name_is_on_the_chain(city):
    open_round(city)
    allot(city)
    field = city.ledger.contracts[FUNDS].description["records"]["Relief"]["fields"]
    assert field["name"]["kind"] == "Personal[Text]"
    assert city.record(FUNDS, "r1")["name"] == NAME
    assert city.ledger.contracts[FUNDS].description["public"] == [
        "round", "amount", "funds",
    ]  # fmt: skip


def test_only_the_beneficiary_confirms(city):
    open_round(city)
    allot(city)
    approve(city, "first", "second")
    anna = city.cast("anna")
    city.refused("state.wrong", anna, FUNDS, "confirm", "r1")
    pay(city)
    for other in ("office", "first", "bert"):
        city.refused("party.other", city.cast(other), FUNDS, "confirm", "r1")
    city.call(anna, FUNDS, "confirm", "r1")


def test_the_story_can_be_walked_twice(tmp_path):
    city = City(tmp_path, sources=SOURCES)
    stage = Stage(FUNDS, CityGround(city))
    walk(stage)
    walk(stage)
    city.close()
