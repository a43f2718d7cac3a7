"""Staff logins: who may bind a tag to which account, and all that ends one."""

from typing import Any

import pytest

from huabiao.crypto.keys import Keys
from huabiao.node.asking import Questions
from huabiao.node.catalogue import founding_sources, shipped_sources
from huabiao.services.databases.population import enterprise_code
from huabiao.testing.city import DAY, City

CODE, OTHER = enterprise_code("110105", 5), enterprise_code("110105", 6)
TAG, ORG = "ab" * 32, "organisations"
WANTED = ("class Organisations(", "class Staff(")


@pytest.fixture
def city(tmp_path):
    sources = [s for s in shipped_sources() if any(each in s for each in WANTED)]
    made = City(tmp_path, sources=[*founding_sources(), *sources])
    made.grant(ORG, "registrar", made.cast("registrar"))
    made.questions = Questions(made.ledger)
    approve(made, "company", CODE)
    delegate(made, "clerk")
    yield made
    made.close()


def approve(city: City, name: str, code: str) -> None:
    city.call(city.cast(name), ORG, "apply", code, name=name, kind="enterprise")
    city.call(city.cast("registrar"), ORG, "approve", code)


def delegate(city: City, name: str) -> None:
    facts: dict[str, Any] = {"account": city.cast(name).account, "duty": "sign_in"}
    company = city.cast("company")
    city.call(company, ORG, "name_officer", CODE, account=facts["account"], post="x")
    until = city.now + 300 * DAY
    city.call(company, ORG, "delegate", CODE, **facts, limit=0, until=until)


def bind(city: City, name: str, organisation: str = CODE) -> Keys:
    keys, until = city.cast(name), city.now + 30 * DAY
    city.call(keys, "staff", "bind", TAG, organisation=organisation, until=until)
    return keys


def reads_for(city: City) -> bytes:
    """The account that the tag reads for now; empty if none."""
    city.block()
    questions: Questions = city.questions  # type: ignore[attr-defined]
    found = questions.ask("staff", "account_of_login", {"login": TAG})
    return bytes(found[0]) if found else b""


@pytest.mark.parametrize("name", ["clerk", "company"])
def test_an_organisation_and_whom_it_lets_sign_in_bind_a_tag(city, name):
    assert reads_for(city) == b""
    keys = bind(city, name)
    assert reads_for(city) == keys.account


def test_a_department_that_governance_lists_binds_one_without_a_code(city):
    bureau, given = city.cast("bureau"), {"until": city.now + DAY}
    city.refused("login.duty", bureau, "staff", "bind", TAG, **given)
    change = {"organisation": ["卫健委", OTHER, bureau.account, 0]}
    city.call(
        city.admin, "governance", "propose", "o", action="add_organisation", **change
    )
    city.call(city.admin, "governance", "approve", "o")
    city.call(bureau, "staff", "bind", TAG, **given)
    assert reads_for(city) == bureau.account


@pytest.mark.parametrize(
    "who, key, facts, code",
    [
        ("stranger", TAG, {}, "login.duty"),
        ("company", TAG, {"organisation": OTHER}, "login.duty"),
        ("company", TAG, {"organisation": ""}, "login.duty"),
        ("clerk", TAG[:-1] + "g", {}, "login.tag"),
        ("clerk", TAG.upper(), {}, "login.tag"),
        ("clerk", TAG[:-2], {}, "login.tag"),
        ("clerk", TAG, {"until": 0}, "login.until"),
        ("clerk", TAG, {"until": 367 * DAY}, "login.until"),
    ],
)
def test_what_is_no_binding_is_refused(city, who, key, facts, code):
    given = {"organisation": CODE, "until": 30 * DAY} | facts
    given["until"] += city.now if given["until"] else 0
    city.refused(code, city.cast(who), "staff", "bind", key, **given)


def test_a_tag_stays_with_its_account_until_it_has_ended(city):
    bind(city, "clerk")
    until = city.now + DAY
    given = {"organisation": CODE, "until": until}
    city.refused("login.bound", city.cast("company"), "staff", "bind", TAG, **given)
    bind(city, "clerk")  # another end for the same
    city.call(city.cast("clerk"), "staff", "end", TAG, reason="left")
    company = bind(city, "company")
    assert reads_for(city) == company.account


@pytest.mark.parametrize("who", ["clerk", "company"])
def test_the_account_or_its_organisation_ends_it(city, who):
    bind(city, "clerk")
    for other in ("stranger", "registrar"):
        city.refused("party.other", city.cast(other), "staff", "end", TAG, reason="x")
    approve(city, "rival", OTHER)
    city.refused("party.other", city.cast("rival"), "staff", "end", TAG, reason="x")
    city.refused("reason", city.cast(who), "staff", "end", TAG, reason="")
    city.call(city.cast(who), "staff", "end", TAG, reason="left")
    assert reads_for(city) == b""
    city.refused("login.ended", city.cast(who), "staff", "end", TAG, reason="x")


def test_it_ends_with_what_it_stands_on(city):
    """One valid login, and each thing in turn taken from under it."""
    clerk, company = bind(city, "clerk"), city.cast("company")
    registrar = city.cast("registrar")
    city.call(registrar, ORG, "suspend", CODE, reason="late")
    assert reads_for(city) == b""
    city.call(registrar, ORG, "readmit", CODE)
    assert reads_for(city) == clerk.account
    officer = {"account": clerk.account}
    city.call(company, ORG, "relieve_officer", CODE, **officer, reason="retired")
    assert reads_for(city) == b""
    delegate(city, "clerk")
    assert reads_for(city) == clerk.account
    given = {**officer, "duty": "sign_in", "reason": "no more"}
    city.call(company, ORG, "withdraw", CODE, **given)
    assert reads_for(city) == b""
    delegate(city, "clerk")
    city.pass_time(31 * DAY)
    assert reads_for(city) == b""
