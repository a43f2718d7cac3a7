"""A licence from the command line: issued, shown in part, verified, revoked."""

import json
from pathlib import Path

import pytest
from served_city import Served

from huabiao.client.remote import Answered
from huabiao.client.signing import call
from huabiao.crypto.address import show
from huabiao.services.did.chain_method import chain_did

TYPE = "ChefLicence"
SCHEMA = (
    '{"type": "object", "properties": {"credentialSubject": {"required": ["name"]}}}'
)


@pytest.fixture(scope="module")
def bureau(served: Served) -> Served:
    """An issuer `foods` accredited for a type, with a status list, and a holder."""
    served.grant("accreditation", "root", "accreditor")
    far, city = 1_999_999_999_000, served.remote()
    for sender, *calls in (
        ("accreditor", call("accreditation", "accredit_body", types=[TYPE], until=far,
                            account=served.keys("chefs board").account)),
        ("chefs board",
         call("accreditation", "accredit_issuer", credential_type=TYPE, until=far,
              account=served.keys("foods").account),
         call("accreditation", "register_schema", f"{TYPE}/1", text=SCHEMA)),
        ("cook", call("identity", "publish_key", public=served.keys("cook").public)),
    ):  # fmt: skip
        outcome = city.send(served.keys(sender), *calls)
        assert outcome.accepted, outcome
    opened = served.json("credential", "open", "chefs", "--type", TYPE, "--as", "foods")
    assert opened["accepted"], opened
    return served


def lying_open(home: Path) -> str:
    """Everything that stands in the home's own files of credentials."""
    folders = (home / "credentials", home / "issued")
    files = [path for each in folders for path in each.rglob("*") if path.is_file()]
    return "".join(path.read_bytes().decode("utf-8", "replace") for path in files)


def holder(served: Served) -> str:
    return show(served.keys("cook").account)


def test_what_does_not_fit_the_schema_is_not_entered_as_issued(bureau, tmp_path):
    (tmp_path / "claims").write_text('{"level": 3}', "utf-8")
    listing = ("credential", "issued", holder(bureau), "--as", "foods")
    before = bureau.json(*listing)
    refused = bureau.run(
        "credential", "issue", str(tmp_path / "claims"), "--list", "chefs", "--to",
        "cook", "--schema", "1", "--out", str(tmp_path / "x"), "--as", "foods",
    )  # fmt: skip
    assert refused.exit_code == 1 and "required name" in refused.stderr
    assert bureau.json(*listing) == before and not (tmp_path / "x").exists()


@pytest.mark.parametrize("form", ["sd_jwt_vc", "vc_jwt", "data_integrity"])
def test_issue_present_verify_revoke(bureau, tmp_path, form):
    claims, licence, shown = (str(tmp_path / n) for n in ("claims", "licence", "shown"))
    (tmp_path / "claims").write_text('{"name": "赵师傅", "level": 3}', "utf-8")
    issued = bureau.json(
        "credential", "issue", claims, "--list", "chefs", "--to", holder(bureau),
        "--form", form, "--schema", "1", "--out", licence, "--as", "foods",
    )  # fmt: skip
    assert bureau.json("credential", "verify", licence)["ok"]
    told = bureau.json("credential", "issued", holder(bureau), "--as", "foods")
    assert issued["index"] in [each["index"] for each in told["issued"]]

    assert Path(licence).stat().st_mode & 0o077 == 0
    held = bureau.json("wallet", "take", licence, "--as", "cook")["credential"]
    assert not Path(licence).exists() and "赵师傅" not in lying_open(bureau.home)
    listed = bureau.json("wallet", "list", "--as", "cook")["credentials"]
    assert listed[held]["form"] == form
    only = ("--show", "name") if form == "sd_jwt_vc" else ()
    bureau.json("credential", "present", held, "--to", "clinic", "--nonce", "n1",
                *only, "--out", shown, "--as", "cook")  # fmt: skip

    def verified(nonce="n1", verifier="clinic", *words):
        return bureau.json("credential", "verify", shown, "--nonce", nonce,
                           "--as-verifier", verifier, *words)  # fmt: skip

    (found,) = verified()["credentials"]
    assert found["claims"]["name"] == "赵师傅"
    assert ("level" in found["claims"]) == (form != "sd_jwt_vc")
    assert verified("n2")["code"] == "nonce.unknown"
    assert verified("n1", "bank")["code"] == "audience"
    assert verified("n1", "clinic", "--type", "Passport")["code"] == "type.other"
    assert bureau.json("credential", "revoke", "chefs", str(issued["index"]),
                       "--reason", "ceased", "--as", "foods")["accepted"]  # fmt: skip
    assert verified()["code"] == "status.revoked"
    bureau.json("wallet", "drop", held, "--as", "cook")
    gone = bureau.run("credential", "present", held, "--to", "clinic", "--nonce", "n",
                      "--out", shown, "--as", "cook")  # fmt: skip
    assert gone.exit_code == 1 and "wallet list" in gone.stderr


def test_what_does_not_fit_the_schema_is_not_issued(bureau, tmp_path):
    (tmp_path / "claims").write_text('{"level": 3}', "utf-8")
    failed = bureau.run(
        "credential", "issue", str(tmp_path / "claims"), "--list", "chefs", "--to",
        holder(bureau), "--schema", "1", "--out", str(tmp_path / "x"), "--as", "foods",
    )  # fmt: skip
    assert failed.exit_code == 1 and "does not fit" in failed.output + failed.stderr
    assert not (tmp_path / "x").exists()


def test_the_doors_serve_what_a_verifier_needs(bureau):
    city = bureau.remote()
    document = city.get("/api/credentials/status/chefs")
    assert document["id"] == f"{bureau.url}/api/credentials/status/chefs"
    assert document["issuer"] == city.get("/api/credentials")["publisher"]
    assert json.loads(city.octets(f"/api/credentials/schemas/{TYPE}/1")) == json.loads(
        SCHEMA
    )
    issuer = chain_did(city.chain, bureau.keys("foods").account)
    told = city.get("/api/credentials/standing", issuer=issuer, type=TYPE)
    assert told["code"] == "ok" and told["body"].startswith("hb1")
    other = city.get("/api/credentials/standing", issuer=issuer, type="Passport")
    assert other["code"] == "issuer.unknown"
    stranger = {"issuer": "did:key:z6M", "type": TYPE}
    for path, query in (("status/nowhere", {}), (f"schemas/{TYPE}/9", {}),
                        ("standing", stranger)):  # fmt: skip
        with pytest.raises(Answered) as unknown:
            city.get(f"/api/credentials/{path}", **query)
        assert unknown.value.status == 404
