"""The laws of titles, kept through every order of transfers and encumbrances."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huabiao.codec import encode
from huabiao.crypto.envelope import Call
from huabiao.node.catalogue import founding_sources
from huabiao.testing.city import City

SOURCE = '''
"""A register in which everything may be tried."""
from huabiao.contracts import (
    Code, Count, Fen, ListOf, Party, Scenario, Share, Title, Titles, anyone, does,
)


class Register(Scenario):
    """Uses titles."""

    title = Title(zh="登记", en="Register")
    titles = Titles()

    @does(by=anyone, keyed=True)
    def register(self, value: Fen, whole: Count, shares: ListOf[Share]) -> None:
        """Register a thing."""
        self.titles.register(self.key, value, whole, shares)

    @does(by=anyone, keyed=True)
    def transfer(self, giver: Party, taker: Party, share: Count) -> None:
        """Move a share."""
        self.titles.transfer(self.key, giver, taker, share)

    @does(by=anyone, keyed=True)
    def encumber(self, name: Code, holder: Party, amount: Fen) -> None:
        """Burden a share."""
        self.titles.encumber(self.key, name, "pledge", holder, self.caller, amount)

    @does(by=anyone, keyed=True)
    def discharge(self, name: Code) -> None:
        """End a burden."""
        self.titles.discharge(self.key, name)

    @does(by=anyone, keyed=True)
    def certify(self, number: Code) -> None:
        """Issue a certificate."""
        self.titles.certify(self.key, number)

    @does(by=anyone)
    def revoke(self, number: Code) -> None:
        """Revoke a certificate."""
        self.titles.revoke(number)
'''
NAMES = ("甲", "乙", "丙")
WHOLE, VALUE = 6, 600


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    made = City(
        tmp_path_factory.mktemp("titles"), sources=[*founding_sources(), SOURCE]
    )
    yield made
    made.close()


def account(city, name):
    return city.cast(name).account


def register(city, key, shares=((0, 4), (1, 2))):
    written = [[account(city, NAMES[who]), share] for who, share in shares]
    city.call(
        city.admin, "register", "register", key,
        value=VALUE, whole=WHOLE, shares=written,
    )  # fmt: skip


who = st.sampled_from(NAMES)
acts = st.lists(
    st.one_of(
        st.tuples(st.just("transfer"), who, who, st.integers(0, 7)),
        st.tuples(
            st.just("encumber"), who, st.sampled_from("pq"), st.sampled_from([0, 150])
        ),
        st.tuples(st.just("discharge"), st.sampled_from("pq")),
    ),
    max_size=12,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(acts)
def test_shares_sum_to_the_whole_and_a_burdened_share_stays(city, taken):
    key = f"thing-{city.ledger.height}"
    register(city, key)
    shares, burdens = {"甲": 4, "乙": 2}, {}
    for act, *facts in taken:
        expected = foresee(act, facts, shares, burdens)
        receipt = city.submit(
            city.admin, Call("register", act, key, said(city, act, facts))
        )
        assert receipt.code == expected
        _, whole, stored, laid, _ = city.read(f"register/titles/{key}")
        assert sum(share for _, share in stored) == whole == WHOLE
        assert dict(stored) == {
            account(city, name): share for name, share in shares.items() if share
        }
        assert [each[0] for each in laid] == list(burdens)
        held = {party for party, _ in stored}
        assert all(each[2] in held for each in laid), "a burden without its holder"


def said(city, act, facts):
    """The arguments of a call."""
    if act == "transfer":
        giver, taker, share = facts
        return {
            "giver": account(city, giver),
            "taker": account(city, taker),
            "share": share,
        }
    if act == "encumber":
        holder, name, amount = facts
        return {"name": name, "holder": account(city, holder), "amount": amount}
    return {"name": facts[0]}


def foresee(act, facts, shares, burdens):
    """What a register on paper would answer; it changes the paper too."""
    if act == "discharge":
        return "ok" if burdens.pop(facts[0], None) else "title.unburdened"
    if act == "transfer":
        giver, taker, share = facts
        if giver == taker:
            return "title.taker"
        if not 0 < share <= shares.get(giver, 0):
            return "title.not_held"
        if any(holder == giver for holder, _ in burdens.values()):
            return "title.encumbered"
        shares[giver] -= share
        shares[taker] = shares.get(taker, 0) + share
        return "ok"
    holder, name, amount = facts
    own = [each for who, each in burdens.values() if who == holder]
    if not shares.get(holder):
        return "title.not_held"
    if amount and 0 in own:
        return "title.encumbered"
    if sum(own) + amount > VALUE * shares[holder] // WHOLE:
        return "title.value"
    if name in burdens:
        return "title.burdened"
    burdens[name] = holder, amount
    return "ok"


@pytest.mark.parametrize(
    ("shares", "code"),
    [
        ([], "title.holders"),
        ([("甲", 3), ("甲", 3)], "title.holders"),
        ([("甲", 6), ("乙", 0)], "title.shares"),
        ([("甲", 5)], "title.shares"),
        ([("甲", 7)], "title.shares"),
    ],
)
def test_a_thing_is_registered_with_shares_that_sum_to_its_whole(city, shares, code):
    written = [[account(city, name), share] for name, share in shares]
    given_ = {"value": VALUE, "whole": WHOLE, "shares": written}
    city.refused(code, city.admin, "register", "register", "wrong", **given_)


def test_a_thing_is_registered_once_and_known_only_then(city):
    register(city, "once")
    written = [[account(city, "甲"), WHOLE]]
    given_ = {"value": VALUE, "whole": WHOLE, "shares": written}
    city.refused("title.exists", city.admin, "register", "register", "once", **given_)
    city.refused(
        "title.unknown", city.admin, "register", "discharge", "nothing", name="p"
    )


def test_holders_and_burdens_are_bounded(city):
    shares = [[bytes([number]) * 20, 1] for number in range(101)]
    given_ = {"value": 0, "whole": 101, "shares": shares}
    city.refused("title.holders", city.admin, "register", "register", "many", **given_)
    given_ = {"value": 0, "whole": 101, "shares": [*shares[:99], [b"x" * 20, 2]]}
    city.call(city.admin, "register", "register", "many", **given_)
    city.refused(
        "title.taker", city.admin, "register", "transfer", "many",
        giver=b"x" * 20, taker=b"y" * 20, share=1,
    )  # fmt: skip
    for number in range(50):
        burden = {"name": f"b{number}", "holder": b"x" * 20, "amount": 0}
        city.call(city.admin, "register", "encumber", "many", **burden)
    burden["name"] = "b50"
    city.refused("title.burdened", city.admin, "register", "encumber", "many", **burden)


def test_one_certificate_at_a_time_and_no_number_twice(city):
    admin = city.admin
    register(city, "a")
    register(city, "b")
    city.call(admin, "register", "certify", "a", number="n1")
    city.refused("title.certificate", admin, "register", "certify", "a", number="n2")
    city.refused("title.certificate", admin, "register", "certify", "b", number="n1")
    city.refused("title.uncertified", admin, "register", "revoke", number="n2")
    city.call(admin, "register", "revoke", number="n1")
    city.refused("title.uncertified", admin, "register", "revoke", number="n1")
    city.refused("title.certificate", admin, "register", "certify", "a", number="n1")
    city.call(admin, "register", "certify", "a", number="n2")


def test_a_burdened_party_and_its_beneficiary_stand_in_the_entry(city):
    """Doors show an entry to its parties: those in the records inside it too."""
    import json

    from huabiao.client.described import parties_in_entry

    register(city, "seen")
    burden = {"name": "p", "holder": account(city, "甲"), "amount": 1}
    city.call(city.cast("银行"), "register", "encumber", "seen", **burden)
    described = json.loads(city.read("governance/descriptions/register@1")[0])
    stored = encode(city.read("register/titles/seen"))
    assert parties_in_entry(described, "titles", stored) == {
        account(city, name) for name in ("甲", "乙", "银行")
    }
