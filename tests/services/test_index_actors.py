"""On which records an account acted: as their history tells it, in one question."""

from pathlib import Path

from index_city import SOURCES, WASTE, cast, drafted, take_in

from huabiao.crypto.address import parse, show
from huabiao.services.index import Index
from huabiao.testing import City

IDS = [f"m{n}" for n in range(7)] + ["no-such-record"]


def test_who_acted_is_told_as_the_history_tells_it(
    address: Path | str, tmp_path: Path
) -> None:
    city, index = City(tmp_path / "city", sources=SOURCES), Index(address)
    plant, truck, bureau = cast(city)
    drafted(city, plant, *IDS[:6])
    city.call(truck, WASTE, "collect", "m2", weighed=900)
    city.call(truck, WASTE, "collect", "m5", weighed=900)
    city.refused("heavier", truck, WASTE, "collect", "m3", weighed=2000)
    take_in(index, city)
    for account in (plant.account, truck.account, bureau.account):
        told = {
            id_
            for id_ in IDS
            for step in index.history(WASTE, id_)
            if step["code"] == "ok" and parse(step["sender"]) == account
        }
        assert index.acted_on(WASTE, account, IDS) == told, show(account)
    assert index.acted_on(WASTE, truck.account, ["m3", "m2"]) == {"m2"}
    assert index.acted_on("governance", truck.account, IDS) == set()
    assert index.acted_on(WASTE, truck.account, []) == set()
    index.close()
    city.close()


def test_actors_and_entries_page_both_ways(address: Path | str, tmp_path: Path) -> None:
    city, index = City(tmp_path / "city", sources=SOURCES), Index(address)
    plant, truck, _ = cast(city)
    drafted(city, plant, "m1", "m2", "m3")
    city.call(truck, WASTE, "collect", "m2", weighed=900)
    take_in(index, city)
    first, last = sorted((plant.account, truck.account))
    assert index.actors(WASTE) == [first, last]
    assert index.actors(WASTE, limit=1) == index.actors(WASTE, b"", 1) == [first]
    assert index.actors(WASTE, first) == index.actors(WASTE, b"", 1, True) == [last]
    assert index.actors(WASTE, last, backward=True) == [first]
    assert bytes(20) not in index.actors("governance"), "genesis is nobody's act"
    every = index.entries("governance", "roles")
    assert index.entries("governance", "roles", backward=True) == every[::-1]
    before = index.entries("governance", "roles", after=every[2][0], backward=True)
    assert before == every[1::-1]
    prefix = f"{WASTE}/generator/"
    of_role = index.entries("governance", "roles", prefix, backward=True)
    assert [key for key, _ in of_role] == [f"{prefix}{plant.account.hex()}"]
    index.close()
    city.close()


def test_an_entry_of_a_part_has_its_writer(address: Path | str, tmp_path: Path) -> None:
    city, index = City(tmp_path / "city", sources=SOURCES), Index(address)
    plant, _, _ = cast(city)
    take_in(index, city)
    entry = f"roles/{WASTE}/generator/{plant.account.hex()}"
    asked = [entry, "roles/none"]
    assert index.acted_on("governance", city.admin.account, asked) == {entry}
    assert index.acted_on("governance", plant.account, asked) == set()
    index.close()
    city.close()


def test_counts_and_calls_of_many_at_once(address: Path | str, tmp_path: Path) -> None:
    city, index = City(tmp_path / "city", sources=SOURCES), Index(address)
    plant, truck, _ = cast(city)
    drafted(city, plant, "m1", "m2")
    city.call(truck, WASTE, "collect", "m2", weighed=900)
    take_in(index, city)
    counts = index.all_counts()
    assert counts[WASTE] == index.counts(WASTE) == {"drafted": 1, "moving": 1}
    assert "nothing" not in counts
    height = city.ledger.height
    assert index.calls_of([(height, 0), (height, 1)]) == [[(WASTE, "m2")], []]
    index.close()
    city.close()


def test_acts_of_one_kind_among_the_newest(address: Path | str, tmp_path: Path) -> None:
    city, index = City(tmp_path / "city", sources=SOURCES), Index(address)
    plant, truck, _ = cast(city)
    drafted(city, plant, "m1", "m2")
    for id_ in ("m1", "m2"):
        city.call(truck, WASTE, "collect", id_, weighed=900)
    city.refused("state.wrong", truck, WASTE, "collect", "m1", weighed=900)
    take_in(index, city)
    collected = [
        row for row in index.account_history(truck.account) if row["code"] == "ok"
    ]
    assert [row["key"] for row in collected] == ["m2", "m1"]
    assert index.acts_of(truck.account, WASTE, "collect", among=50) == collected
    assert index.acts_of(truck.account, WASTE, "collect", among=2) == collected[:1]
    assert index.acts_of(truck.account, WASTE, "draft", among=50) == []
    index.close()
    city.close()
