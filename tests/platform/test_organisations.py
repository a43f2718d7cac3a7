"""
Organisations: applied, approved, acting by officers and devices, within limits.

python-stdnum is the second opinion on every code that is made here.
"""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import uscc

from huabiao.contracts import Mandate, is_credit_code
from huabiao.crypto.keys import Keys
from huabiao.node.asking import Questions
from huabiao.node.catalogue import founding_sources, shipped_sources
from huabiao.services.databases.population import enterprise_code
from huabiao.testing.city import DAY, City

CODE, OTHER = enterprise_code("110105", 1), enterprise_code("110105", 2)
ORG = "organisations"


@pytest.fixture
def city(tmp_path):
    source = next(s for s in shipped_sources() if "class Organisations(" in s)
    made = City(tmp_path, sources=[*founding_sources(), source])
    made.grant(ORG, "registrar", made.cast("registrar"))
    made.questions = Questions(made.ledger)
    yield made
    made.close()


def approved(city: City, name: str = "甲公司", code: str = CODE) -> Keys:
    """An organisation that stands; its own keys."""
    keys = city.cast(name)
    city.call(keys, ORG, "apply", code, name=name, kind="enterprise")
    city.call(city.cast("registrar"), ORG, "approve", code)
    return keys


def ask(city: City, question: str, **facts: Any) -> Any:
    """A contract's answer at this moment."""
    city.block()
    return city.questions.ask(ORG, question, facts)  # type: ignore[attr-defined]


def may_act(city: City, who: Keys, duty: str = "pay", amount: int = 0) -> bool:
    answer = ask(
        city, "may_act",
        account=who.account, organisation=CODE, duty=duty, amount=amount,
    )  # fmt: skip
    assert isinstance(answer, bool)
    return answer


@settings(max_examples=200, deadline=None)
@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXYIOSVZ", min_size=17, max_size=19))
def test_the_form_of_a_code_is_judged_as_stdnum_does(text):
    assert is_credit_code(text) == uscc.is_valid(text)


@settings(max_examples=100, deadline=None)
@given(st.text("0123456789", min_size=6, max_size=6),
       st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=9, max_size=9))  # fmt: skip
def test_a_complete_code_is_accepted_and_any_other_check_character_is_not(place, body):
    front = "91" + place + body
    code = front + uscc.calc_check_digit(front)
    assert is_credit_code(code) and uscc.is_valid(code)
    for other in "0123456789ABCDEFGHJKLMNPQRTUWXY".replace(code[-1], ""):
        assert not is_credit_code(front + other)


def test_an_application_is_approved_once_under_its_code(city):
    keys = approved(city)
    assert city.record(ORG, CODE)["state"] == "approved"
    assert city.read(f"organisations/organisations/{CODE}")[0] == "甲公司"
    city.refused(
        "record.exists", city.cast("x"), ORG, "apply", CODE, name="冒名", kind="other"
    )
    city.call(keys, ORG, "apply", OTHER, name="甲的另一家", kind="enterprise")
    city.refused("entry.exists", city.cast("registrar"), ORG, "approve", OTHER)


@pytest.mark.parametrize(
    "key, facts, code",
    [
        (CODE[:-1] + "M", {}, "organisation.code"),
        (CODE.lower(), {}, "organisation.code"),
        (CODE + "0", {}, "organisation.code"),
        (CODE, {"name": ""}, "text"),
        (CODE, {"name": "长" * 101}, "text"),
        (CODE, {"kind": "gang"}, "argument.malformed"),
    ],
)
def test_what_is_no_application_is_refused(city, key, facts, code):
    valid = {"name": "甲公司", "kind": "enterprise"}
    city.refused(code, city.cast("a"), ORG, "apply", key, **valid | facts)


def test_who_took_a_strangers_code_makes_way(city):
    squatter, owner, registrar = (city.cast(n) for n in ("s", "o", "registrar"))
    city.call(squatter, ORG, "apply", CODE, name="冒名", kind="other")
    city.refused("role.missing", squatter, ORG, "approve", CODE)
    city.refused("text", registrar, ORG, "decline", CODE, reason="")
    city.call(registrar, ORG, "decline", CODE, reason="证照不符")
    city.call(owner, ORG, "apply_again", CODE, name="甲公司", kind="enterprise")
    city.call(registrar, ORG, "approve", CODE)
    assert city.record(ORG, CODE)["account"] == owner.account
    assert may_act(city, owner) and not may_act(city, squatter)


def test_a_duty_is_delegated_within_a_limit_and_an_end(city):
    keys, clerk = approved(city), city.cast("clerk")
    until = city.now + 10 * DAY
    duty = {"account": clerk.account, "duty": "pay", "limit": 500, "until": until}
    assert not may_act(city, clerk)
    city.refused("party.other", clerk, ORG, "delegate", CODE, **duty)
    city.call(keys, ORG, "delegate", CODE, **duty)
    assert may_act(city, clerk, amount=500) and not may_act(city, clerk, amount=501)
    assert not may_act(city, clerk, duty="hire")
    city.refused("party.other", clerk, ORG, "delegate", CODE, **duty)
    withdrawal = {"account": clerk.account, "duty": "pay", "reason": "调岗"}
    city.call(keys, ORG, "withdraw", CODE, **withdrawal)
    assert not may_act(city, clerk)
    city.call(keys, ORG, "delegate", CODE, **duty)
    city.pass_time(10 * DAY)
    assert not may_act(city, clerk)


@pytest.mark.parametrize("days", [-1, 0, 1_100])
def test_a_delegation_has_an_end_that_is_near(city, days):
    keys, clerk = approved(city), city.cast("clerk")
    duty = {"account": clerk.account, "duty": "pay", "limit": 1}
    until = city.now + days * DAY
    city.refused("delegation.until", keys, ORG, "delegate", CODE, **duty, until=until)


def test_an_officers_duties_end_with_the_office(city):
    keys, clerk = approved(city), city.cast("clerk")
    post = {"account": clerk.account, "post": "出纳"}
    city.call(keys, ORG, "name_officer", CODE, **post, until=city.now + 5 * DAY)
    duty = {"account": clerk.account, "duty": "pay", "limit": 1}
    city.call(keys, ORG, "delegate", CODE, **duty, until=city.now + 90 * DAY)
    assert may_act(city, clerk)
    city.pass_time(5 * DAY)
    assert not may_act(city, clerk)
    city.call(keys, ORG, "name_officer", CODE, **post)
    assert may_act(city, clerk)
    relief = {"account": clerk.account, "reason": "离任"}
    city.call(keys, ORG, "relieve_officer", CODE, **relief)
    assert not may_act(city, clerk)
    assert (
        city.read(f"organisations/officers/{CODE}/{clerk.account.hex()}")[5] == "离任"
    )


def test_a_suspended_organisation_has_nobody_who_acts(city):
    keys, registrar = approved(city), city.cast("registrar")
    city.refused("text", registrar, ORG, "suspend", CODE, reason="")
    city.call(registrar, ORG, "suspend", CODE, reason="年报异常")
    assert not may_act(city, keys)
    assert city.read(f"organisations/organisations/{CODE}") is None
    post = {"account": city.cast("c").account, "post": "出纳"}
    city.refused("state.wrong", keys, ORG, "name_officer", CODE, **post)
    city.call(registrar, ORG, "readmit", CODE)
    assert may_act(city, keys)
    city.call(registrar, ORG, "suspend", CODE, reason="年报异常")
    city.call(registrar, ORG, "dissolve", CODE, reason="注销")
    city.refused("state.wrong", registrar, ORG, "readmit", CODE)
    assert not may_act(city, keys)


def test_a_device_belongs_to_one_organisation_while_it_is_used(city):
    keys, other, meter = approved(city), approved(city, "乙", OTHER), city.cast("meter")
    device = {"account": meter.account, "kind": "水表", "serial": "WM-1"}

    def owner() -> Any:
        return ask(city, "owner_of_device", account=meter.account)

    assert owner() == ""
    city.call(keys, ORG, "enrol_device", CODE, **device, until=city.now + DAY)
    assert owner() == CODE
    city.refused("entry.exists", other, ORG, "enrol_device", OTHER, **device)
    city.pass_time(DAY)
    assert owner() == ""
    retired = {"account": meter.account, "reason": "报废"}
    city.refused("entry.unknown", other, ORG, "retire_device", OTHER, **retired)
    city.call(keys, ORG, "retire_device", CODE, **retired)


def test_the_mandate_of_a_part_says_its_duty():
    assert Mandate("kyc.verify").describe() == {"part": "mandate", "duty": "kyc.verify"}
