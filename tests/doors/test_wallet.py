"""A wallet: what is one's own and nobody else's, by the command line and as a page."""

import time

import httpx
import pytest
from served_city import Served

from huabiao.client.remote import Answered
from huabiao.client.signing import call
from huabiao.codec import Instant
from huabiao.crypto.address import show
from huabiao.services.databases.population import enterprise_code

DAY_MS = 86_400_000
OWNER, BUREAU, OFFICE, BANK = "钱包的人", "钱包发证局", "钱包窗口", "钱包银行"
TYPE, MARKUP = "SailorLicence", "<b>船</b>"


def ahead(days: int) -> int:
    return time.time_ns() // 1_000_000 + days * DAY_MS


@pytest.fixture(scope="module")
def owned(served: Served, tmp_path_factory) -> Served:
    """Somebody with a licence, two attested credentials, a consent and a file."""
    served.grant("licences", "department", BUREAU)
    served.grant("licences", "clerk", OFFICE)
    content = tmp_path_factory.mktemp("owned") / "content.json"
    content.write_text('{"name": "某船", "tons": "12"}', "utf-8")
    done = served.json(
        "licence", "issue", "ship-1", str(content), "--type", MARKUP, "--to",
        show(served.keys(OWNER).account), "--as", BUREAU,
    )  # fmt: skip
    assert done["accepted"], done
    attest(served)
    consent(served)
    paper = content.with_name("paper.txt")
    paper.write_text("一份文件", "utf-8")
    told = served.json("notarize", str(paper), "--note", "船契", "--as", OWNER)
    assert told["records"]
    return served


def attest(served: Served) -> None:
    """Two credentials of the owner's, one of which is revoked."""
    served.grant("accreditation", "root", "wallet-root")
    account, issuer = served.keys(OWNER).account, served.keys(BUREAU).account
    until = ahead(400)
    for who, *calls in (
        ("wallet-root", call("accreditation", "accredit_body", types=[TYPE],
                             account=served.keys("wallet-body").account, until=until)),
        ("wallet-body", call("accreditation", "accredit_issuer", credential_type=TYPE,
                             account=issuer, until=until)),
        (BUREAU, call("credentials", "open_list", "sailors", credential_type=TYPE,
                      purpose="revocation"),
         call("credentials", "attest", "sailors", account=account,
              credential_type=TYPE, index=7, until=ahead(90))),
    ):  # fmt: skip
        outcome = served.remote().send(served.keys(who), *calls)
        assert outcome.accepted, outcome


def consent(served: Served) -> None:
    """The owner is a registered enterprise whose file a bank verified."""
    code, city = enterprise_code("110108", 731), served.remote()
    served.grant("organisations", "registrar", "wallet-registrar")
    served.grant("enterprise_kyc", "bank", BANK)
    bank = show(served.keys(BANK).account)
    until = Instant.show(ahead(30))
    for who, contract, operation, key, written in (
        (OWNER, "organisations", "apply", code, {"name": OWNER, "kind": "enterprise"}),
        ("wallet-registrar", "organisations", "approve", code, {}),
        (OWNER, "enterprise_kyc", "open_file", "w-1",
         {"bank": bank, "papers": "ab" * 32}),
        (BANK, "enterprise_kyc", "verify", "w-1", {"until": until}),
        (OWNER, "enterprise_kyc", "consent", "w-1",
         {"bank": show(served.keys(OFFICE).account), "purpose": "贷款",
          "until": until}),
    ):  # fmt: skip
        outcome = city.call(served.keys(who), contract, operation, key, written)
        assert outcome.accepted, outcome


def make_code(served: Served) -> dict[str, str]:
    return served.json(
        "wallet", "code", "ship-1", "--for", show(served.keys(OFFICE).account),
        "--purpose", "靠港", "--show", "name", "--as", OWNER,
    )  # fmt: skip


def section(served: Served, name: str, who: str = OWNER) -> list[dict]:
    return served.json("wallet", name, "--as", who)[name]


def test_the_wallet_counts_what_is_ones_own(owned):
    told = owned.json("wallet", "show", "--as", OWNER)
    assert told["account"] == show(owned.keys(OWNER).account)
    for name in ("licences", "credentials", "consents", "files"):
        assert told[name] == 1, name
    owned.keys("wallet-stranger")
    strangers = owned.json("wallet", "show", "--as", "wallet-stranger")
    assert {value for name, value in strangers.items() if name != "account"} == {0}
    with pytest.raises(Answered) as refused:
        owned.remote().get("/api/me/wallet/licences")
    assert refused.value.status == 401
    with pytest.raises(Answered) as refused:
        owned.remote(OWNER).get("/api/me/wallet/everything")
    assert refused.value.status == 404


def test_a_code_waits_in_the_wallet_until_it_is_taken_back(owned):
    made = make_code(owned)
    (open_,) = section(owned, "codes")
    assert open_["permit"] == made["permit"] and open_["entries"] == ["name"]
    assert made["code"] not in str(open_), "nobody but the holder has the digits"
    assert section(owned, "codes", OFFICE) == []
    done = owned.json("wallet", "withdraw", made["permit"], "--as", OWNER)
    assert done["accepted"] and section(owned, "codes") == []
    redeem = ("licence", "redeem", made["code"], "--purpose", "靠港", "--as", OFFICE)
    assert owned.run(*redeem).exit_code == 1


def test_a_use_is_on_the_trail_and_can_be_objected_to(owned):
    made = make_code(owned)
    redeem = ("licence", "redeem", made["code"], "--purpose", "靠港", "--as", OFFICE)
    assert owned.json(*redeem)["fields"] == {"name": "某船"}
    assert section(owned, "codes") == []
    use = section(owned, "licences")[0]["uses"][0]
    assert use["purpose"] == "靠港" and use["objection"] is None
    words = ("wallet", "object", use["use"], "--reason", "not_me")
    assert not owned.json(*words, "--as", OFFICE)["accepted"]
    assert owned.json(*words, "--as", OWNER)["accepted"]
    assert section(owned, "licences")[0]["uses"][0]["objection"] == "not_me"


def test_a_credential_stands_until_its_issuer_revokes_it(owned):
    (held,) = section(owned, "credentials")
    assert held["type"] == TYPE and held["code"] == "ok"
    assert section(owned, "credentials", BUREAU) == []
    assert owned.json("credential", "revoke", "sailors", "7", "--as", BUREAU)[
        "accepted"
    ]
    assert section(owned, "credentials")[0]["code"] == "credential.revoked"


def test_a_consent_is_taken_back_from_whom_it_was_given(owned):
    (given,) = section(owned, "consents")
    words = ("wallet", "withdraw", given["withdraw"]["key"], "--from")
    wrong = owned.run(*words, show(owned.keys(BANK).account), "--as", OWNER)
    assert wrong.exit_code == 1 and "no consent" in wrong.output + wrong.stderr
    assert owned.json(*words, given["reader"], "--as", OWNER)["accepted"]
    assert section(owned, "consents") == []


def test_files_are_found_by_who_notarised_them(owned):
    (batch,) = section(owned, "files")
    assert batch["note"] == "船契" and batch["count"] == 1
    shown = owned.remote().get(f"/api/envelopes/{batch['batch']}")
    assert shown["calls"][0]["operation"] == "notarize"


def browser(served: Served, name: str) -> httpx.Client:
    """Somebody's browser, signed in."""
    client = httpx.Client(base_url=served.url, follow_redirects=True)
    token = served.remote().token(served.keys(name))["token"]
    assert client.post("/me", data={"token": token}).status_code == 200
    return client


def test_the_page_shows_the_wallet_to_its_owner_alone(owned):
    mine, theirs = browser(owned, OWNER), browser(owned, OFFICE)
    answer = mine.get("/me")
    assert answer.headers["cache-control"] == "no-store"
    assert "ship-1" in answer.text
    assert f'value="{show(owned.keys(OFFICE).account)}"' in answer.text
    assert MARKUP not in answer.text and "&lt;b&gt;" in answer.text
    assert "ship-1" not in theirs.get("/me").text
    signed_out = httpx.get(owned.url + "/me").text
    assert "令牌" in signed_out and 'id="sessions"' not in signed_out


def test_a_code_is_drawn_for_a_session_of_this_site_only(owned):
    assert httpx.post(owned.url + "/me/codes").status_code == 401
    mine = browser(owned, OWNER)
    foreign = {"sec-fetch-site": "cross-site"}
    refused = mine.post("/me/codes", headers=foreign)
    assert refused.status_code == 403 and refused.json()["code"] == "site.other"
    drawn = mine.post("/me/codes").json()
    assert len(drawn["code"]) == 8 and len(drawn["permit"]) == 64
    for _ in range(9):
        mine.post("/me/codes")
    assert mine.post("/me/codes").status_code == 429
