"""
A department of one level fetches rows of the other's real PostgreSQL by the command
line, both ways; grant, receipt and the person's trail stand on both chains.

Start from a granted request, spoil one thing, expect one refusal.
"""

import time
from dataclasses import dataclass

import psycopg
import pytest
from running_levels import Town, until

from huabiao.client.fetching import fetch_rows, open_rows, sign_fetch, signed_message
from huabiao.client.remote import Answered
from huabiao.client.signing import call
from huabiao.client.wallets import open_identity
from huabiao.codec import Instant
from huabiao.crypto import by_key
from huabiao.crypto.address import show
from huabiao.crypto.keys import Keys
from huabiao.proofs.verify import verify
from huabiao.services import databases
from huabiao.services.databases.population import department_code

READER, OWNER, BUREAU, CITIZEN = "民政局", "人社局", "登记处", "市民"
NUMBER = "11010519491231002X"  # the example of GB 11643—1999
OTHER = "110101199003074530"
COLUMNS = ("full_name", "insured")
HERE, THERE = 0, 1
ROUTES = ("beijing", "haidian")


@dataclass
class Case:
    """A reader of one level, an owner of the other; `ask` and `there` are the routes'
    names on the reader's and on the owner's chain."""

    reader: Town
    owner: Town
    ask: str
    there: str
    table: str

    def request(self, id_: str, *words: str) -> None:
        told = self.reader.json(
            "share", "request", self.table, "--route", self.ask, "-c",
            ",".join([*COLUMNS, "income"]), "--purpose", "救助核对", "--legal-basis",
            "社会救助暂行办法", "--id", id_, "--as", READER, *words,
        )  # fmt: skip
        assert told["accepted"], told

    def grant(self, id_: str, rate: int = 60) -> str:
        """Two of three columns are granted, of whoever is insured."""
        self.request(id_)
        asked = f"{self.there}.{id_}"
        path = f"/api/scenarios/sharing/records/{asked}"
        until(lambda: _there(self.owner.door, path))
        told = self.owner.json(
            "share", "approve", asked, "-c", ",".join(COLUMNS), "-w", "insured:eq:true",
            "--rate", str(rate), "--as", OWNER,
        )  # fmt: skip
        assert told["accepted"], told
        return asked

    def fetch(self, id_: str, *words: str):
        return self.reader.run(
            "share", "fetch", id_, "--route", self.ask, *words, "--as", READER, "--json"
        )

    def key(self) -> Keys:
        """What fetches at the owner's."""
        return open_identity(
            self.reader.home, f"{READER}@{self.ask}", self.owner.door.suite_name
        )

    def asked(self, id_: str):
        """The request as the reader's chain has it."""
        door = self.reader.door.as_(self.reader.keys(READER))
        page = door.get("/api/scenarios/remote_sharing/parts/asked", prefix=id_)
        return page["entries"][0]["entry"]


def _there(door, path):
    try:
        return door.get(path)
    except Answered:
        return None


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    running = databases.start(tmp_path_factory.mktemp("postgres"))
    yield running
    databases.remove(running)


@pytest.fixture(scope="session")
def tables(towns, cluster):
    """By level: the key of a table of a department's own database, served by the node
    of its home."""
    return [
        _served(town, cluster, name) for town, name in zip(towns, ROUTES, strict=True)
    ]


def _served(town, cluster, name):
    plain = cluster.url().replace("+psycopg", "")
    with psycopg.connect(plain, autocommit=True) as base:
        base.execute(f"CREATE DATABASE {name}_social")
    url = cluster.url(f"{name}_social")
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as base:
        base.execute(
            "CREATE TABLE people (id int PRIMARY KEY, identity_number text,"
            " full_name text, insured boolean, income numeric(12, 2))"
        )
        base.execute(
            "INSERT INTO people VALUES (1, %s, '张三', true, 10), (2, %s, '李四', true,"
            " 20), (3, '110101199003079710', '王五', false, 30)",
            (NUMBER, OTHER),
        )
    (key,) = town.json("directory", "scan", url, "--department", OWNER)["registered"]
    for contract, who in (("sharing", OWNER), ("remote_sharing", READER)):
        town.grant(contract, "department", town.keys(who).account)
    town.grant("identity", "registrar", town.keys(BUREAU).account)
    town.does("operator", call("levels", "enlist", account=town.keys(READER).account,
                               title=READER, code=department_code(3)))  # fmt: skip
    said = town.json("share", "gateway", "--database", url, "--as", OWNER)
    assert cluster.password() not in str(said)
    return key


@pytest.fixture(
    params=[HERE, pytest.param(THERE, marks=pytest.mark.long)],
    ids=["city reads", "district reads"],
)
def case(request, towns, tables):
    """The reader is let in over there."""
    at, other = request.param, 1 - request.param
    made = Case(towns[at], towns[other], ROUTES[other], ROUTES[at], tables[other])
    reader = show(made.reader.keys(READER).account)
    account = made.owner.json("levels", "account", made.there, reader)["account"]
    made.owner.json(
        "call", "governance", "grant_role", "两级", "scenario=sharing",
        "role=department", f"account={account}", "--as", "operator",
    )  # fmt: skip
    return made


def test_rows_go_over_sealed_and_both_sign(case):
    grant = case.grant("rows")
    until(lambda: case.asked("rows")["state"] == "granted")
    found = case.fetch("rows")
    assert found.exit_code == 0, found.output
    assert (
        '["张三", true], ["李四", true]' in found.output and "王五" not in found.output
    )
    request = sign_fetch(case.owner.door.chain, case.key(), grant, COLUMNS)
    answer = case.owner.door.post_octets("/api/sharing/fetch", request)
    assert "张三".encode() not in answer
    rows = open_rows(case.key(), answer)
    assert len(rows.rows) == 2
    door = case.owner.door.as_(case.owner.keys(OWNER))
    path = f"/api/proofs/{rows.envelope}"
    statement = verify(door.octets(path), door.get("/api/trust")).statement
    assert statement["sender"] == case.owner.keys(OWNER).account.hex(), statement
    page = door.get("/api/scenarios/sharing/parts/receipts", prefix=rows.receipt)
    receipt = page["entries"][0]["entry"]
    signed = signed_message(grant, bytes.fromhex(rows.receipt))
    signature = bytes.fromhex(receipt["reader_signature"])
    assert by_key.verify(case.key().public, signed, signature)
    assert (
        receipt["subject_count"] == 2
        and receipt["reader_key"] == case.key().public.hex()
    )


def test_the_person_finds_the_trail_on_both_levels(case):
    """The slip of another person, or of another receipt, shows nothing."""
    case.grant("trail")
    until(lambda: case.asked("trail")["state"] == "granted")
    assert case.fetch("trail").exit_code == 0
    case.reader.keys(CITIZEN)
    there = f"{CITIZEN}@{case.ask}"
    made = case.reader.run("key", "new", there, "--json", at=case.owner.door.url)
    assert made.exit_code == 0, made.output
    person = open_identity(case.reader.home, there, case.owner.door.suite_name)
    told = case.owner.run(
        "person", "bind", show(person.account), "--as", BUREAU, typed=NUMBER + "\n"
    )
    assert told.exit_code == 0 and NUMBER not in told.output, told.output

    def shown():
        found = case.reader.json("share", "uses", "--as", CITIZEN)["uses"]
        return [
            use for use in found if use["grant"].endswith(".trail") and use["shown_at"]
        ]

    (use,) = until(shown)
    assert use["level"] == case.ask and use["reader_chain"] == case.reader.door.chain
    assert use["purpose"] == "救助核对" and READER in use["reader_name"]
    slip = case.owner.door.as_(person).get(f"/api/me/uses/{use['receipt']}/slip")
    held = case.reader.door.post("/api/sharing/abroad", slip)
    assert held["grant"] == use["grant"] and held["columns"] == list(COLUMNS)
    for spoiled in ({"tag": "00" * 32}, {"index": 1 - slip["index"]}, {"path": []},
                    {"receipt": "00" * 32}):  # fmt: skip
        with pytest.raises(Answered, match="slip"):
            case.reader.door.post("/api/sharing/abroad", slip | spoiled)
    stranger = case.owner.keys("stranger")
    with pytest.raises(Answered, match="no such receipt about you"):
        case.owner.door.as_(stranger).get(f"/api/me/uses/{use['receipt']}/slip")


def test_what_the_grant_does_not_allow_is_refused_and_recorded(case):
    grant = case.grant("less", rate=2)
    chain, key, door = case.owner.door.chain, case.key(), case.owner.door
    other = case.fetch("less", "-c", "income")
    assert other.exit_code == 1 and "income" in other.stderr, other.output
    for _ in range(2):
        fetch_rows(door, key, grant, COLUMNS, limit=2)
    over = case.fetch("less", "-c", "insured", "--limit", "1")
    assert over.exit_code == 1 and "每分钟" in over.stderr
    stranger = case.owner.keys("stranger")
    with pytest.raises(Answered) as refused:
        door.post_octets(
            "/api/sharing/fetch", sign_fetch(chain, stranger, grant, COLUMNS)
        )
    assert refused.value.code == "reader.other"
    signed_in = door.as_(case.owner.keys(OWNER))
    page = signed_in.get("/api/scenarios/refused_fetch/parts/refusals", prefix=grant)
    codes = {each["entry"]["code"] for each in page["entries"]}
    assert codes == {"column", "rate", "reader.other"}


def test_after_its_period_a_grant_serves_nothing(case):
    case.request("brief")
    grant, door = f"{case.there}.brief", case.owner.door
    path = f"/api/scenarios/sharing/records/{grant}"
    until(lambda: _there(door, path))
    signed_in = door.as_(case.owner.keys(OWNER))
    terms = signed_in.get(path)["fields"]["asked"]
    ends = int(time.time() * 1000) + 8_000
    terms |= {"until": Instant.show(ends), "columns": ["insured"]}
    told = door.call(
        case.owner.keys(OWNER), "sharing", "approve", grant, {"terms": terms}
    )
    assert told.accepted, told

    fetch_rows(door, case.key(), grant, ["insured"], limit=1)
    until(lambda: time.time() * 1000 > ends)
    with pytest.raises(Answered) as refused:
        fetch_rows(door, case.key(), grant, ["insured"], limit=1)
    assert refused.value.code == "period"
