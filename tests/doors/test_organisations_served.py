"""Organisations and their shared due diligence, by the command line and over HTTP."""

import time
from dataclasses import dataclass

import pytest
from served_city import Served

from huabiao.client.remote import Answered
from huabiao.codec import Instant
from huabiao.crypto.address import show
from huabiao.crypto.keys import Keys
from huabiao.services.credit_codes import read_credit_code
from huabiao.services.databases.population import enterprise_code

CODES = [enterprise_code("110108", 500 + number) for number in range(4)]
DAY_MS = 86_400_000
COMPANY, FIRST, SECOND = "启明科技公司", "甲银行", "乙银行"
KYC, FILE, FACTS, OK = "enterprise_kyc", "kyc-1", "受益所有人：（演示）赵某 80 %", "ok"


def ahead(days: int) -> str:
    return str(Instant.show((time.time_ns() // 1_000_000) + days * DAY_MS))


def enrolled(served: Served, name: str, code: str) -> None:
    """An organisation that the registrar has approved."""
    served.grant("organisations", "registrar", "registrar")
    city, facts = served.remote(), {"name": name, "kind": "enterprise"}
    for who, operation, said in ((name, "apply", facts), ("registrar", "approve", {})):
        done = city.call(served.keys(who), "organisations", operation, code, said)
        assert done.accepted, done


def let_them_go(served: Served, code: str, by: tuple[str, str]) -> None:
    """Who left does nothing any more for it, nor does what came with the post."""
    left = ("call", "organisations", "relieve_officer", code, "account=clerk")
    assert served.json(*left, "reason=离职", *by)["accepted"]
    retired = ("call", "organisations", "retire_device", code, "account=meter")
    assert served.json(*retired, "reason=报废", *by)["accepted"]
    served.node.index.wait_for(served.node.port.height, 60)
    _, officer, device, duty = served.run("org", "show", code).output.splitlines()
    assert officer.endswith("离职") and "已止 ended" in officer
    assert device.endswith("报废") and "已随职务而止" in duty


def test_an_organisation_by_the_command_line(served):
    code, name = CODES[0], "晨光水务公司"
    served.grant("organisations", "registrar", "registrar")
    for who in (name, "clerk", "meter"):
        served.keys(who)
    by = ("--as", name)
    assert served.json("org", "apply", code, name, *by)["accepted"]
    assert served.json("org", "approve", code, "--as", "registrar")["accepted"]
    assert served.json("org", "officer", code, "clerk", "经办人", *by)["accepted"]
    device = ("org", "device", code, "meter", "水表", "WM-7781")
    assert served.json(*device, "--until", ahead(400), *by)["accepted"]
    limits = ("--limit", "500000", "--until", ahead(30))
    duty = ("org", "delegate", code, "clerk", "pay", *limits)
    assert served.json(*duty, *by)["accepted"]

    shown = served.json("org", "show", code.lower())
    assert shown["name"] == name and shown["state"] == "approved"
    assert shown["officers"][0]["post"] == "经办人"
    assert shown["devices"][0]["serial"] == "WM-7781"
    assert shown["delegations"][0]["limit"] == 500_000
    assert shown["did"].startswith("did:huabiao:")
    assert name in served.run("org", "show", code).output

    let_them_go(served, code, by)
    for words in (("晨光",), (code,), ("WM-7781",)):
        found = served.json("org", "find", *words)["found"]
        assert {each["code"] for each in found} == {code}, words
    everywhere = served.json("directory", "search", "晨光水务")["found"]
    assert everywhere[0]["level"] == "organisations"
    # Where its account acts, people read its name.
    mine = served.remote().get(f"/api/accounts/{shown['account']}")
    assert mine["organisation"] == name


def test_a_code_that_is_mistyped_is_refused_at_the_door(served):
    wrong = CODES[1][:-1] + ("1" if CODES[1][-1] != "1" else "2")
    result = served.run("org", "apply", wrong, "某公司", "--as", "x")
    assert result.exit_code == 2 and "check character" in result.output
    with pytest.raises(Answered) as refused:
        served.remote().get(f"/api/organisations/{wrong}")
    assert refused.value.status == 422
    with pytest.raises(Answered) as refused:
        served.remote().get(f"/api/organisations/{CODES[1]}")
    assert refused.value.status == 404
    for written in ("", "x" * 50, "1234", "91110105MA7K3X9Q2I"):
        with pytest.raises(ValueError, match="GB 32100"):
            read_credit_code(written)
    spaced = f" {CODES[1][:8].lower()} {CODES[1][8:]} "
    assert read_credit_code(spaced) == CODES[1]


@dataclass
class File:
    """The file of a company at its bank, and who takes part."""

    served: Served
    keys: dict[str, Keys]

    def does(self, who: str, operation: str, **written: object) -> str:
        """One call; the code of its end."""
        city = self.served.remote()
        return city.call(self.keys[who], KYC, operation, FILE, written).code

    def account(self, who: str) -> str:
        return show(self.keys[who].account)

    def opened(self, who: str) -> str:
        """What the bank found, opened in the vault for somebody."""
        wanted = {"scenario": KYC, "record": FILE, "field": "facts", "purpose": "开户"}
        city = self.served.remote().as_(self.keys[who])
        return str(city.post("/api/vault/open", wanted)["value"])


@pytest.fixture(scope="module")
def file(served: Served) -> File:
    """A file that the first bank has verified."""
    enrolled(served, COMPANY, CODES[2])
    for bank in (FIRST, SECOND):
        served.grant(KYC, "bank", bank)
    made = File(served, {name: served.keys(name) for name in (COMPANY, FIRST, SECOND)})
    opened = {"bank": made.account(FIRST), "papers": "ab" * 32}
    assert made.does(COMPANY, "open_file", **opened) == OK
    assert made.does(FIRST, "verify", until=ahead(365), facts=FACTS) == OK
    return made


def test_verified_once_and_relied_on_by_another_bank(served, file):
    assert file.does(SECOND, "rely", purpose="开户") == "entry.unknown"
    with pytest.raises(Answered) as refused:
        file.opened(SECOND)
    assert refused.value.status == 403
    second = file.account(SECOND)
    consent = {"bank": second, "purpose": "开户", "until": ahead(30)}
    assert file.does(COMPANY, "consent", **consent) == OK
    assert file.does(SECOND, "rely", purpose="开户") == OK
    assert file.opened(SECOND) == FACTS

    company = served.remote().as_(file.keys[COMPANY])
    uses = company.get("/api/me/uses")["uses"]
    trail = [(use["reader"], use["purpose"]) for use in uses]
    assert trail == [(file.account(FIRST), "核实 · verified"), (second, "开户")]
    assert all(use["record"] == f"{KYC}/{FILE}" for use in uses)
    # Each use is an envelope of its own, which a proof can be had of.
    assert company.octets(f"/api/proofs/{uses[1]['receipt']}")
    assert file.does(COMPANY, "withdraw", bank=second) == OK
    assert file.does(SECOND, "rely", purpose="开户") == "entry.unknown"


def test_nobody_else_sees_a_file_or_its_trail(served, file):
    seen = served.remote().get(f"/api/scenarios/{KYC}/records/{FILE}")
    assert not seen["complete"] and "facts" not in seen["fields"]
    page = served.remote().get(f"/api/scenarios/{KYC}/parts/uses")
    assert page["entries"] == []
    assert served.remote("stranger").get("/api/me/uses")["uses"] == []
