"""What people look for in the directory, and who used their data."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from index_city import (
    SOURCES,
    install,
    take_in,
)

from huabiao.crypto.address import show
from huabiao.services.index import Index
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


def test_the_tables_of_the_library_are_found_too(city: City, index: Index) -> None:
    install(city, "Library")
    clerk = city.cast("clerk")
    city.call(clerk, "library", "register", "hr.person", title="人员表", words=["姓名"])
    (found,) = take_in(index, city).search("姓名")
    assert (found["level"], found["key"]) == ("columns", "hr.person")


def test_who_used_my_data(city: City, index: Index) -> None:
    install(city, "Sharing")
    reader = city.cast("reader")
    city.call(
        reader,
        "sharing",
        "grant",
        "g1",
        purpose="核验社保",
        terms=[[["城市", ["海淀"]]]],
    )
    city.call(reader, "sharing", "receive", "r1", columns=["姓名"], grant="g1")
    height = city.ledger.height
    take_in(index, city)
    (use,) = index.uses(["not-on-chain", "r1"])
    assert use["receipt"] == "r1"
    assert use["height"] == height
    assert use["sender"] == show(reader.account)
    assert use["fields"] == {
        "reader": reader.account, "columns": ["姓名"], "grant": "g1",
    }  # fmt: skip
    terms = {"conditions": [{"column": "城市", "values": ["海淀"]}]}
    assert use["grant"] == {"purpose": "核验社保", "terms": terms}
    assert index.uses(["not-on-chain"]) == []


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
