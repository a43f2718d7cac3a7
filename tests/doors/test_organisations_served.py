"""Organisations and their shared due diligence, by the command line and over HTTP."""

import time

import pytest
from served_city import Served

from huabiao.client.remote import Answered, Remote
from huabiao.codec import Instant
from huabiao.crypto.address import show
from huabiao.services.credit_codes import read_credit_code
from huabiao.services.databases.population import enterprise_code

CODES = [enterprise_code("110108", 500 + number) for number in range(4)]
DAY_MS = 86_400_000


def ahead(days: int) -> str:
    return str(Instant.show((time.time_ns() // 1_000_000) + days * DAY_MS))


def enrolled(served: Served, name: str, code: str) -> None:
    """An organisation that the registrar has approved."""
    served.grant("organisations", "registrar", "registrar")
    city, facts = served.remote(), {"name": name, "kind": "enterprise"}
    for who, operation, said in ((name, "apply", facts), ("registrar", "approve", {})):
        done = city.call(served.keys(who), "organisations", operation, code, said)
        assert done.accepted, done


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


def test_verified_once_and_relied_on_by_another_bank(served):
    company, first, second = "启明科技公司", "甲银行", "乙银行"
    enrolled(served, company, CODES[2])
    for bank in (first, second):
        served.grant("enterprise_kyc", "bank", bank)
    keys = {name: served.keys(name) for name in (company, first, second)}
    named = {name: show(each.account) for name, each in keys.items()}
    facts, city = "受益所有人：（演示）赵某 80 %", served.remote()

    def does(who: str, operation: str, **written: object) -> str:
        return city.call(keys[who], "enterprise_kyc", operation, "kyc-1", written).code

    def seen_by(who: str) -> Remote:
        return served.remote().as_(keys[who])

    assert does(company, "open_file", bank=named[first], papers="ab" * 32) == "ok"
    assert does(first, "verify", until=ahead(365), facts=facts) == "ok"
    assert does(second, "rely", purpose="开户") == "entry.unknown"
    wanted = {"scenario": "enterprise_kyc", "record": "kyc-1", "field": "facts",
              "purpose": "开户"}  # fmt: skip
    with pytest.raises(Answered) as refused:
        seen_by(second).post("/api/vault/open", wanted)
    assert refused.value.status == 403
    assert (
        does(company, "consent", bank=named[second], purpose="开户", until=ahead(30))
        == "ok"
    )
    assert does(second, "rely", purpose="开户") == "ok"
    assert seen_by(second).post("/api/vault/open", wanted)["value"] == facts

    uses = seen_by(company).get("/api/me/uses")["uses"]
    trail = [(use["reader"], use["purpose"]) for use in uses]
    assert trail == [(named[first], "核实 · verified"), (named[second], "开户")]
    assert all(use["record"] == "enterprise_kyc/kyc-1" for use in uses)
    # Each use is an envelope of its own, which a proof can be had of.
    assert seen_by(company).octets(f"/api/proofs/{uses[1]['receipt']}")
    # Nobody else sees the file or its trail.
    seen = served.remote().get("/api/scenarios/enterprise_kyc/records/kyc-1")
    assert not seen["complete"] and "facts" not in seen["fields"]
    page = served.remote().get("/api/scenarios/enterprise_kyc/parts/uses")
    assert page["entries"] == []
    assert does(company, "withdraw", bank=named[second]) == "ok"
    assert does(second, "rely", purpose="开户") == "entry.unknown"
