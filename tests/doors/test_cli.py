"""The command line against a real node: names, exit codes, JSON, files."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from served_city import Served

from huabiao.crypto.address import parse, show
from huabiao.doors.cli import COMMANDS, main


def test_every_command_helps_itself() -> None:
    for name in COMMANDS:
        result = CliRunner().invoke(main, [name, "--help"])
        assert result.exit_code == 0, (name, result.output)


def test_status_says_what_the_issue_lists(served: Served) -> None:
    found = served.json("status")
    wanted = {"height", "engine", "suite", "members", "state_root", "keys", "versions"}
    assert wanted <= set(found)


def test_notarise_prove_and_verify_offline(served: Served, tmp_path: Path) -> None:
    files = []
    for number in range(3):
        path = tmp_path / f"{number}.txt"
        path.write_text(f"file {number}")
        files.append(str(path))
    records = served.json("notarize", *files)["records"]
    assert [record["file"] for record in records] == files
    proof, trust = str(tmp_path / "1.proof"), str(tmp_path / "trust.json")
    assert served.run("proof", records[1]["id"], "-o", proof).exit_code == 0
    assert served.run("trust", "-o", trust).exit_code == 0
    offline = CliRunner()
    good = offline.invoke(main, ["verify", proof, files[1], "--trust", trust])
    assert good.exit_code == 0 and good.output.startswith("成立")
    other = offline.invoke(main, ["verify", proof, files[0], "--trust", trust])
    assert other.exit_code == 1 and "原文与存证不符" in other.output
    altered = bytearray(Path(proof).read_bytes())
    altered[len(altered) // 2] ^= 1
    Path(proof).write_bytes(altered)
    assert offline.invoke(main, ["verify", proof, "--trust", trust]).exit_code == 1


def test_call_says_accepted_or_the_refusals_sentence(served: Served, case: str) -> None:
    words = ("call", "hazardous_waste", "draft", "m7", "waste_code=900-041-49")
    good = served.json(*words, "declared=1,000", "--as", "plant")
    assert good["accepted"] and good["height"] > 0 and len(good["envelope"]) == 64
    again = served.run(*words, "declared=1", "--as", "plant")
    assert again.exit_code == 1 and "record.exists" in again.stderr
    refused = served.run(*words, "declared=1", "--as", "truck", "--json")
    assert refused.exit_code == 1
    assert json.loads(refused.stdout)["code"] == "role.missing"


def test_call_takes_names_in_a_list_of_accounts(served: Served, case: str) -> None:
    mine, plant, truck = (
        show(served.keys(name).account) for name in ("guarded", "plant", "truck")
    )
    words = ("call", "recovery", "name_guardians", "needed=2", "--as", "guarded")
    assert served.json(*words, f"accounts=plant,{truck}")["accepted"]
    path = "/api/scenarios/recovery/parts/guardians"
    [kept] = served.remote().get(path, prefix=parse(mine).hex())["entries"]
    assert kept["entry"]["accounts"] == [plant, truck]
    unknown = served.run(*words, "accounts=plant,nobody")
    assert unknown.exit_code == 1 and "nobody" in unknown.stderr


def test_call_explains_what_it_cannot_read(served: Served, case: str) -> None:
    for words, said in (
        (("draft", "m8", "waste_code=x", "declared=many"), "declared"),
        (("draft", "m8", "weight=1"), "weight"),
        (("draft", "m8", "waste_code=x"), "declared"),
        (("fly", "m8"), "collect"),
    ):
        result = served.run("call", "hazardous_waste", *words, "--as", "plant")
        assert result.exit_code == 1 and said in result.stderr, result.stderr
        assert "Traceback" not in result.stderr


def test_show_uses_an_identity_of_the_home_that_may_see(
    served: Served, case: str
) -> None:
    record = served.json("show", "hazardous_waste", case)
    assert record["complete"] and record["fields"]["collected"] == 990
    served.keys("clerk")
    stranger = served.json("show", "hazardous_waste", case, "--as", "clerk")
    assert not stranger["complete"] and stranger["fields"] == {}
    missing = served.run("show", "hazardous_waste", "nothing")
    assert missing.exit_code == 1


def test_scenarios_are_descriptions(served: Served) -> None:
    found = served.json("scenarios")["scenarios"]
    assert found["hazardous_waste"]["operations"]["draft"]["manner"] == "opens"


def test_keys_are_made_and_listed(served: Served) -> None:
    made = served.json("key", "new", "某企业")
    assert made["account"] == show(served.keys("某企业").account)
    listed = served.json("key", "list")["identities"]
    assert made["account"] in [each["account"] for each in listed]
    assert served.run("key", "new", "../x").exit_code == 1
    assert len(served.json("key", "token", "某企业")["token"]) > 30


def test_no_city_is_a_sentence(tmp_path: Path) -> None:
    environment = {"HUABIAO_URL": "http://127.0.0.1:9", "HUABIAO_HOME": str(tmp_path)}
    result = CliRunner().invoke(main, ["status"], env=environment)
    assert result.exit_code == 1 and "huabiao up" in result.stderr
    ill = CliRunner().invoke(main, ["doctor", "--json"], env=environment)
    assert ill.exit_code == 1 and not json.loads(ill.stdout)["ok"]


def test_doctor_finds_a_city_well(served: Served) -> None:
    assert served.json("doctor")["ok"]


def test_an_option_that_cannot_be_is_a_sentence(tmp_path: Path) -> None:
    for words, said in (
        (("status", "--url", "http://127.0.0.1:notaport"), "http://127.0.0.1:8080"),
        (("up", "--home", str(tmp_path / "h"), "--port", "99999"), "65535"),
        (("up", "--home", str(tmp_path / "h"), "--story", "night"), "day"),
    ):
        result = CliRunner().invoke(main, list(words))
        assert result.exit_code in (1, 2) and said in result.stderr, result.output
        assert not (tmp_path / "h").exists()


def test_a_reader_that_has_seen_enough_is_no_error(served: Served) -> None:
    """As with `huabiao scenarios --json | head -c 10`."""
    huabiao = Path(sys.executable).with_name("huabiao")
    command = f"{huabiao} scenarios --json --url {served.url} | head -c 10"
    done = subprocess.run(command, shell=True, capture_output=True, timeout=60)
    assert len(done.stdout) == 10 and done.stderr == b""


@pytest.mark.parametrize(
    ("kept", "engine", "said"),
    [
        ("genesis", "cometbft", "cannot become a network"),
        ("org-01/node.toml", "embedded", "holds a network"),
    ],
)
def test_a_folder_of_the_other_kind_is_named(tmp_path, kept, engine, said):
    (tmp_path / kept).parent.mkdir(exist_ok=True)
    (tmp_path / kept).write_text("")
    result = CliRunner().invoke(
        main, ["up", "--home", str(tmp_path), "--engine", engine]
    )
    assert result.exit_code == 1 and said in result.stderr
