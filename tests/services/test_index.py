"""
The index tells what the chain says: each answer is compared with the city's own ledger
or with the calls that the test itself made.
"""

import inspect
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from huabiao.client.port import BlockView
from huabiao.codec import decode, encode
from huabiao.crypto.address import show
from huabiao.crypto.envelope import Call
from huabiao.crypto.keys import Keys
from huabiao.ledger.ledger import open_block, receipts_of
from huabiao.platform import governance
from huabiao.proofs.header import header_hash
from huabiao.scenarios import hazardous_waste
from huabiao.services.index import Index, NotIndexed, OutOfStep, schema
from huabiao.testing import City

SOURCES = [inspect.getsource(module) for module in (governance, hazardous_waste)]
WASTE = "hazardous_waste"
DIRECTORY = '''
"""A directory for the test of the search: columns and who answers for them."""

from huabiao.contracts import (
    ListOf, Party, Record, Registry, Scenario, Text, Title, anyone, does,
)


class Column(Record):
    owner: Party
    title: Text
    words: ListOf[Text]


class Receipt(Record):
    reader: Party
    columns: ListOf[Text]
    grant: Text


class Grant(Record):
    purpose: Text


class {name}(Scenario):
    """Columns that people look for."""

    title = Title(zh="目录", en="Directory")

    columns = Registry(Column)
    receipts = Registry(Receipt)
    grants = Registry(Grant)

    @does(by=anyone, keyed=True)
    def register(self, title: Text, words: ListOf[Text]) -> None:
        """Register a column."""
        self.columns.put(self.key, Column(self.caller, title, words))

    @does(by=anyone, keyed=True)
    def strike(self) -> None:
        """Remove a column."""
        self.columns.remove(self.key)

    @does(by=anyone, keyed=True)
    def grant(self, purpose: Text) -> None:
        """Grant something."""
        self.grants.add(self.key, Grant(purpose))

    @does(by=anyone, keyed=True)
    def receive(self, columns: ListOf[Text], grant: Text) -> None:
        """Receipt something."""
        self.receipts.add(self.key, Receipt(self.caller, columns, grant))
'''


def view(city: City, height: int) -> BlockView:
    """A block as the city's log holds it."""
    ledger = city.ledger
    header, logged, envelopes = open_block(ledger.log.read(height), ledger.digest)
    hash_ = header_hash(ledger.digest, logged.header)
    certificate, receipts = logged.certificate, receipts_of(logged)
    return BlockView(header, hash_, certificate, envelopes, receipts)


class CityPort:
    """The part of a port that the index asks for, over a test city."""

    chain = "test-city"

    def __init__(self, city: City) -> None:
        self.city = city

    @property
    def height(self) -> int:
        return self.city.ledger.height

    def block(self, height: int) -> BlockView | None:
        return view(self.city, height) if 1 <= height <= self.height else None

    def blocks(self, start: int) -> Iterator[BlockView]:
        for height in range(start, self.height + 1):
            yield view(self.city, height)

    def descriptions(self) -> dict[str, dict[str, Any]]:
        contracts = self.city.ledger.contracts
        return {name: loaded.description for name, loaded in contracts.items()}

    def wait_for(self, height: int, seconds: float) -> bool:
        threading.Event().wait(min(seconds, 0.01))
        return self.height >= height


def take_in(index: Index, city: City) -> Index:
    """Bring an index to the city's height."""
    port = CityPort(city)
    for block in port.blocks(index.height + 1):
        index.add_block(block, port.descriptions())
    return index


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    city = City(tmp_path / "city", sources=SOURCES)
    yield city
    city.close()


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    index = Index(tmp_path / "index.sqlite")
    yield index
    index.close()


def install(city: City, name: str) -> None:
    """Put the test's contract on the chain under a name."""
    source = DIRECTORY.replace("{name}", name)
    proposal = f"install-{name}"
    city.call(
        city.admin, "governance", "propose", proposal,
        action="install_contract", source=source,
    )  # fmt: skip
    city.call(city.admin, "governance", "approve", proposal)


def cast(city: City) -> tuple[Keys, Keys, Keys]:
    """A plant, a truck and a furnace, each with its role."""
    names = ("generator", "carrier", "facility")
    found = tuple(city.cast(name) for name in names)
    for role, keys in zip(names, found, strict=True):
        city.grant(WASTE, role, keys)
    return found  # type: ignore[return-value]


def drafted(city: City, plant: Keys, *ids: str, code: str = "900-041-49") -> None:
    for id_ in ids:
        city.call(plant, WASTE, "draft", id_, waste_code=code, declared=1000)


def test_an_empty_index_answers_everything_with_nothing(index: Index) -> None:
    assert index.height == 0
    assert index.locate("ab" * 32) is None
    assert index.history(WASTE, "m1") == []
    assert index.counts(WASTE) == {}
    assert index.records(WASTE) == index.entries(WASTE, "x") == index.latest() == []
    assert index.search("企业") == index.uses(b"t" * 32) == []


def test_history_tells_who_did_what_to_a_record(city: City, index: Index) -> None:
    plant, truck, _ = cast(city)
    drafted(city, plant, "m1")
    first = city.ledger.height
    city.refused("heavier", truck, WASTE, "collect", "m1", weighed=2000)
    city.call(truck, WASTE, "collect", "m1", weighed=990)
    told = take_in(index, city).history(WASTE, "m1")
    assert [(t["operation"], t["from"], t["to"], t["code"]) for t in told] == [
        ("draft", None, "drafted", "ok"),
        ("collect", None, None, "heavier"),
        ("collect", "drafted", "moving", "ok"),
    ]
    assert [t["height"] for t in told] == [first, first + 1, first + 2]
    assert told[0]["sender"] == show(plant.account)
    assert told[2]["sender"] == show(truck.account)
    block = view(city, first)
    assert told[0]["time"] == block.header.time
    assert told[0]["envelope"] == block.envelopes[0].id.hex()


def test_an_envelope_is_found_by_its_id_and_by_sixteen_digits(
    city: City, index: Index
) -> None:
    plant, _, _ = cast(city)
    calls = [Call(WASTE, "draft", f"m{n}", {}) for n in range(3)]
    block = city.block(*[city.envelope(plant, call) for call in calls])
    take_in(index, city)
    for n, receipt in enumerate(block.receipts):
        id_ = receipt.envelope.hex()
        assert index.locate(id_) == (city.ledger.height, n)
        assert index.locate(id_[:16]) == (city.ledger.height, n)
        assert index.locate(id_[:15]) is None
        assert index.locate(id_[:20] + "x" * 44) is None


def test_records_show_the_newest_value_by_state_sender_and_field(
    city: City, index: Index
) -> None:
    plant, truck, _ = cast(city)
    drafted(city, plant, "m1", "m2")
    drafted(city, plant, "m3", code="261-071-11")
    city.call(truck, WASTE, "collect", "m2", weighed=900)
    take_in(index, city)

    def ids(**given: Any) -> list[str]:
        return [record["id"] for record in index.records(WASTE, **given)]

    assert ids() == ["m1", "m2", "m3"]
    assert ids(after="m1", limit=1) == ["m2"]
    assert ids(state="drafted") == ["m1", "m3"]
    assert ids(sender=truck.account) == ["m2"]
    assert ids(field="waste_code", value="900-041-49") == ["m1", "m2"]
    assert ids(field="waste_code", value="900-041-49", after="m1") == ["m2"]
    assert ids(field="generator", value=plant.account, sender=truck.account) == ["m2"]
    assert ids(field="generator", value=plant.account, state="moving") == ["m2"]
    with pytest.raises(NotIndexed, match="waste_code"):
        ids(field="carrier", value=truck.account)
    (moving,) = index.records(WASTE, state="moving")
    assert moving["value"] == city.ledger.read(f"{WASTE}/record/m2")
    assert decode(moving["value"])[:2] == [moving["state"], moving["revision"]]
    assert index.counts(WASTE) == {"drafted": 2, "moving": 1}


def test_every_version_of_a_state_key_stays(city: City, index: Index) -> None:
    plant, truck, _ = cast(city)
    key = f"{WASTE}/record/m1"
    drafted(city, plant, "m1")
    first = city.ledger.read(key)
    opened = city.ledger.height
    city.call(truck, WASTE, "collect", "m1", weighed=900)
    take_in(index, city)
    assert index.value_at(key, opened - 1) is None
    assert index.value_at(key, opened) == first
    assert index.value_at(key, city.ledger.height) == city.ledger.read(key) != first


def test_entries_are_read_in_order_page_by_page(city: City, index: Index) -> None:
    install(city, "Directory")
    clerk = city.cast("clerk")
    for key in ("a/1", "a/2", "b/1"):
        city.call(clerk, "directory", "register", key, title=key, words=[])
    city.call(clerk, "directory", "strike", "a/1")
    city.call(clerk, "directory", "register", "a/2", title="changed", words=[])
    take_in(index, city)
    found = index.entries("directory", "columns")
    assert [key for key, _ in found] == ["a/2", "b/1"]
    assert found[0][1] == city.ledger.read("directory/columns/a/2")
    assert [key for key, _ in index.entries("directory", "columns", "b")] == ["b/1"]
    paged = index.entries("directory", "columns", after="a/2", limit=1)
    assert [key for key, _ in paged] == ["b/1"]
    told = index.history("directory", "columns/a/1")
    assert [t["operation"] for t in told] == ["register", "strike"]


def test_newest_envelopes_refusals_and_one_accounts_own(
    city: City, index: Index
) -> None:
    plant, truck, _ = cast(city)
    drafted(city, plant, "m1")
    calls = [
        Call(WASTE, "draft", "m2", {"waste_code": "900-041-49", "declared": 5}),
        Call(WASTE, "draft", "m1", {"waste_code": "900-041-49", "declared": 5}),
        Call(WASTE, "draft", "m3", {"waste_code": "900-041-49", "declared": 5}),
    ]
    receipt = city.submit(plant, *calls)
    assert receipt.code == "record.exists"
    take_in(index, city)
    (newest, before) = index.latest(2)
    assert newest["envelope"] == receipt.envelope.hex()
    assert (newest["calls"], newest["key"]) == (3, "m1"), "the call that decided"
    assert before["code"] == "ok"
    assert index.refusals() == [newest]
    assert newest["sentence"] == receipt.sentence
    assert index.account_history(plant.account) == [newest, before]
    assert index.account_history(truck.account) == []
    assert index.history(WASTE, "m2")[0]["code"] == "undone"
    assert index.records(WASTE, after="m1") == [], "nothing of a refused envelope"


def test_events_after_a_height_are_never_cut_inside_a_block(
    city: City, index: Index
) -> None:
    plant, _, _ = cast(city)
    start = city.ledger.height
    arguments = {"waste_code": "900-041-49", "declared": 5}
    for block in range(2):
        calls = [Call(WASTE, "draft", f"{block}-{n}", arguments) for n in range(4)]
        city.block(*[city.envelope(plant, c) for c in calls[:2]],
                   city.envelope(plant, *calls[2:]))  # fmt: skip
    take_in(index, city)
    first = index.events(WASTE, "draft", start, limit=1)
    assert [event["key"] for event in first] == ["0-0", "0-1", "0-2", "0-3"]
    rest = index.events(WASTE, "draft", first[-1]["height"], limit=50)
    assert [event["key"] for event in rest] == ["1-0", "1-1", "1-2", "1-3"]
    assert rest[0]["detail"] == {"to": "drafted"}


def test_a_block_that_is_there_changes_nothing_and_a_gap_is_told(
    city: City, index: Index
) -> None:
    plant, _, _ = cast(city)
    drafted(city, plant, "m1", "m2")
    port = CityPort(city)
    index.add_block(view(city, 1), port.descriptions())
    index.add_block(view(city, 1), port.descriptions())
    assert index.height == 1
    with pytest.raises(OutOfStep, match="go on from 2"):
        index.add_block(view(city, 3), port.descriptions())
    assert index.height == 1
    take_in(index, city)
    assert index.counts(WASTE) == {"drafted": 2}


def dump(path: Path) -> list[str]:
    with sqlite3.connect(path) as connection:
        return [line for line in connection.iterdump() if "words" not in line]


def test_one_block_at_a_time_or_many_make_the_same_tables(
    city: City, tmp_path: Path
) -> None:
    plant, truck, _ = cast(city)
    drafted(city, plant, "m1", "m2", "m3")
    city.call(truck, WASTE, "collect", "m2", weighed=900)
    install(city, "Directory")
    city.call(plant, "directory", "register", "c", title="企业", words=["x"])
    port = CityPort(city)
    one, many = Index(tmp_path / "one.sqlite"), Index(tmp_path / "many.sqlite")
    one.add_blocks([], port.descriptions())
    take_in(one, city)
    many.add_blocks(list(port.blocks(1)), port.descriptions())
    one.close()
    many.close()
    assert dump(tmp_path / "one.sqlite") == dump(tmp_path / "many.sqlite")


def test_a_crash_inside_a_batch_leaves_whole_blocks(city: City, index: Index) -> None:
    plant, _, _ = cast(city)
    take_in(index, city)
    before = index.height
    drafted(city, plant, "m1")
    block = view(city, city.ledger.height)
    # A value that is no bytes fails in the middle of the rows.
    writes = block.receipts[0].results[0].writes
    writes.append((writes[0][0], object()))  # type: ignore[arg-type]
    with pytest.raises(Exception, match="object"):
        index.add_block(block)
    assert index.height == before
    assert index.latest(1)[0]["height"] == before
    take_in(index, city)
    assert index.counts(WASTE) == {"drafted": 1}


def test_search_in_chinese_and_english(city: City, index: Index) -> None:
    install(city, "Directory")
    clerk = city.cast("clerk")
    for key, title, words in (
        (
            "market/company",
            "企业法人登记信息",
            ["统一社会信用代码", "Company list"],
        ),
        ("hr/person", "参保人员", ["姓名", "Insured persons", "100%_sure"]),
        ("traffic/flight", "航班动态", ["Flights", "延误 delay"]),
    ):
        city.call(clerk, "directory", "register", key, title=title, words=words)
    take_in(index, city)

    def keys(text: str) -> list[str]:
        return [found["key"] for found in index.search(text)]

    assert keys("社会信用") == ["market/company"]
    assert keys("姓名") == ["hr/person"], "two characters"
    assert keys("航") == ["traffic/flight"], "one character"
    assert keys("COMPANY") == ["market/company"]
    assert keys("ｆｌｉｇｈｔｓ 延误") == ["traffic/flight"], "full width, two words"
    assert keys("企业登记") == ["market/company"], "not in one piece"
    assert keys("0%_") == ["hr/person"]
    assert keys('"') == keys("不存在的东西") == keys("  ") == []
    assert keys('insured" OR "company') == []
    (found,) = index.search("insured")
    assert found["level"] == "columns"
    assert found["title"] == "参保人员"
    assert found["owner"] == show(clerk.account)
    assert "Insured" in found["snippet"]
    city.call(clerk, "directory", "register", "hr/person", title="新名", words=[])
    city.call(clerk, "directory", "strike", "traffic/flight")
    take_in(index, city)
    assert keys("参保人员") == keys("航班动态") == []
    assert keys("新名") == ["hr/person"]


def test_who_used_my_data(city: City, index: Index) -> None:
    install(city, "Sharing")
    reader, tag = city.cast("reader"), b"\x07" * 32
    city.call(reader, "sharing", "grant", "g1", purpose="核验社保")
    city.call(reader, "sharing", "receive", "r1", columns=["姓名"], grant="g1")
    height = city.ledger.height
    take_in(index, city)
    index.add_subjects("r1", [tag, b"\x08" * 32])
    index.add_subjects("r1", [tag])
    index.add_subjects("not-on-chain", [tag])
    (use,) = index.uses(tag)
    assert use["receipt"] == "r1"
    assert use["height"] == height
    assert use["sender"] == show(reader.account)
    assert use["fields"] == {
        "reader": reader.account, "columns": ["姓名"], "grant": "g1",
    }  # fmt: skip
    assert use["grant"] == {"purpose": "核验社保"}
    assert index.uses(b"\x09" * 32) == []


def test_a_contract_that_indexes_more_from_now_on_finds_what_was_before(
    city: City, index: Index
) -> None:
    plant, _, _ = cast(city)
    drafted(city, plant, "m1")
    take_in(index, city)
    description = CityPort(city).descriptions()[WASTE]
    wider = {**description, "indexes": ["declared"]}
    index.add_blocks([], {WASTE: wider})
    found = index.records(WASTE, field="declared", value=1000)
    assert [record["id"] for record in found] == ["m1"]
    with pytest.raises(NotIndexed):
        index.records(WASTE, field="waste_code", value="900-041-49")


def test_what_genesis_wrote_goes_in_with_the_first_block(
    city: City, tmp_path: Path
) -> None:
    value = encode(["市经济和信息化局"])
    index = Index(tmp_path / "founded", [("governance/organisations/市经信局", value)])
    city.block()
    take_in(index, city)
    assert index.entries("governance", "organisations") == [("市经信局", value)]
    assert index.value_at("governance/organisations/市经信局", 0) == value
    told = index.history("governance", "organisations/市经信局")
    assert [(t["operation"], t["height"]) for t in told] == [("genesis", 0)]
    index.close()


def test_following_catches_up_goes_on_and_stops(city: City, index: Index) -> None:
    plant, _, _ = cast(city)
    stop, port = threading.Event(), CityPort(city)
    thread = threading.Thread(target=index.follow, args=(port, stop))
    thread.start()
    try:
        assert index.wait_for(city.ledger.height, 30)
        drafted(city, plant, "m1")
        assert index.wait_for(city.ledger.height, 30)
        assert not index.wait_for(city.ledger.height + 1, 0.01)
        assert index.counts(WASTE) == {"drafted": 1}
        assert index.failure == ""
    finally:
        stop.set()
        thread.join()


def follow_once(index: Index, city: City) -> None:
    """Follow in this thread until the city's height is reached."""
    stop = threading.Event()
    port = CityPort(city)
    port.wait_for = lambda height, seconds: bool(stop.set())  # type: ignore
    index.follow(port, stop)


def test_an_index_goes_on_where_it_stopped(city: City, tmp_path: Path) -> None:
    plant, truck, _ = cast(city)
    drafted(city, plant, "m1")
    path = tmp_path / "index.sqlite"
    first = Index(path)
    take_in(first, city)
    first.close()
    again = Index(path)
    assert again.height == city.ledger.height
    city.call(truck, WASTE, "collect", "m1", weighed=900)
    follow_once(again, city)
    assert again.counts(WASTE) == {"moving": 1}
    assert len(again.records(WASTE, field="generator", value=plant.account)) == 1
    again.close()


def test_an_index_of_another_chain_starts_over(city: City, tmp_path: Path) -> None:
    plant, _, _ = cast(city)
    drafted(city, plant, "m1", "m2")
    index = Index(tmp_path / "index.sqlite")
    take_in(index, city)
    index.add_subjects("r", [b"tag"])
    other = City(tmp_path / "other", sources=SOURCES, call_cap=1_900_000)
    cast(other)
    drafted(other, plant, "n1")
    follow_once(index, other)
    assert index.height == other.ledger.height
    assert [record["id"] for record in index.records(WASTE)] == ["n1"]
    other.close()
    index.close()


def test_a_file_of_another_schema_is_built_again_and_keeps_its_tags(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "index.sqlite"
    city.block()
    index = take_in(Index(path), city)
    index.add_subjects("r", [b"tag"])
    index.close()
    monkeypatch.setattr(schema, "SCHEMA", 99)
    again = Index(path)
    assert again.height == 0
    take_in(again, city)
    again.close()
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT * FROM subjects").fetchall() == [
            (b"tag", "r")
        ]


def test_a_damaged_file_is_set_aside(city: City, tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    path.write_bytes(b"not a database, but long enough to be read as one" * 100)
    city.block()
    index = take_in(Index(path), city)
    assert index.height == 1
    assert (tmp_path / "index.sqlite.damaged").exists()
    index.close()


def test_readers_in_many_threads_see_whole_blocks(city: City, index: Index) -> None:
    plant, _, _ = cast(city)
    take_in(index, city)
    arguments = {"waste_code": "900-041-49", "declared": 5}
    torn: list[int] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            number = index.counts(WASTE).get("drafted", 0)
            if number % 5:
                torn.append(number)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for block in range(20):
        calls = [Call(WASTE, "draft", f"{block}-{n}", arguments) for n in range(5)]
        city.block(*[city.envelope(plant, call) for call in calls])
        take_in(index, city)
    done.set()
    for thread in threads:
        thread.join()
    assert torn == []
    assert index.counts(WASTE) == {"drafted": 100}
