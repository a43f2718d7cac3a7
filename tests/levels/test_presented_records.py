"""
A record of the district's chain presented on the city's by its address, with the proof:
shown with chain, height, age and trust, renewed, refused where it is not so.
"""

import re

import httpx
import pytest

from huabiao.client.signing import call
from huabiao.client.wallets import open_identity
from huabiao.proofs.verify import verify

ADDRESS = "haidian.beijing/licences/L-1"
COPY = "haidian/licences/record/L-1"
DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def licence(towns):
    """A licence of the district's; whom it was issued to presents it in the city."""
    city, district = towns
    city.keys("clerk")
    city.run("key", "new", "clerk@haidian", at=district.door.url)
    holder = open_identity(city.home, "clerk@haidian", district.door.suite_name)
    district.grant("licences", "department", district.keys("registry").account)
    now = district.door.status()["time"]
    district.does("registry", call(
        "licences", "issue", "L-1", licence_type="business", entries=["name"],
        holder=holder.account, until=now + 30 * DAY_MS,
        content=bytes(32),
    ))  # fmt: skip
    return towns


def test_a_record_is_presented_shown_and_renewed_by_its_address(licence):
    city, district = licence
    missing = city.run("show", ADDRESS, "--as", "clerk")
    assert missing.exit_code == 1 and "remote present" in missing.stderr
    told = city.json("remote", "present", ADDRESS, "--as", "clerk")
    assert told["accepted"] and told["id"] == COPY, told
    shown = city.json("show", ADDRESS, "--as", "clerk")
    assert shown["fields"]["stood"] == "valid" and shown["fields"]["value"] is None
    assert shown["told"]["address"] == ADDRESS
    assert "certificates" in shown["told"]["trust_sentence"]
    assert district.door.chain in shown["told"]["sentence"]
    assert 0 <= shown["told"]["age_s"] < 600
    district.does("registry", call("licences", "revoke", "L-1", reason="ended"))
    assert city.json("show", ADDRESS, "--as", "clerk")["fields"]["stood"] == "valid"
    assert city.json("remote", "present", ADDRESS, "--keep", "--as", "clerk")[
        "accepted"
    ]
    renewed = city.json("show", ADDRESS, "--as", "clerk")
    assert renewed["fields"]["stood"] == "revoked" and renewed["fields"]["value"]
    assert renewed["fields"]["height"] > shown["fields"]["height"]
    page = _page(city)
    assert ADDRESS in page and "known when it is renewed" in page
    assert f"{district.door.url}/scenarios/licences/L-1" in page
    strangers = city.door.get(f"/api/copies/{COPY}")
    assert strangers["told"] is None and not strangers["fields"]


def _page(city):
    token = city.door.token(city.keys("clerk"))["token"]
    with httpx.Client(base_url=city.door.url) as browser:
        browser.post("/me", data={"token": token})
        return browser.get(f"/scenarios/shared_records/{COPY}").text


def test_an_address_is_proved_by_its_own_chain(licence, tmp_path):
    city, district = licence
    file = tmp_path / "licence.proof"
    assert city.json("proof", ADDRESS, "-o", str(file), "--as", "clerk")["bytes"]
    trust = district.door.get("/api/trust")
    assert verify(file.read_bytes(), trust).ok
    assert not verify(file.read_bytes(), city.door.get("/api/trust")).ok
    own = district.json("show", ADDRESS, "--as", "registry")
    assert own["scenario"] == "licences" and own["id"] == "L-1"


@pytest.mark.parametrize(
    ("address", "words", "said"),
    [
        ("tongzhou.beijing/licences/L-1", (), "haidian.beijing"),
        ("haidian.tianjin/licences/L-1", (), "not known"),
        ("beijing.beijing/licences/L-1", (), "another chain"),
        ("haidian.beijing/licences", (), "a record"),
        ("haidian.beijing/licences/L-2", (), "no"),
        ("licences", (), "CHAIN.ZONE"),
        (ADDRESS, ("--at-url", "ours"), "leads to"),
    ],
)
def test_what_cannot_be_presented(licence, address, words, said):
    city, _ = licence
    given = [city.door.url if each == "ours" else each for each in words]
    refused = city.run("remote", "present", address, *given, "--as", "clerk")
    assert refused.exit_code == 1 and re.search(said, refused.stderr), refused.output
    assert "Traceback" not in refused.output
