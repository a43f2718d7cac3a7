"""Electronic bills: numbers, sums, one reimbursement, reversal, and every refusal."""

import pytest

from huabiao.node.catalogue import founding_sources, shipped_sources
from huabiao.testing.city import City

BILLS, CODE = "e_bill", "11060126"
FIRST, SECOND, THIRD, FOURTH = (f"{CODE}-{n:010}" for n in range(1, 5))
LINES = [["门票", 2, 300], ["讲解", 1, 200]]
SOURCES = [
    *founding_sources(),
    *[each for each in shipped_sources() if "class EBill(" in each],
]


@pytest.fixture
def city(tmp_path):
    made = City(tmp_path, sources=SOURCES)
    for role in ("bureau", "issuer", "unit"):
        made.grant(BILLS, role, made.cast(role))
    allot(made)
    yield made
    made.close()


def allot(city, **changes):
    segment = {"code": CODE, "first": 1, "last": 1_000}
    segment["issuer"] = city.cast("issuer").account
    city.call(city.cast("bureau"), BILLS, "allot", **segment | changes)


def bill(city, **changes):
    asked = {"payer": city.cast("payer").account, "lines": LINES, "amount": 500}
    return asked | changes


def issue(city, key=FIRST, **changes):
    city.call(city.cast("issuer"), BILLS, "issue", key, **bill(city, **changes))


def deliver(city, key=FIRST):
    issue(city, key)
    city.call(city.cast("issuer"), BILLS, "deliver", key)


def test_a_bill_from_issue_to_the_books(city):
    deliver(city)
    city.call(city.cast("unit"), BILLS, "enter", FIRST)
    held = city.record(BILLS, FIRST)
    assert (held["state"], held["enterer"]) == ("entered", city.cast("unit").account)
    assert held["amount"] == 500 and len(held["check_code"]) == 6
    claim = city.read(f"{BILLS}/claims/{FIRST}")
    assert claim == [city.cast("unit").account, ""]


def test_the_check_code_is_of_the_content(city):
    issue(city, FIRST)
    issue(city, SECOND)
    issue(city, THIRD, lines=[["门票", 2, 499]], amount=499)
    codes = [city.record(BILLS, key)["check_code"] for key in (FIRST, SECOND, THIRD)]
    assert len(set(codes)) == 3


def test_lines_sum_to_the_amount_and_a_code_is_checked(city):
    spoiled = [
        ({"amount": 501}, "sum"),
        ({"lines": []}, "sum"),
        ({"lines": [], "amount": 0}, "sum"),
        ({"lines": [["门票", 1, 0]], "amount": 0}, "sum"),
        ({"lines": [["门票", 1, -5]], "amount": 0}, "argument.malformed"),
        ({"payer_code": "91110000600037341X"}, "credit_code"),
    ]
    for changes, code in spoiled:
        who = city.cast("issuer")
        city.refused(code, who, BILLS, "issue", FIRST, **bill(city, **changes))
    issue(city, payer_code="91110000600037341L")


def test_numbers_come_from_ones_own_segment_and_once(city):
    issuer, other = city.cast("issuer"), city.cast("other issuer")
    city.grant(BILLS, "issuer", other)
    city.refused("segment.other", other, BILLS, "issue", FIRST, **bill(city))
    beyond = f"{CODE}-0000001001"
    city.refused("segment.other", issuer, BILLS, "issue", beyond, **bill(city))
    allot(city, first=1_001, last=2_000, issuer=other.account)
    city.call(other, BILLS, "issue", beyond, **bill(city))
    issue(city)
    city.refused("record.exists", issuer, BILLS, "issue", FIRST, **bill(city))
    segment = {"code": CODE, "first": 1, "last": 1_000, "issuer": other.account}
    bureau = city.cast("bureau")
    city.refused("segment.allotted", bureau, BILLS, "allot", **segment)
    city.refused("role.missing", issuer, BILLS, "allot", **segment)
    city.refused("segment.bounds", bureau, BILLS, "allot", **segment | {"last": 5})


def test_a_number_has_its_form_and_is_of_this_city(city):
    wrong = [
        "1", CODE, f"{CODE}-1", f"{CODE}_0000000001", f"{CODE}-0000000000",
        f"{CODE}-000000000١", f"{CODE}-00000000001", "31060126-0000000001",
    ]  # fmt: skip
    for number in wrong:
        who = city.cast("issuer")
        city.refused("number", who, BILLS, "issue", number, **bill(city))


def test_no_bill_is_reimbursed_twice(city):
    unit, other, bureau = city.cast("unit"), city.cast("other"), city.cast("bureau")
    city.grant(BILLS, "unit", other)
    issue(city)
    city.refused("state.wrong", unit, BILLS, "enter", FIRST)
    city.call(city.cast("issuer"), BILLS, "deliver", FIRST)
    city.call(unit, BILLS, "enter", FIRST)
    for who in (unit, other, bureau):
        city.refused("state.wrong", who, BILLS, "enter", FIRST)


def test_nor_one_of_another_city(city):
    unit, other = city.cast("unit"), city.cast("other")
    city.grant(BILLS, "unit", other)
    foreign = "31060126-0000000001"
    city.call(unit, BILLS, "enter_other", foreign, city="上海")
    for who, named in ((unit, "上海"), (other, "上海"), (other, "天津")):
        city.refused("entry.exists", who, BILLS, "enter_other", foreign, city=named)
    city.call(other, BILLS, "enter_other", "12060126-0000000001", city="天津")
    city.refused("number", unit, BILLS, "enter_other", FIRST, city="上海")
    city.refused("argument.malformed", unit, BILLS, "enter_other", foreign, city="")


def test_nor_one_that_another_city_has_paid_for(city):
    deliver(city)
    city.call(city.cast("bureau"), BILLS, "enter", FIRST, city="天津")
    city.refused("state.wrong", city.cast("unit"), BILLS, "enter", FIRST)


def test_reversal_before_it_is_entered(city):
    red = {"red": SECOND, "reason": "退票"}
    issue(city)
    stranger = city.cast("other issuer")
    city.grant(BILLS, "issuer", stranger)
    city.refused("party.other", stranger, BILLS, "reverse", FIRST, **red)
    city.call(city.cast("issuer"), BILLS, "reverse", FIRST, **red)
    assert city.record(BILLS, FIRST)["state"] == "reversed"
    used = bill(city)
    city.refused("segment.used", city.cast("issuer"), BILLS, "issue", SECOND, **used)
    city.refused("state.wrong", city.cast("unit"), BILLS, "enter", FIRST)


def test_after_it_is_entered_only_with_the_enterers_consent(city):
    deliver(city)
    issuer, unit, other = city.cast("issuer"), city.cast("unit"), city.cast("other")
    red = {"red": SECOND, "reason": "退票"}
    city.refused("state.wrong", unit, BILLS, "consent", FIRST)
    city.call(unit, BILLS, "enter", FIRST)
    city.refused("consent", issuer, BILLS, "reverse", FIRST, **red)
    city.grant(BILLS, "unit", other)
    city.refused("party.other", other, BILLS, "consent", FIRST)
    city.call(unit, BILLS, "consent", FIRST)
    city.refused(
        "segment.used", issuer, BILLS, "reverse", FIRST, **red | {"red": FIRST}
    )
    city.refused("number", issuer, BILLS, "reverse", FIRST, **red | {"red": "1"})
    city.call(issuer, BILLS, "reverse", FIRST, **red)
    city.refused("state.wrong", issuer, BILLS, "reverse", FIRST, **red)
