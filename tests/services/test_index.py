"""
The index tells what the chain says: each answer is compared with the city's own ledger
or with the calls that the test itself made.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from index_city import (
    SOURCES,
    WASTE,
    cast,
    drafted,
    take_in,
    view,
)

from huabiao.codec import decode, encode
from huabiao.crypto.address import show
from huabiao.crypto.envelope import Call
from huabiao.proofs.receipt import decode_receipt
from huabiao.services.index import (
    NEWEST,
    BadCursor,
    Index,
    NotIndexed,
    Sought,
    Wanted,
    events,
)
from huabiao.services.index.questions import first_step
from huabiao.testing import City


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    city = City(tmp_path / "city", sources=SOURCES)
    yield city
    city.close()


@pytest.fixture
def index(address: Path | str) -> Iterator[Index]:
    index = Index(address)
    yield index
    index.close()


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
    assert told[0]["envelope"] == decode_receipt(block.receipts[0]).envelope.hex()


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
        return [record["id"] for record in index.records(WASTE, Wanted(**given))]

    assert ids() == ["m1", "m2", "m3"]
    assert ids(after="m1", limit=1) == ["m2"]
    assert ids(state="drafted") == ["m1", "m3"]
    assert ids(sender=truck.account) == ["m2"]
    assert ids(fields={"waste_code": "900-041-49"}) == ["m1", "m2"]
    assert ids(fields={"waste_code": "900-041-49"}, after="m1") == ["m2"]
    assert ids(fields={"generator": plant.account}, sender=truck.account) == ["m2"]
    assert ids(fields={"generator": plant.account}, state="moving") == ["m2"]
    with pytest.raises(NotIndexed, match="waste_code"):
        ids(fields={"carrier": truck.account})
    (moving,) = index.records(WASTE, Wanted(state="moving"))
    assert moving["value"] == city.ledger.read(f"{WASTE}/record/m2")
    assert decode(moving["value"])[:2] == [moving["state"], moving["revision"]]
    assert index.counts(WASTE) == {"drafted": 2, "moving": 1}


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
@pytest.mark.parametrize(
    "sort", ["id", "-id", "state", "-state", "waste_code", "-waste_code"]
)
def test_pages_in_any_order_make_the_whole_list(
    city: City, index: Index, sort: str, limit: int
) -> None:
    plant, truck, _ = cast(city)
    drafted(city, plant, "m1", "m4", "m2")
    drafted(city, plant, "m3", "m5", code="261-071-11")
    city.call(truck, WASTE, "collect", "m2", weighed=900)
    take_in(index, city)
    codes = dict.fromkeys(["m1", "m2", "m4"], "900-041-49") | dict.fromkeys(
        ["m3", "m5"], "261-071-11"
    )
    key = {
        "id": lambda id_: id_,
        "state": lambda id_: ("moving" if id_ == "m2" else "drafted", id_),
        "waste_code": lambda id_: (codes[id_], id_),
    }[sort.removeprefix("-")]
    expected = sorted(codes, key=key, reverse=sort.startswith("-"))
    found, after = [], ""
    while page := index.records(WASTE, Wanted(sort=sort, after=after, limit=limit)):
        found += [record["id"] for record in page]
        after = page[-1]["cursor"]
    assert found == expected


@pytest.mark.parametrize("after", ["m1", "zz~m1", "x" * 3_000])
def test_a_cursor_of_another_list_is_told(index: Index, city: City, after: str) -> None:
    cast(city)
    take_in(index, city)
    with pytest.raises(BadCursor):
        index.records(WASTE, Wanted(sort="waste_code", after=after))


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
    assert index.latest(refused=True) == [newest]
    place = newest["height"], newest["index"]
    assert index.latest(1, before=place) == [before]
    assert newest["sentence"] == receipt.sentence
    assert index.account_history(plant.account) == [newest, before]
    assert index.account_history(truck.account) == []
    assert index.history(WASTE, "m2")[0]["code"] == "undone"
    assert index.records(WASTE, Wanted(after="m1")) == [], (
        "nothing of a refused envelope"
    )


def test_events_are_told_in_the_chains_order_from_any_position(
    city: City, index: Index
) -> None:
    plant, _, _ = cast(city)
    start = first_step(city.ledger.height + 1)
    arguments = {"waste_code": "900-041-49", "declared": 5}
    for block in range(2):
        calls = [Call(WASTE, "draft", f"{block}-{n}", arguments) for n in range(4)]
        city.block(*[city.envelope(plant, c) for c in calls[:2]],
                   city.envelope(plant, *calls[2:]))  # fmt: skip
    take_in(index, city)
    whole = index.events((start, -1))
    assert [event["key"] for event in whole] == [
        f"{block}-{n}" for block in range(2) for n in range(4)
    ]
    assert whole[0]["detail"] == {"to": "drafted"}
    for place, event in enumerate(whole):
        assert index.events(event["position"], 3) == whole[place + 1 : place + 4]


def test_events_are_looked_for_backward_as_far_as_is_looked_at_once(
    city: City, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant, _, _ = cast(city)
    arguments = {"waste_code": "900-041-49", "declared": 5}
    for n in range(6):
        city.block(city.envelope(plant, Call(WASTE, "draft", f"b{n}", arguments)))
    take_in(index, city)
    every, end = index.events_before(Sought(), limit=1_000)
    assert end is None and every == index.events((0, -1), 1_000)[::-1]
    assert every[0]["is_record"] and every[0]["key"] == "b5"
    drafts = Sought(WASTE, "draft")
    some, place = index.events_before(drafts, limit=4)
    rest, end = index.events_before(drafts, place, 4)
    assert [each["key"] for each in some + rest] == [f"b{5 - n}" for n in range(6)]
    assert end is None
    monkeypatch.setattr(events, "LOOKED_THROUGH", 3)
    found, place, looked = [], NEWEST, 0
    while place is not None:
        part, place = index.events_before(Sought(WASTE, "draft", "b1"), place)
        found, looked = found + part, looked + 1
    assert [each["key"] for each in found] == ["b1"]
    assert looked == -(-len(every) // 3) + (len(every) % 3 == 0)


def test_what_genesis_wrote_goes_in_with_the_first_block(
    city: City, tmp_path: Path
) -> None:
    value = encode(["市经济和信息化局"])
    index = Index(
        tmp_path / "founded", lambda: [("governance/organisations/市经信局", value)]
    )
    city.block()
    take_in(index, city)
    assert index.entries("governance", "organisations") == [("市经信局", value)]
    assert index.value_at("governance/organisations/市经信局", 0) == value
    told = index.history("governance", "organisations/市经信局")
    assert [(t["operation"], t["height"]) for t in told] == [("genesis", 0)]
    index.close()
