"""A licence at the counter: code, redemption, trail, objection; and guessing."""

import threading

import pytest
from served_city import Served

from huabiao.client.remote import Answered
from huabiao.crypto.address import show


@pytest.fixture(scope="module")
def counter(served: Served, tmp_path_factory) -> Served:
    """A licence `shop-1` of `shopkeeper`, and offices that may redeem codes."""
    served.grant("licences", "department", "registry")
    for office in ("bank", "tax", "guesser", "clerks"):
        served.grant("licences", "clerk", office)
    content = tmp_path_factory.mktemp("content") / "content.json"
    content.write_text('{"name": "某小店", "scope": "食品", "id": "110101…"}', "utf-8")
    issued = served.json(
        "licence", "issue", "shop-1", str(content), "--type", "营业执照", "--to",
        account(served, "shopkeeper"), "--as", "registry",
    )  # fmt: skip
    assert issued["accepted"], issued
    return served


def account(served: Served, name: str) -> str:
    return show(served.keys(name).account)


def make_code(served: Served, office: str = "bank", purpose: str = "开户") -> str:
    return served.json(
        "wallet", "code", "shop-1", "--for", account(served, office), "--purpose",
        purpose, "--show", "name", "--show", "scope", "--as", "shopkeeper",
    )["code"]  # fmt: skip


def redeem(digits: str) -> list[str]:
    return ["licence", "redeem", digits, "--purpose", "开户", "--as", "bank"]


def test_the_office_sees_what_was_permitted_once(counter):
    digits = make_code(counter)
    told = counter.json(
        "licence", "redeem", digits, "--purpose", "开户", "--as", "bank"
    )
    assert told["fields"] == {"name": "某小店", "scope": "食品"}
    again = counter.run(
        "licence", "redeem", digits, "--purpose", "开户", "--as", "bank"
    )
    assert again.exit_code == 1 and "cannot be used" in again.output + again.stderr

    (held,) = counter.json("wallet", "licences", "--as", "shopkeeper")["licences"]
    trail = {use["use"]: use for use in held["uses"]}
    assert trail[told["use"]]["office"] == account(counter, "bank")
    disputed = counter.json("wallet", "object", told["use"], "--reason", "too_much",
                            "--as", "shopkeeper")  # fmt: skip
    assert disputed["accepted"]
    opened = counter.remote("shopkeeper").get("/api/vault/mine")["values"]
    assert any(each["record"] == "shop-1" for each in opened)


def test_nobody_else_looks_at_a_use(counter):
    digits = make_code(counter)
    told = counter.json(
        "licence", "redeem", digits, "--purpose", "开户", "--as", "bank"
    )
    for stranger in ("tax", "shopkeeper"):
        with pytest.raises(Answered) as refused:
            counter.remote(stranger).get("/api/licences/shown", use=told["use"])
        assert refused.value.status == 404
    seen = counter.remote("tax").get("/api/scenarios/licences/parts/uses")["entries"]
    assert told["use"] not in [each["key"] for each in seen]


def test_every_wrong_code_gets_the_same_answer(counter):
    digits = make_code(counter)
    wrong = f"{(int(digits) + 1) % 10**8:08d}"
    asked = [("tax", digits, "开户"), ("bank", digits, "贷款"), ("bank", wrong, "开户")]
    answers = []
    for office, code, purpose in asked:
        with pytest.raises(Answered) as refused:
            counter.remote(office).post(
                "/api/licences/redeem", {"code": code, "purpose": purpose}
            )
        # What an operator finds the request by differs, and says nothing of the code.
        answers.append({**refused.value.problem, "trace": ""})
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["status"] == 403 and answers[0]["code"] == "code.refused"
    with pytest.raises(Answered) as refused:
        counter.remote("shopkeeper").post(
            "/api/licences/redeem", {"code": digits, "purpose": "开户"}
        )
    assert refused.value.status == 403 and refused.value.code == "sight.missing"


def test_guessing_locks_the_account_even_for_a_good_code(counter):
    office = counter.remote("guesser")
    digits = make_code(counter, "guesser")
    for guess in range(5):
        with pytest.raises(Answered) as told:
            office.post("/api/licences/redeem",
                        {"code": f"{guess:08d}", "purpose": "开户"})  # fmt: skip
        assert told.value.code == "code.refused"
    with pytest.raises(Answered) as told:
        office.post("/api/licences/redeem", {"code": digits, "purpose": "开户"})
    assert told.value.status == 429 and told.value.code == "code.locked"


def test_two_clerks_of_one_office_at_once_one_wins(counter):
    digits = make_code(counter, "clerks")
    city, keys = counter.remote("clerks"), counter.keys("clerks")
    asked = {"code": digits, "purpose": "开户"}
    answers = [city.post("/api/licences/redeem", asked) for _ in range(2)]
    written = {"secret": answers[0]["secret"], "purpose": "开户"}
    outcomes = []

    def send() -> None:
        outcomes.append(
            counter.remote().call(keys, "licences", "redeem", "", written).code
        )

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["code.refused", "ok"]
