"""The index follows its chain: whole blocks, once each, over restarts and damage."""

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from index_city import (
    SOURCES,
    WASTE,
    CityPort,
    cast,
    drafted,
    install,
    take_in,
    view,
)

from huabiao.crypto.envelope import Call
from huabiao.ledger.growth import Meter
from huabiao.ledger.loader import load_contract
from huabiao.services.index import (
    Index,
    NotIndexed,
    OutOfStep,
    TooSlow,
    Wanted,
    database,
    postings,
    store,
    tables,
)
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
    """All rows; postings one by one, because segments are as large as batches were."""
    other = ("words", '"segments"', '"postings"')
    with sqlite3.connect(path) as connection:
        pages = connection.execute("SELECT packed FROM postings").fetchall()
        posted = sorted(
            f"{name} at {place}"
            for (packed,) in pages
            for name, place in zip(*postings.unpacked(packed), strict=True)
        )
        rows = connection.iterdump()
        return posted + [line for line in rows if not any(o in line for o in other)]


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


def test_a_crash_inside_a_batch_leaves_whole_blocks(
    city: City, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant, _, _ = cast(city)
    take_in(index, city)
    before = index.height
    drafted(city, plant, "m1")
    block = view(city, city.ledger.height)

    def fails(*given: Any) -> None:
        raise OSError("the disk is full")

    # Everything but how far the index is has been written by then.
    with monkeypatch.context() as spoiled, pytest.raises(OSError, match="full"):
        spoiled.setattr(store, "write_followed", fails)
        index.add_block(block)
    assert index.height == before
    assert index.latest(1)[0]["height"] == before
    take_in(index, city)
    assert index.counts(WASTE) == {"drafted": 1}


def test_a_contract_that_indexes_more_from_now_on_finds_what_was_before(
    city: City, index: Index
) -> None:
    plant, _, _ = cast(city)
    drafted(city, plant, "m1")
    take_in(index, city)
    description = CityPort(city).descriptions()[WASTE]
    wider = {**description, "indexes": ["declared"]}
    index.add_blocks([], {WASTE: wider})
    found = index.records(WASTE, Wanted(fields={"declared": 1000}))
    assert [record["id"] for record in found] == ["m1"]
    with pytest.raises(NotIndexed):
        index.records(WASTE, Wanted(fields={"waste_code": "900-041-49"}))


@pytest.mark.parametrize("at_once", [1, 100])
def test_a_version_that_waits_is_indexed_by_from_its_height_on(
    city: City, index: Index, at_once: int
) -> None:
    plant, _, _ = cast(city)
    drafted(city, plant, "m1")
    (source,) = [each for each in SOURCES if "class HazardousWaste(" in each]
    other = source.replace(
        "    indexes = (", '    indexes = ("declared",)\n    was = ('
    )
    assert other != source
    start = city.ledger.height + 5
    change = {"action": "install_contract", "source": other, "active_from": start}
    city.call(city.admin, "governance", "propose", "p", **change)
    city.call(city.admin, "governance", "approve", "p")
    while city.ledger.height < start:
        city.block()
    blocks = list(CityPort(city).blocks(1))
    known = {WASTE: load_contract(source, Meter()).description}
    index.add_blocks(blocks[: start - 2], known)
    with pytest.raises(NotIndexed):
        index.records(WASTE, Wanted(fields={"declared": 1000}))
    for place in range(start - 2, len(blocks), at_once):
        index.add_blocks(blocks[place : place + at_once])
        found = index.records(WASTE, Wanted(fields={"declared": 1000}))
        assert [record["id"] for record in found] == ["m1"]


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


def test_an_index_goes_on_where_it_stopped(city: City, address: Path | str) -> None:
    plant, truck, _ = cast(city)
    drafted(city, plant, "m1")
    first = Index(address)
    take_in(first, city)
    first.close()
    again = Index(address)
    assert again.height == city.ledger.height
    city.call(truck, WASTE, "collect", "m1", weighed=900)
    follow_once(again, city)
    assert again.counts(WASTE) == {"moving": 1}
    assert len(again.records(WASTE, Wanted(fields={"generator": plant.account}))) == 1
    again.close()


def test_an_index_of_another_chain_starts_over(
    city: City, tmp_path: Path, address: Path | str
) -> None:
    plant, _, _ = cast(city)
    drafted(city, plant, "m1", "m2")
    index = Index(address)
    take_in(index, city)
    other = City(tmp_path / "other", sources=SOURCES, call_cap=1_900_000)
    cast(other)
    drafted(other, plant, "n1")
    follow_once(index, other)
    assert index.height == other.ledger.height
    assert [record["id"] for record in index.records(WASTE)] == ["n1"]
    other.close()
    index.close()


def test_a_file_of_another_schema_is_built_again(
    city: City, address: Path | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    city.block()
    index = take_in(Index(address), city)
    index.close()
    monkeypatch.setattr(tables, "SCHEMA", 99)
    again = Index(address)
    assert again.height == 0
    take_in(again, city)
    assert again.height == city.ledger.height
    again.close()


def test_a_damaged_file_is_set_aside(city: City, tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    path.write_bytes(b"not a database, but long enough to be read as one" * 100)
    city.block()
    index = take_in(Index(path), city)
    assert index.height == 1
    assert (tmp_path / "index.sqlite.damaged").exists()
    index.close()


def test_following_says_when_the_node_lacks_the_next_block(
    city: City, index: Index
) -> None:
    cast(city)
    stop, port = threading.Event(), CityPort(city)
    port.blocks = lambda start: iter(())  # type: ignore
    stop.wait = lambda seconds: bool(stop.set())  # type: ignore
    index.follow(port, stop)
    assert "lacks block 1" in index.failure
    assert index.height == 0


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


def test_a_question_that_takes_too_long_is_stopped(
    address: Path | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "LONGEST_READ_S", 0.05)
    asked = database.Database(address)
    endless = (
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n"
        " WHERE x < 1000000000) SELECT count(*) FROM n"
    )
    with pytest.raises(TooSlow), asked.reading() as connection:
        connection.execute(endless).fetchone()
    with asked.reading() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    asked.close()
