"""
One of two owners mortgages her half of a home, then sells it.

A court seizes it on the way, eleven departments sign, and what the law forbids is tried
and refused.
"""

from typing import Any

from huabiao.scenarios.real_estate import DEPARTMENTS
from huabiao.testing.stage import Actor, Case, Stage

PRICE = 500_000_000


def walk(stage: Stage) -> None:
    """From the first entry to the buyer's deed; a seized house does not move."""
    registrar = stage.actor("市不动产登记中心", "registrar")
    owner, loan = stage.actor("业主甲"), stage.case("抵押-0001")
    desks = departments(stage, registrar)
    home = enter_home(stage, registrar, owner, unit_code(stage, loan))
    mortgage(stage, registrar, owner, home, loan)
    sell(stage, registrar, owner, desks, home)


def unit_code(stage: Stage, case: Case) -> str:
    """A flat in Haidian that no earlier walk has entered."""
    flat = int(stage.digest(case.key)[:6], 16) % 9_999 + 1
    return f"110108001001GB00001F0001{flat:04}"


def departments(stage: Stage, registrar: Actor) -> list[Actor]:
    """One account for each of the eleven, no account for two of them."""
    desks = [stage.actor(f"市{name}部门", "department") for name in DEPARTMENTS]
    first = desks[0].account
    registrar.refused("desk.unknown", "appoint", desk="园林", account=first)
    for name, desk in zip(DEPARTMENTS, desks, strict=True):
        registrar.does("appoint", desk=name, account=desk.account)
    registrar.refused("desk.taken", "appoint", desk="法院", account=first)
    return desks


def enter_home(stage: Stage, registrar: Actor, owner: Actor, code: str) -> Case:
    """Shares sum to one; a unit is entered once, under a code of the standard."""
    owners = [owner.account, stage.actor("业主乙").account]
    halves = [{"party": account, "share": 1} for account in owners]
    entry: dict[str, Any] = {
        "value": PRICE, "whole": 2, "shares": halves, "deed": f"{code[-8:]}-1",
    }  # fmt: skip
    home = Case(stage, code)
    registrar.refused("unit.code", "add", Case(stage, code + "0"), **entry)
    registrar.refused("title.shares", "add", home, **entry | {"whole": 3})
    registrar.refused("title.holders", "add", home, **entry | {"shares": []})
    registrar.does("add", home, **entry)
    registrar.refused("title.exists", "add", home, **entry)
    return home


def mortgage(
    stage: Stage, registrar: Actor, owner: Actor, home: Case, loan: Case
) -> None:
    """Half a home secures half its value; the mortgagee alone releases it."""
    bank, other = stage.actor("某银行"), stage.actor("另一银行")
    asked = {"unit": home.key, "mortgagee": bank.account, "amount": PRICE // 2}
    owner.refused("title.value", "pledge", loan, **asked | {"amount": PRICE // 2 + 1})
    bank.refused("title.not_held", "pledge", loan, **asked)
    owner.does("pledge", loan, **asked)
    registrar.does("secure", loan)
    sale = {"unit": home.key, "taker": other.account, "share": 1, "price": PRICE // 2}
    owner.refused("title.encumbered", "apply", stage.case("转移-0001"), **sale)
    other.refused("party.other", "release", loan)
    bank.does("release", loan)
    loan.stands("released", amount=PRICE // 2)
    again = stage.case("抵押-0002")
    owner.does("pledge", again, **asked)
    registrar.does("decline", again, reason="贷款合同已解除 · the loan was called off")


def sell(
    stage: Stage, registrar: Actor, owner: Actor, desks: list[Actor], home: Case
) -> None:
    """The sale: eleven sign, the tax is paid, a seizure stops it until it is lifted."""
    buyer, tax = stage.actor("买受人"), stage.actor("某税务所", "tax")
    sale = stage.case("转移-0001")
    asked = {"unit": home.key, "taker": buyer.account, "share": 1, "price": PRICE // 2}
    back = asked | {"taker": owner.account}
    owner.refused("title.taker", "apply", sale, **back)
    desks[0].refused("title.not_held", "apply", sale, **asked)
    owner.refused("title.unknown", "apply", sale, **asked | {"unit": "110108"})
    owner.does("apply", sale, **asked)
    buyer.refused("role.missing", "sign_off", sale)
    for desk in desks[1:]:
        desk.does("sign_off", sale)
    desks[1].refused("desk.signed", "sign_off", sale)
    stage.actor("市园林部门", "department").refused("desk.none", "sign_off", sale)
    tax.refused("state.wrong", "levy", sale, paid=1)
    desks[0].does("sign_off", sale)
    tax.does("levy", sale, paid=PRICE // 200)
    seize(stage, registrar, owner, home, sale)
    registrar.does("register", sale)
    old, new = f"{home.key[-8:]}-1", f"{home.key[-8:]}-2"
    registrar.refused("title.uncertified", "certify", sale, revoked=new, deed=new)
    registrar.refused("title.certificate", "certify", sale, revoked=old, deed=old)
    registrar.does("certify", sale, revoked=old, deed=new)
    sale.stands("certified", tax=PRICE // 200)


def seize(stage: Stage, registrar: Actor, owner: Actor, home: Case, sale: Case) -> None:
    """Under seizure nothing is registered, whoever has signed before."""
    court, other = stage.actor("某法院", "court"), stage.actor("另一法院", "court")
    seizure = stage.case("查封-0001")
    court.does("seize", seizure, unit=home.key, owner=owner.account)
    registrar.refused("title.encumbered", "register", sale)
    loan = {"unit": home.key, "mortgagee": other.account, "amount": 1}
    owner.refused("title.encumbered", "pledge", stage.case("抵押-0003"), **loan)
    other.refused("party.other", "lift", seizure)
    court.does("lift", seizure)
    seizure.stands("lifted")
