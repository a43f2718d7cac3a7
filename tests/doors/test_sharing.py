"""Sharing by the command line: request, a narrower grant, fetch, refusals, uses."""

import contextlib
import csv
import io
import json
import sqlite3
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy
from served_city import Served

from huabiao.client.signing import call
from huabiao.proofs.verify import verify
from huabiao.services.gateway import Gateway, subject_tag

OWNER, READER = "市人社局", "市交通委"
NUMBER = "11010519491231002X"  # the example of GB 11643—1999


@pytest.fixture(scope="module")
def table(served: Served, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A registered table with a gateway before it; returns its key."""
    file = tmp_path_factory.mktemp("owner") / "staff.db"
    base = sqlite3.connect(file)
    base.executescript("CREATE TABLE staff (sfzh TEXT, job TEXT, pay INTEGER)")
    rows = [(NUMBER, "司机", 1), ("110101199003074530", "厨师", 2)]
    base.executemany("INSERT INTO staff VALUES (?, ?, ?)", rows)
    base.commit()
    base.close()
    words = ("directory", "scan", f"sqlite:///{file}", "--department", OWNER)
    (key,) = served.json(*words)["registered"]
    owner = served.keys(OWNER)
    served.grant("sharing", "department", READER)
    served.services["gateways"][owner.account] = Gateway(
        served.node.port,
        owner,
        sqlalchemy.create_engine(f"sqlite:///{file}"),
        b"tag key of the test",
        {key: "sfzh"},
        served.node.tags.keep,
    )
    return str(key)


@pytest.fixture(scope="module")
def grant(served: Served, table: str) -> str:
    asked = served.json(
        "share", "request", table, "-c", "job,pay", "--purpose", "核验",
        "--legal-basis", "某法第一条", "--as", READER,
    )  # fmt: skip
    assert asked["accepted"], asked
    id_ = str(asked["id"])
    words = ("share", "approve", id_, "-c", "job", "-w", "job:eq:司机", "--as", OWNER)
    assert served.json(*words)["accepted"]
    return id_


def fetch(served: Served, *words: str) -> Any:
    return served.run("share", "fetch", *words, "--as", READER, "--json")


def test_what_the_grant_allows_is_fetched(served: Served, grant: str) -> None:
    found = json.loads(fetch(served, grant).stdout)
    assert found["columns"] == ["job"] and found["rows"] == [["司机"]]
    city = served.remote(READER)
    receipt = city.octets(f"/api/proofs/sharing/receipts/{found['receipt']}")
    assert verify(receipt, city.get("/api/trust")).ok
    envelope = city.octets(f"/api/proofs/{found['envelope']}")
    assert verify(envelope, city.get("/api/trust")).statement["code"] == "ok"


def test_what_it_does_not_allow_is_refused_with_a_sentence(
    served: Served, grant: str
) -> None:
    for words in ((grant, "-c", "pay"), (grant, "--limit", "100000"), ("nothing",)):
        refused = fetch(served, *words)
        assert refused.exit_code == 1 and refused.stderr.strip(), words
        assert "Traceback" not in refused.stderr
    other = served.run("share", "fetch", grant, "-c", "job", "--as", OWNER)
    assert other.exit_code == 1


def test_a_wider_grant_is_refused(served: Served, table: str) -> None:
    asked = served.json(
        "share", "request", table, "-c", "job", "--purpose", "核验",
        "--legal-basis", "某法", "--as", READER,
    )  # fmt: skip
    wider = served.run("share", "approve", asked["id"], "-c", "job,pay", "--as", OWNER)
    assert wider.exit_code == 1 and "grant.wider" in wider.stderr


def test_a_person_sees_each_use(served: Served, grant: str) -> None:
    fetch(served, grant)
    gateway = served.services["gateways"][served.keys(OWNER).account]
    served.grant("identity", "registrar", "registrar")
    person = served.keys("张三")
    tag = subject_tag(gateway.tag_key, NUMBER)
    for first in range(0, 210, 30):  # more tags than a page, and before this one
        others = [
            call("identity", "bind_person", account=person.account,
                 tag=n.to_bytes(32, "big"))
            for n in range(first, first + 30)
        ]  # fmt: skip
        assert served.remote().send(served.keys("registrar"), *others).accepted
    bound = served.remote().send(
        served.keys("registrar"),
        call("identity", "bind_person", account=person.account, tag=tag),
    )
    assert bound.accepted, bound
    uses = served.json("share", "uses", "--as", "张三")["uses"]
    assert uses and uses[0]["purpose"] == "核验" and uses[0]["columns"] == ["job"]
    assert uses[0]["reader_name"] and uses[0]["grant"] == grant
    served.keys("clerk")  # makes the identity: this test stands alone
    with contextlib.closing(served.browser("张三")) as browser:
        assert 'href="/me/uses.csv"' in browser.get("/me").text
        text = browser.get("/me/uses.csv").text.removeprefix("\ufeff")
        newest, *_ = csv.DictReader(io.StringIO(text))
        assert (newest["purpose"], newest["grant"]) == ("核验", grant)
    assert httpx.get(served.url + "/me/uses.csv").status_code == 401
    assert served.json("share", "uses", "--as", "clerk")["uses"] == []


def test_an_error_goes_back_to_its_source(
    served: Served, grant: str, tmp_path: Path
) -> None:
    for name in (OWNER, READER):
        served.grant("correction", "department", name)
    shown = tmp_path / "page.txt"
    shown.write_text("what shows it")
    ask = ("correction", "ask", grant, "-c", "job", "--found", "职业代码已停用")
    first = served.json(*ask, "--evidence", str(shown), "--as", READER)
    second = served.json(*ask, "--id", "c2", "--as", READER)
    assert first["accepted"] and second["id"] == "c2"
    other = served.run(*ask, "--as", OWNER)
    assert other.exit_code == 1 and "party.other" in other.stderr

    answer = ("--answer", "已按新表更正", "--as")
    mine = served.run("correction", "correct", first["id"], *answer, READER)
    assert mine.exit_code == 1 and "party.other" in mine.stderr
    assert served.json("correction", "correct", first["id"], *answer, OWNER)["accepted"]
    assert served.json("correction", "uphold", "c2", *answer, OWNER)["accepted"]
    found = served.json("correction", "list", "--as", READER)["findings"]
    states = {each["id"]: each["state"] for each in found}
    assert states == {first["id"]: "corrected", "c2": "upheld"}
    evidence = sha256(b"what shows it").hexdigest()
    assert [each["fields"]["evidence"] for each in found].count(evidence) == 1
    served.keys("stranger")
    assert served.json("correction", "list", "--as", "stranger")["findings"] == []
