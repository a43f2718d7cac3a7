"""Supervision: a case end to end, for who supervises it, and evidence for a court."""

import hashlib
import io
import json
import re
import sqlite3
import zipfile
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from served_city import Served

from huabiao.crypto.address import show
from huabiao.doors.cli import main
from huabiao.proofs.verify import verify

CASE = "hazardous_waste/m-evidence"
ADDRESSES = ("/supervision", f"/supervision/{CASE}", f"/evidence/{CASE}")


@pytest.fixture(scope="module", autouse=True)
def roles(served: Served, case: str) -> None:
    """`bureau` supervises hazardous waste (from `case`), `auditor` the city; `careless`
    is refused twice, for loads without a code of the catalogue."""
    served.grant("supervision", "supervisor", "auditor")
    served.grant("hazardous_waste", "generator", "careless")
    good, bad = ({"waste_code": code, "declared": "1000"}
                 for code in ("900-041-49", "<script>"))  # fmt: skip
    for operation, name, key, given, code in (
        ("draft", "plant", "m-evidence", good, "ok"),
        ("collect", "truck", "m-evidence", {"weighed": 990}, "ok"),
        ("draft", "careless", "m-refused", bad, "waste.code"),
        ("draft", "careless", "m-refused", bad, "waste.code"),
    ):
        outcome = served.remote().call(
            served.keys(name), "hazardous_waste", operation, key, given
        )
        assert outcome.code == code, outcome


def ask(served: Served, path: str, name: str = "") -> httpx.Response:
    return served.browser(name).get(path)


@pytest.mark.parametrize("path", [*ADDRESSES, "/supervision/hazardous_waste/none"])
def test_a_stranger_is_refused_by_url(served: Served, path: str) -> None:
    assert ask(served, path).status_code == 401
    for name in ("stranger", "plant", "truck"):  # a party is no supervisor either
        answer = ask(served, path, name)
        assert answer.status_code == 403 and "900-041-49" not in answer.text


def test_a_supervisor_sees_his_own_scenario_alone(served: Served) -> None:
    desk = ask(served, "/supervision", "bureau").text
    assert "/scenarios/hazardous_waste" in desk and "/scenarios/e_bill" not in desk
    assert ask(served, "/supervision/e_bill/x", "bureau").status_code == 403
    city = ask(served, "/supervision", "auditor").text
    assert "/scenarios/hazardous_waste" in city and "/scenarios/e_bill" in city


def test_an_alert_says_why(served: Served) -> None:
    desk = ask(served, "/supervision", "bureau").text
    alert = next(
        part for part in desk.split("<section") if "waste.code" in part
        and show(served.keys("careless").account) in part
    )  # fmt: skip
    assert "危险废物转移联单：被拒绝 2 次" in alert
    assert "A waste code is written" in alert


def test_a_case_is_told_end_to_end(served: Served) -> None:
    for name in ("bureau", "auditor"):
        told = ask(served, f"/supervision/{CASE}", name).text
        words = re.sub(r"<[^>]+>", "", told)
        for word in (
            "900-041-49",
            "产废单位 generator、填报联单 draft",
            "运输单位 carrier、起运 collect",
            "过磅重量 weighed",
        ):
            assert word in words, word
        assert "<script" not in told


def test_a_case_shows_the_grant_of_data_that_it_names(
    served: Served, tmp_path: Path
) -> None:
    file = tmp_path / "drivers.db"
    base = sqlite3.connect(file)
    base.executescript("CREATE TABLE driver (id INTEGER PRIMARY KEY, licence TEXT)")
    base.close()
    words = ("directory", "scan", f"sqlite:///{file}", "--department", "市公安局")
    (table,) = served.json(*words)["registered"]
    served.grant("sharing", "department", "depot")
    served.grant("hazardous_waste", "facility", "depot")
    request = served.json(
        "share", "request", table, "-c", "licence", "--purpose", "核对驾驶证",
        "--legal-basis", "某法", "--as", "depot",
    )["id"]  # fmt: skip
    steps = (("draft", "plant", {"waste_code": "900-041-49", "declared": "10"}),
             ("collect", "truck", {"weighed": 10}),
             ("receive", "depot", {"weighed": 10}),
             ("send_back", "depot", {"reason": request}))  # fmt: skip
    for operation, name, given in steps:
        outcome = served.remote().call(
            served.keys(name), "hazardous_waste", operation, "m-sent-back", given
        )
        assert outcome.accepted, outcome
    path = "/supervision/hazardous_waste/m-sent-back"
    assert f'href="/scenarios/sharing/{request}"' in ask(served, path, "auditor").text
    assert "此件没有用到授权数据" in ask(served, f"/supervision/{CASE}", "auditor").text


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_package_is_verified_offline_by_the_command_alone(
    served: Served, tmp_path: Path
) -> None:
    answer = ask(served, f"/evidence/{CASE}", "bureau")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "no-store"
    for name, content in unpacked(answer.content).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    readme = (tmp_path / "README.md").read_text("utf-8")
    proofs = sorted((tmp_path / "proofs").iterdir())
    assert [each.name for each in proofs] == ["001.proof", "002.proof", "record.proof"]
    for proof in proofs:
        assert f"huabiao verify proofs/{proof.name} --trust trust.json" in readme
        words = ["verify", str(proof), "--trust", str(tmp_path / "trust.json")]
        result = CliRunner().invoke(main, words)
        assert result.exit_code == 0, result.output
        spoiled = bytearray(proof.read_bytes())
        spoiled[len(spoiled) // 2] ^= 1
        proof.write_bytes(spoiled)
        assert CliRunner().invoke(main, words).exit_code == 1
    assert json.loads((tmp_path / "missing.json").read_text("utf-8")) == []


def test_a_package_is_what_its_sums_and_its_proof_say(served: Served) -> None:
    files = unpacked(ask(served, f"/evidence/{CASE}", "auditor").content)
    sums = dict(
        reversed(line.split("  "))  # type: ignore[misc]
        for line in files.pop("SHA256SUMS").decode().splitlines()
    )
    assert sums == {
        name: hashlib.sha256(content).hexdigest() for name, content in files.items()
    }
    record = json.loads(files["record.json"])
    assert (
        record["fields"]["collected"] == "990" or record["fields"]["collected"] == 990
    )
    verdict = verify(files["proofs/record.proof"], files["trust.json"].decode())
    assert verdict.ok and verdict.statement["height"] == record["at"]
    assert verdict.statement["key"] == f"{CASE.replace('/', '/record/')}"


def test_the_same_height_gives_the_same_bytes(served: Served) -> None:
    first, second = (
        ask(served, f"/evidence/{CASE}", "bureau").content for _ in range(2)
    )
    assert first == second
