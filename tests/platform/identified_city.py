"""Identities at work: an organisation, its file at banks, a lost account, its DID."""

from typing import Any

from huabiao.client.signing import call
from huabiao.services.databases.population import enterprise_code
from huabiao.testing.city import DAY, City

DOMAIN = b"huabiao-account\x00"
CODE = enterprise_code("110105", 77)


def live_with_identities(city: City) -> None:
    """Organisations, staff, enterprise_kyc, recovery, did_services, and identity."""
    act_as_an_organisation(city)
    share_a_file(city)
    lose_and_recover(city)


def act_as_an_organisation(city: City) -> None:
    company, registrar, clerk = (city.cast(n) for n in ("公司", "登记机构", "经办人"))
    city.grant("organisations", "registrar", registrar)
    facts = {"name": "公司", "kind": "enterprise"}
    city.call(company, "organisations", "apply", CODE, **facts)
    city.refused("record.exists", clerk, "organisations", "apply", CODE, **facts)
    city.call(registrar, "organisations", "approve", CODE)
    officer: dict[str, Any] = {"account": clerk.account, "post": "出纳"}
    city.call(company, "organisations", "name_officer", CODE, **officer)
    duty: dict[str, Any] = {"account": clerk.account, "duty": "pay", "limit": 5}
    city.call(company, "organisations", "delegate", CODE, **duty, until=city.now + DAY)
    city.call(company, "staff", "bind", "a5" * 32, organisation=CODE,
              until=city.now + DAY)  # fmt: skip
    city.call(company, "staff", "end", "a5" * 32, reason="离职")
    city.call(company, "identity", "publish_key", public=company.public)
    services = [["site", "LinkedDomains", "https://company.test"]]
    city.call(company, "did_services", "describe_myself", services=services)


def share_a_file(city: City) -> None:
    company, first, second = (city.cast(n) for n in ("公司", "甲银行", "乙银行"))
    city.grant("enterprise_kyc", "bank", first, second)
    kyc, end = "enterprise_kyc", city.now + 100 * DAY
    city.call(company, kyc, "open_file", "f1", bank=first.account, papers=bytes(32))
    city.call(first, kyc, "verify", "f1", until=end)
    to = {"bank": second.account, "purpose": "开户", "until": end}
    city.call(company, kyc, "consent", "f1", **to)
    city.call(second, kyc, "rely", "f1", purpose="开户")
    city.refused("consent", second, kyc, "rely", "f1", purpose="营销")


def lose_and_recover(city: City) -> None:
    owner, new, friend, bureau = (city.cast(n) for n in ("失主", "新", "友", "身份处"))
    guardians = [city.cast(f"监护人{number}") for number in range(3)]
    named = [each.account for each in guardians]
    city.call(owner, "recovery", "name_guardians", accounts=named, needed=2)
    proof = new.sign(DOMAIN + owner.account)
    city.call(
        friend, "recovery", "ask_for", "r1",
        account=owner.account, public=new.public, proof=proof,
    )  # fmt: skip
    for guardian in guardians[:2]:
        city.call(guardian, "recovery", "agree", "r1")
    city.pass_time(2 * DAY)
    done = city.submit(
        friend, call("identity", "recover", "r1"), call("recovery", "complete", "r1")
    )
    assert done.accepted, done.sentence
    city.call(new, "identity", "limit_key", public=new.public, until=city.now + DAY)
    city.grant("identity", "registrar", bureau)
    person = {"account": owner.account, "tag": bytes([7] * 32)}
    city.call(bureau, "identity", "enrol_person", **person)
