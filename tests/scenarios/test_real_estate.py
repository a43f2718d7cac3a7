"""Real estate: transfers, mortgages, seizures, and every refusal on their way."""

import pytest

from huabiao.node.catalogue import founding_sources, shipped_sources
from huabiao.scenarios.real_estate import DEPARTMENTS
from huabiao.testing.city import City

ESTATE, UNIT = "real_estate", "110108001001GB00001F00010001"
PRICE = 300
SOURCES = [
    *founding_sources(),
    *[each for each in shipped_sources() if "class RealEstate(" in each],
]


class Town:
    """A city with its registrar, its eleven desks and one home of two owners."""

    def __init__(self, city):
        self.city = city
        self.owner, self.other = city.cast("甲"), city.cast("乙")
        self.buyer, self.bank = city.cast("买"), city.cast("银行")
        for role in ("registrar", "tax", "court"):
            city.grant(ESTATE, role, city.cast(role))
        self.registrar, self.tax = city.cast("registrar"), city.cast("tax")
        self.court = city.cast("court")
        self.desks = [city.cast(name) for name in DEPARTMENTS]
        city.grant(ESTATE, "department", *self.desks)
        for name, desk in zip(DEPARTMENTS, self.desks, strict=True):
            self.does(self.registrar, "appoint", "", desk=name, account=desk.account)
        shares = [[self.owner.account, 2], [self.other.account, 1]]
        entry = {"value": 900, "whole": 3, "shares": shares, "deed": "d1"}
        self.does(self.registrar, "add", UNIT, **entry)

    def does(self, who, operation, key, /, **arguments):
        return self.city.call(who, ESTATE, operation, key, **arguments)

    def refused(self, code, who, operation, key, /, **arguments):
        self.city.refused(code, who, ESTATE, operation, key, **arguments)

    def apply(self, key="t1", who=None, share=1):
        sale = {"taker": self.buyer.account, "share": share, "price": PRICE}
        self.does(who or self.owner, "apply", key, unit=UNIT, **sale)

    def until_taxed(self, key="t1"):
        self.apply(key)
        for desk in self.desks:
            self.does(desk, "sign_off", key)
        self.does(self.tax, "levy", key, paid=3)

    def seize(self, key="s1", owner=None):
        account = (owner or self.owner).account
        self.does(self.court, "seize", key, unit=UNIT, owner=account)

    def shares(self):
        return {bytes(p): s for p, s in self.city.read(f"{ESTATE}/titles/{UNIT}")[2]}


@pytest.fixture
def town(tmp_path):
    made = City(tmp_path, sources=SOURCES)
    yield Town(made)
    made.close()


def test_a_share_moves_from_owner_to_buyer(town):
    town.until_taxed()
    town.does(town.registrar, "register", "t1")
    town.does(town.registrar, "certify", "t1", revoked="d1", deed="d2")
    assert town.shares() == {
        town.owner.account: 1, town.other.account: 1, town.buyer.account: 1,
    }  # fmt: skip
    assert town.city.record(ESTATE, "t1") == {
        "state": "certified",
        "unit": UNIT,
        "giver": town.owner.account,
        "taker": town.buyer.account,
        "share": 1,
        "amount": PRICE,
        "tax": 3,
        "reason": "",
    }


def test_it_is_verified_by_all_eleven_and_no_sooner(town):
    town.apply()
    for desk in reversed(town.desks):
        town.refused("state.wrong", town.tax, "levy", "t1", paid=3)
        assert town.city.record(ESTATE, "t1")["state"] == "applied"
        town.does(desk, "sign_off", "t1")
    assert town.city.record(ESTATE, "t1")["state"] == "verified"
    town.refused("state.wrong", town.desks[0], "sign_off", "t1")


def test_a_seized_house_never_moves(town):
    """Seized at any moment before it is registered; the co-owner's share is free."""
    town.until_taxed()
    town.seize()
    town.refused("title.encumbered", town.registrar, "register", "t1")
    sale = {"unit": UNIT, "taker": town.buyer.account, "share": 1, "price": 1}
    town.refused("title.encumbered", town.owner, "apply", "t2", **sale)
    loan = {"unit": UNIT, "mortgagee": town.bank.account, "amount": 1}
    town.refused("title.encumbered", town.owner, "pledge", "m1", **loan)
    town.seize("s2")  # a second court waits behind the first
    town.does(town.court, "lift", "s1")
    town.refused("title.encumbered", town.registrar, "register", "t1")
    town.apply("t3", who=town.other)
    town.does(town.court, "lift", "s2")
    town.does(town.registrar, "register", "t1")


def test_only_the_court_that_seized_lifts(town):
    town.seize()
    other = town.city.cast("另一法院")
    town.city.grant(ESTATE, "court", other)
    town.refused("party.other", other, "lift", "s1")
    town.refused("role.missing", town.owner, "lift", "s1")
    town.does(town.court, "lift", "s1")
    town.refused("state.wrong", town.court, "lift", "s1")
    stranger = {"unit": UNIT, "owner": town.buyer.account}
    town.refused("title.not_held", town.court, "seize", "s2", **stranger)


def test_a_mortgage_from_application_to_release(town):
    """Two thirds of 900 secure 600, in one loan or in several."""
    loan = {"unit": UNIT, "mortgagee": town.bank.account, "amount": 400}
    town.does(town.owner, "pledge", "m1", **loan)
    town.does(town.registrar, "secure", "m1")
    town.refused("title.value", town.owner, "pledge", "m2", **loan)
    town.does(town.owner, "pledge", "m2", **loan | {"amount": 200})
    town.does(town.owner, "pledge", "m3", **loan | {"amount": 200})
    town.does(town.registrar, "secure", "m2")
    town.refused("title.value", town.registrar, "secure", "m3")
    town.does(town.registrar, "decline", "m3", reason="超过余值")
    town.refused("party.other", town.owner, "release", "m1")
    for key in ("m1", "m2"):
        sale = {"unit": UNIT, "taker": town.buyer.account, "share": 1, "price": 1}
        town.refused("title.encumbered", town.owner, "apply", "t1", **sale)
        town.does(town.bank, "release", key)
    town.apply()


def test_nobody_sells_what_is_not_theirs(town):
    sale = {"unit": UNIT, "taker": town.owner.account, "share": 1, "price": 1}
    town.refused("title.not_held", town.buyer, "apply", "t1", **sale)
    too_much = {"taker": town.buyer.account, "share": 3}
    town.refused("title.not_held", town.owner, "apply", "t1", **sale | too_much)
    nothing = too_much | {"share": 0}
    town.refused("title.not_held", town.owner, "apply", "t1", **sale | nothing)
    town.refused("title.taker", town.owner, "apply", "t1", **sale)


def test_two_sales_of_one_share_are_registered_once(town):
    town.until_taxed("t1")
    town.until_taxed("t2")
    town.until_taxed("t3")
    town.does(town.registrar, "register", "t1")
    town.does(town.registrar, "register", "t2")
    town.refused("title.not_held", town.registrar, "register", "t3")


def test_no_deed_is_issued_while_the_old_one_stands(town):
    town.until_taxed()
    town.does(town.registrar, "register", "t1")
    wrong = {"revoked": "d2", "deed": "d2"}
    town.refused("title.uncertified", town.registrar, "certify", "t1", **wrong)
    again = {"revoked": "d1", "deed": "d1"}
    town.refused("title.certificate", town.registrar, "certify", "t1", **again)
    town.does(town.registrar, "certify", "t1", revoked="d1", deed="d2")


def test_every_step_by_its_role_and_in_its_state(town):
    town.refused("role.missing", town.owner, "add", UNIT, value=1, whole=1,
                 shares=[[town.owner.account, 1]], deed="x")  # fmt: skip
    town.refused("role.missing", town.owner, "appoint", "", desk="税务",
                 account=town.owner.account)  # fmt: skip
    town.apply()
    steps = {
        "sign_off": (town.desks[0], {}), "levy": (town.tax, {"paid": 1}),
        "register": (town.registrar, {}),
        "certify": (town.registrar, {"revoked": "d1", "deed": "d2"}),
        "secure": (town.registrar, {}), "lift": (town.court, {}),
    }  # fmt: skip
    for name, (who, arguments) in steps.items():
        town.refused("role.missing", town.buyer, name, "t1", **arguments)
        if name != "sign_off":
            town.refused("state.wrong", who, name, "t1", **arguments)
    town.refused("state.wrong", town.bank, "release", "t1")
    town.does(town.registrar, "decline", "t1", reason="材料不全")
    town.refused("state.wrong", town.desks[0], "sign_off", "t1")


def test_a_unit_is_entered_under_a_code_of_the_standard(town):
    entry = {"value": 1, "whole": 1, "shares": [[town.owner.account, 1]], "deed": "x"}
    for code in ("110108", UNIT[:-1] + "X", UNIT + "0"):
        town.refused("unit.code", town.registrar, "add", code, **entry)
    town.refused("title.exists", town.registrar, "add", UNIT, **entry)
