"""The explorer's list of accounts, and an account's acts page by page: what is in a
public register is listed, and nobody else is."""

import contextlib
import csv
import io
import re
from typing import Any

import httpx
import pytest
from served_city import Served

from huabiao.client.remote import Answered, Remote
from huabiao.client.signing import call, sign_envelope
from huabiao.crypto.address import show
from huabiao.services.databases.population import enterprise_code

WASTE = "hazardous_waste"
LIST = "/api/accounts"
CODE = enterprise_code("110108", 9_411)


def listed(city: Remote, **asked: Any) -> list[dict[str, Any]]:
    """The whole list, two rows a page."""
    found: list[dict[str, Any]] = []
    after: str | None = ""
    while after is not None:
        page = city.get(LIST, **asked, limit=2, after=after or None)
        assert page["accounts"] or after == "", "a page is never empty after another"
        found += page["accounts"]
        after = page["next"]
    return found


def written(served: Served, name: str) -> str:
    return show(served.keys(name).account)


def code_of(city: Remote, **asked: Any) -> str:
    with pytest.raises(Answered) as refused:
        city.get(LIST, **asked)
    return refused.value.code


def test_holders_of_roles_are_listed_page_by_page(served: Served, case: str) -> None:
    rows = listed(served.remote(), scenario=WASTE, role="generator")
    assert written(served, "plant") in [each["account"] for each in rows]
    assert {(each["register"], each["zh"]) for each in rows} == {
        ("role", "危险废物转移联单：产废单位")
    }
    back = listed(served.remote(), scenario=WASTE, role="generator", sort="-account")
    assert back == rows[::-1]


@pytest.fixture(scope="module")
def registered(served: Served) -> None:
    """A listed department, and a suspended organisation with a device."""
    facts = {"name": "名录测试局", "code": "123", "since": "2026-01-01T00:00:00Z",
             "account": written(served, "listed bureau")}  # fmt: skip
    served.grant("organisations", "registrar", "list registrar")
    change = {"action": "add_organisation", "organisation": facts}
    applied = {"name": "名录测试厂", "kind": "enterprise"}
    device = {"account": written(served, "listed meter"), "kind": "电表",
              "serial": "L-1"}  # fmt: skip
    for who, contract, operation, key, given in (
        ("operator", "governance", "propose", "listed", change),
        ("operator", "governance", "approve", "listed", {}),
        ("listed works", "organisations", "apply", CODE, applied),
        ("list registrar", "organisations", "approve", CODE, {}),
        ("listed works", "organisations", "enrol_device", CODE, device),
        ("list registrar", "organisations", "suspend", CODE, {"reason": "待查"}),
    ):
        done = served.remote().call(served.keys(who), contract, operation, key, given)
        assert done.accepted, done


def test_all_registers_one_after_another_and_back(
    served: Served, case: str, registered: None
) -> None:
    rows = listed(served.remote())
    registers = list(dict.fromkeys(each["register"] for each in rows))
    assert registers == ["department", "organisation", "device", "member", "role"]
    assert listed(served.remote(), sort="-account") == rows[::-1]
    assert all("last" not in each for each in rows)


def test_each_register_says_what_an_account_is(
    served: Served, registered: None
) -> None:
    def row(name: str, register: str) -> dict[str, Any]:
        rows = listed(served.remote(), register=register)
        account = written(served, name)
        (found,) = [each for each in rows if each["account"] == account]
        return found

    bureau = row("listed bureau", "department")
    assert (bureau["name"], bureau["zh"]) == ("名录测试局", "单位 123")
    works = row("listed works", "organisation")
    assert works["stands"] is False and works["zh"] == f"登记单位 {CODE}"
    assert works["since"].endswith("Z") and works["until"] is None
    meter = row("listed meter", "device")
    assert meter["name"] == "电表 L-1" and meter["stands"] is True
    (found,) = listed(served.remote(), q="名录测试局")
    assert found["account"] == bureau["account"] and found["register"] == "department"


def test_who_is_in_no_register_is_listed_to_nobody(served: Served, case: str) -> None:
    """A person who notarised a file, and acted on a public record by that."""
    city, person = served.remote(), served.keys("a listed passer-by")
    outcome = city.send(person, call("evidence", "notarize", digests=[b"p" * 32]))
    assert outcome.accepted, outcome
    account = show(person.account)
    for viewer in (city, served.remote("plant"), served.remote("bureau")):
        assert account not in [each["account"] for each in listed(viewer)]
        assert account not in viewer.octets(f"{LIST}.csv").decode()
    assert listed(city, q="a listed passer-by") == listed(city, q=account[:9]) == []


def test_who_acted_is_for_those_who_supervise(served: Served, case: str) -> None:
    assert code_of(served.remote(), register="actor") == "session.missing"
    for name in ("clerk", "plant"):
        refused = code_of(served.remote(name), register="actor")
        assert refused == "accounts.supervisor", name
    bureau = served.remote("bureau")
    acted = {each["account"] for each in listed(bureau, register="actor")}
    assert {written(served, "plant"), written(served, "truck")} <= acted
    assert written(served, "operator") not in acted, (
        "it granted roles: another contract"
    )
    assert code_of(bureau, register="actor", scenario="governance") == (
        "accounts.supervisor"
    )
    back = listed(bureau, register="actor", scenario=WASTE, sort="-account")
    assert back == listed(bureau, register="actor", scenario=WASTE)[::-1]


def test_who_supervises_the_city_sees_when_each_last_acted(
    served: Served, case: str
) -> None:
    served.grant("supervision", "supervisor", "city auditor")
    auditor = served.remote("city auditor")
    rows = listed(auditor, scenario=WASTE, role="generator")
    last = {each["account"]: each["last"] for each in rows}[written(served, "plant")]
    assert last["height"] <= served.node.port.height and len(last["envelope"]) == 64
    whole = {each["account"] for each in listed(auditor, register="actor")}
    assert written(served, "operator") in whole and show(bytes(20)) not in whole


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"register": "person"}, "accounts.register"),
        ({"role": "generator"}, "accounts.role"),
        ({"scenario": "no_such"}, "unknown"),
        ({"after": "x"}, "list.cursor"),
        ({"after": "person~x"}, "list.cursor"),
        ({"sort": "name"}, "request.malformed"),
    ],
)
def test_what_cannot_be_listed_is_told(
    served: Served, asked: dict[str, str], code: str
) -> None:
    assert code_of(served.remote(), **asked) == code


def test_the_page_filters_pages_and_exports(served: Served, case: str) -> None:
    plant = written(served, "plant")
    asked = {"scenario": WASTE, "role": "generator"}
    with contextlib.closing(served.browser()) as browser:
        page = browser.get("/accounts", params=asked).text
        assert f"/accounts/{plant}" in page and "产废单位" in page
        assert 'value="actor"' not in page
        link = f"/accounts.csv?scenario={WASTE}&amp;role=generator"
        assert link in page
        exported = browser.get(link.replace("&amp;", "&")).text
        rows = list(csv.DictReader(io.StringIO(exported.removeprefix("\ufeff"))))
        assert plant in [each["account"] for each in rows]
        for door in ("/", "/blocks"):
            assert 'href="/accounts"' in browser.get(door).text
    with contextlib.closing(served.browser("bureau")) as browser:
        page = browser.get("/accounts", params={"register": "actor"}).text
        assert 'value="actor" selected' in page and written(served, "truck") in page


def ids_of(browser: httpx.Client, account: str) -> list[str]:
    """The envelopes of an account's page and of all older ones."""
    found: list[str] = []
    address: str | None = f"/accounts/{account}"
    while address:
        page = browser.get(address).text
        found += re.findall(r'/envelopes/([0-9a-f]{64})"', page)
        older = re.search(r'href="\?before=([0-9-]+)"', page)
        address = f"/accounts/{account}?before={older[1]}" if older else None
    return found


@pytest.fixture(scope="module")
def busy(served: Served) -> str:
    """An account with more acts than two pages show."""
    keys, city = served.keys("busy notary"), served.remote()
    for part in (range(60), range(60, 101)):
        calls = [call("evidence", "notarize", digests=[bytes([n]) * 32]) for n in part]
        outcomes = city.submit([sign_envelope(city.chain, keys, [c]) for c in calls])
        assert all(each.accepted for each in outcomes)
    assert served.node.index.wait_for(served.node.port.height, 30)
    return show(keys.account)


def test_older_acts_are_offered_page_by_page(served: Served, busy: str) -> None:
    city = served.remote("busy notary")
    told, before = [], ""
    while before is not None:
        page = city.get(f"{LIST}/{busy}", limit=40, before=before or None)
        assert page["looked"] is None
        told += page["acts"]
        before = page["next"]
    every = [each["envelope"] for each in told]
    assert len(every) == len(set(every)) == 101
    with contextlib.closing(served.browser("busy notary")) as browser:
        assert ids_of(browser, busy) == every
        exported = browser.get(f"/accounts/{busy}/acts.csv").text
        assert [line.split(",")[2] for line in exported.splitlines()[1:]] == every
        height = told[40]["height"]
        older = [each["envelope"] for each in told if each["height"] < height]
        page = browser.get(f"/accounts/{busy}?before={height}").text
        assert older and re.findall(r'/envelopes/([0-9a-f]{64})"', page) == older[:50]


def test_a_cursor_is_no_place_that_one_does_not_see(served: Served, case: str) -> None:
    """A stranger is not told where a plant's envelopes lie, by no cursor, no count."""
    plant = written(served, "plant")
    for viewer in (served.remote(), served.remote("clerk")):
        told = viewer.get(f"{LIST}/{plant}", limit=1)
        assert (told["acts"], told["next"], told["looked"]) == ([], None, 1_000)
    own = served.remote("plant").get(f"{LIST}/{plant}", limit=1)
    assert len(own["acts"]) == 1


def test_pages_of_anothers_acts_pass_over_what_is_not_seen(
    served: Served, case: str
) -> None:
    """A page goes on from an act that is seen, whatever lies between."""
    truck = served.keys("truck")
    load = call(WASTE, "draft", "listed-load", waste_code="900-041-49", declared=9)
    assert served.remote().send(served.keys("plant"), load).accepted
    hidden = call("real_estate", "no_such_operation", "listed-hidden")
    seen = call(WASTE, "collect", "listed-load", weighed=1_000)
    for each in (seen, hidden, hidden, hidden, seen):
        assert not served.remote().send(truck, each).accepted
    address, plant = f"{LIST}/{show(truck.account)}", served.remote("plant")
    told, before = [], ""
    while before is not None:
        page = plant.get(address, limit=1, before=before or None)
        told += page["acts"]
        before = page["next"]
        assert before in (None, f"{told[-1]['height']}-{told[-1]['index']}")
    assert told == plant.get(address, limit=200)["acts"] and len(told) >= 3
    assert "listed-hidden" not in str(told)
