"""Personal values through the doors: in, out for those who may, and gone for good."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from served_city import Served

from huabiao.client.remote import Answered, Remote
from huabiao.crypto.address import show
from huabiao.doors.cli import main
from huabiao.proofs.verify import verify

SECRET = "赵保密 13912345678"
WASTE = "hazardous_waste"
LOOK = ("--purpose", "途中检查")


def words(command: str, record: str, *rest: str) -> tuple[str, ...]:
    return ("vault", command, WASTE, record, "driver", *rest)


@pytest.fixture
def load(served: Served, case: str, request: pytest.FixtureRequest) -> str:
    """A manifest whose driver, `driver`, stands in the vault."""
    id_ = request.node.name[:60]
    return collected(served, id_, "--about", "driver")


def collected(served: Served, id_: str, *rest: str) -> str:
    served.keys("driver")
    drafted = served.json(
        "call", WASTE, "draft", id_, "waste_code=900-041-49", "declared=9",
        "--as", "plant",
    )  # fmt: skip
    assert drafted["accepted"], drafted
    taken = served.json(
        "call", WASTE, "collect", id_, "weighed=9", f"driver={SECRET}", "--as",
        "truck", *rest,
    )  # fmt: skip
    assert taken["accepted"], taken
    return id_


def everything_in(home: Path) -> bytes:
    """Every byte of a home folder; what SQLite holds in its log is brought in too."""
    with sqlite3.connect(home / "index.sqlite") as connection:
        dump = "\n".join(connection.iterdump()).encode()
    files = [path for path in home.rglob("*") if path.is_file()]
    assert len(files) > 10
    return dump + b"".join(path.read_bytes() for path in files)


def refusal(remote: Remote, path: str, document: Any) -> str:
    with pytest.raises(Answered) as caught:
        remote.post(path, document)
    return caught.value.code


def asked(record: str, field: str = "driver") -> dict[str, str]:
    return {"scenario": WASTE, "record": record, "field": field, "purpose": "x"}


def test_the_chain_holds_a_commitment_and_the_home_no_clear_text(
    served: Served, load: str
) -> None:
    record = served.json("show", WASTE, load, "--as", "truck")
    assert len(bytes.fromhex(record["fields"]["driver"])) == 32
    found = served.json(*words("open", load, *LOOK, "--as", "plant"))
    assert found["value"] == SECRET
    content = everything_in(served.home)
    for form in (SECRET, "赵保密", "13912345678"):
        assert form.encode() not in content
        assert form.encode("utf-16-le") not in content
        assert json.dumps(form).strip('"').encode() not in content


def test_only_those_who_may_have_it_opened(served: Served, load: str) -> None:
    for who in ("truck", "plant", "driver", "bureau"):
        found = served.json(*words("open", load, *LOOK, "--as", who))
        assert found["value"] == SECRET, who
    refused = served.run(*words("open", load, *LOOK, "--as", "clerk"))
    assert refused.exit_code == 1 and SECRET not in refused.output
    assert refusal(served.remote("clerk"), "/api/vault/open", asked(load)) == (
        "sight.missing"
    )
    assert refusal(served.remote(), "/api/vault/open", asked(load)) == "session.missing"
    for wrong in (asked("none"), asked(load, "carrier"), asked(load, "reason")):
        code = refusal(served.remote("truck"), "/api/vault/open", wrong)
        assert code == "unknown"


def test_whom_the_person_allowed_sees_it_until_that_is_taken_back(
    served: Served, load: str
) -> None:
    commitment = served.json("show", WASTE, load, "--as", "truck")["fields"]["driver"]
    insurer = show(served.keys("insurer").account)
    allowed = served.json(
        "call", "privacy", "allow", commitment, f"reader={insurer}", "purpose=理赔",
        "until=2099-01-01T00:00:00Z", "--as", "driver",
    )  # fmt: skip
    assert allowed["accepted"], allowed
    view = served.remote("insurer")
    assert view.post("/api/vault/open", asked(load))["value"] == SECRET
    taken = served.json(
        "call", "privacy", "withdraw", commitment, f"reader={insurer}", "--as", "driver"
    )
    assert taken["accepted"], taken
    assert refusal(view, "/api/vault/open", asked(load)) == "sight.missing"


def test_the_person_sees_each_opening(served: Served, load: str) -> None:
    opened = served.json(*words("open", load, *LOOK, "--as", "bureau"))
    uses = served.json("share", "uses", "--as", "driver")["uses"]
    (use,) = [use for use in uses if use.get("record") == f"{WASTE}/{load}"]
    assert use["receipt"] == opened["opening"] and use["purpose"] == "途中检查"
    assert use["reader"] == show(served.keys("bureau").account)
    assert use["columns"] == ["driver"] and use["height"] > 0 and use["at"]
    mine = served.json("vault", "mine", "--as", "driver")["values"]
    assert [v["state"] for v in mine if v["record"] == load] == ["kept"]
    assert SECRET not in json.dumps([uses, mine], ensure_ascii=False)
    assert load not in json.dumps(served.json("vault", "mine", "--as", "clerk"))


def test_erased_for_everybody_and_provable(
    served: Served, load: str, tmp_path: Path
) -> None:
    commitment = served.json("show", WASTE, load, "--as", "truck")["fields"]["driver"]
    stranger = served.run(*words("erase", load, "--reason", "x", "--as", "clerk"))
    assert stranger.exit_code == 1
    party = served.run(*words("erase", load, "--reason", "x", "--as", "plant"))
    assert party.exit_code == 1 and "concerned" in party.stderr
    done = served.json(*words("erase", load, "--reason", "本人要求", "--as", "driver"))
    assert done["state"] == "erased" and done["asked_by"] == show(
        served.keys("driver").account
    )
    vault = served.node.vault
    assert not list(served.home.glob(f"vault/*/*/{commitment}"))
    assert commitment not in vault.older_than(2**50)
    for who in ("truck", "driver", "bureau"):
        code = refusal(served.remote(who), "/api/vault/open", asked(load))
        assert code == "vault.erased"
    again = served.run(*words("erase", load, "--reason", "x", "--as", "truck"))
    assert again.exit_code == 1 and "[erased]" in again.stderr
    proof, trust = tmp_path / "erased.proof", tmp_path / "trust.json"
    words_ = ("proof", f"privacy/kept/{commitment}", "-o", str(proof))
    assert served.run(*words_, "--as", "driver").exit_code == 0
    assert served.run("trust", "-o", str(trust)).exit_code == 0
    verdict = CliRunner().invoke(main, ["verify", str(proof), "--trust", str(trust)])
    assert verdict.exit_code == 0, verdict.output
    assert "删除（本人要求）" in verdict.output and "was erased" in verdict.output
    assert f"{WASTE}/{load}.driver" in verdict.output
    record = served.json("show", WASTE, load, "--as", "truck")
    assert record["fields"]["driver"] == commitment


def test_ciphertext_altered_or_exchanged_is_not_opened(
    served: Served, load: str
) -> None:
    other = collected(served, f"{load}-2")
    truck = served.remote("truck")
    names = [
        truck.get(f"/api/scenarios/{WASTE}/records/{id_}")["fields"]["driver"]
        for id_ in (load, other)
    ]
    for kind in ("objects", "keys"):
        paths = [served.home / "vault" / kind / name[:2] / name for name in names]
        contents = [path.read_bytes() for path in paths]
        paths[0].write_bytes(contents[1])
        assert refusal(truck, "/api/vault/open", asked(load)) == "vault.damaged"
        paths[0].write_bytes(contents[0][:-1] + bytes([contents[0][-1] ^ 1]))
        assert refusal(truck, "/api/vault/open", asked(load)) == "vault.damaged"
        paths[0].write_bytes(contents[0])
    assert truck.post("/api/vault/open", asked(load))["value"] == SECRET
    for kind in ("objects", "keys"):
        # Key and object of the other record together: both are bound to its place.
        paths = [served.home / "vault" / kind / name[:2] / name for name in names]
        paths[0].write_bytes(paths[1].read_bytes())
    assert refusal(truck, "/api/vault/open", asked(load)) == "vault.damaged"


@contextmanager
def page_of(served: Served, name: str) -> Iterator[httpx.Client]:
    """A browser that has signed in by the form."""
    token = served.json("key", "token", name)["token"]
    with httpx.Client(base_url=served.url, trust_env=False) as browser:
        assert browser.post("/me", data={"token": token}).status_code == 303
        yield browser


def test_a_page_opens_a_value_for_whom_may_see_it_and_no_other(
    served: Served, load: str
) -> None:
    where = {"scenario": WASTE, "record": load, "field": "driver"}
    form = {**where, "purpose": "途中检查"}
    assert SECRET not in httpx.get(served.url + "/values", params=where).text
    assert httpx.post(served.url + "/values", data=form).status_code == 401
    with page_of(served, "truck") as truck:
        record = truck.get(f"/scenarios/{WASTE}/{load}").text
        assert f"/values?scenario={WASTE}" in record
        before = truck.get("/values", params=where)
        assert before.status_code == 200 and SECRET not in before.text
        assert truck.post("/values", data=where).status_code == 422
        other_site = {"sec-fetch-site": "cross-site"}
        refused = truck.post("/values", data=form, headers=other_site)
        assert refused.status_code == 403 and SECRET not in refused.text
        shown = truck.post("/values", data=form)
        assert SECRET in shown.text and shown.headers["cache-control"] == "no-store"
    served.keys("stranger")
    with page_of(served, "stranger") as stranger:
        for answer in (
            stranger.get("/values", params=where),
            stranger.post("/values", data=form),
        ):
            assert answer.status_code == 403 and SECRET not in answer.text
    with page_of(served, "driver") as driver:
        mine = driver.get("/me").text
        assert "途中检查" in mine and f"record={load}" in mine
        served.json(*words("erase", load, "--reason", "不再需要", "--as", "driver"))
        after = driver.get("/values", params=where).text
        assert "已删除" in after and '<form method="post" action="/values"' not in after
        commitment = after.partition("/proofs/privacy/kept/")[2][:64]
        proof = driver.get(f"/proofs/privacy/kept/{commitment}").content
        verdict = verify(proof, served.remote().get("/api/trust"))
        assert verdict.ok and verdict.statement["kept"]["erased_at"]
        assert driver.post("/values", data=form).status_code == 410
