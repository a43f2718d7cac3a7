"""Whom a form may name: public registers and one's own contacts, and nobody else."""

import pytest
from served_city import Served

from huabiao.crypto.address import show
from huabiao.services.databases.population import enterprise_code

CODE = enterprise_code("110108", 733)
LONG_AGO = "2026-01-01T00:00:00Z"
COMPANY, WASTE = "联系测试仪器公司", "hazardous_waste"


@pytest.fixture(scope="module")
def company(served: Served) -> str:
    """An organisation that the registrar approved; its account."""
    served.grant("organisations", "registrar", "registrar")
    facts = {"name": COMPANY, "kind": "enterprise"}
    for who, operation, said in (
        (COMPANY, "apply", facts),
        ("registrar", "approve", {}),
    ):
        done = served.remote().call(
            served.keys(who), "organisations", operation, CODE, said
        )
        assert done.accepted, done
    return show(served.keys(COMPANY).account)


def found(served: Served, who: str, words: str, scenario: str = "") -> dict[str, dict]:
    answer = served.browser(who).get(
        "/me/contacts", params={"q": words, "scenario": scenario}
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return {each["account"]: each for each in answer.json()["found"]}


def test_an_organisation_is_found_by_its_name_and_code(served, company):
    for words in ("仪器", "联系测试仪器公司", CODE, CODE.lower(), "联系 公司"):
        assert found(served, "asker", words)[company]["name"] == COMPANY, words
    assert company not in found(served, "asker", "仪器 银行")


def test_a_department_is_found_by_its_name(served):
    name, code = "市联系测试局", enterprise_code("110105", 732)
    account = served.keys(name).account
    facts = {"name": name, "code": code, "account": show(account), "since": LONG_AGO}
    listed = {"action": "add_organisation", "organisation": facts}
    for operation, said in (("propose", listed), ("approve", {})):
        done = served.remote().call(
            served.keys("operator"), "governance", operation, "list it", said
        )
        assert done.accepted, done
    for words in ("联系测试局", code, "测试局 联系"):
        assert found(served, "asker", words)[show(account)]["name"] == name, words


def test_who_is_not_public_is_found_by_his_own_contacts_only(served, case):
    truck, plant = (show(served.keys(name).account) for name in ("truck", "plant"))
    seen = found(served, "plant", "")
    assert seen[truck]["en"] == f"carrier of {case}" and plant not in seen
    assert truck in found(served, "plant", case)
    assert truck in found(served, "plant", truck)
    # a supervisor sees the record, but it is no contact of his
    for stranger in ("asker", "bureau"):
        for words in ("", truck, truck[:20], case, "carrier", "hb1"):
            assert truck not in found(served, stranger, words), (stranger, words)


def test_whom_a_record_of_this_scenario_names_is_a_contact(served, case):
    """The carrier is named in the record's index; the generator is who wrote it."""
    plant = show(served.keys("plant").account)
    assert plant in found(served, "truck", "", WASTE)


def test_nobody_asks_without_a_session_and_answers_are_bounded(served, company):
    answer = served.browser().get("/me/contacts", params={"q": "仪器"})
    assert answer.status_code == 401 and answer.json()["code"]
    long = served.browser("asker").get("/me/contacts", params={"q": "x" * 101})
    assert long.status_code == 422
    for words in ("%", "_", "'", '"', "\x00", "<script>", "( OR"):
        assert company not in found(served, "asker", words), words
