"""Postings: every place of a term, newest first, however the segments were merged."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huabiao.services.index import postings
from huabiao.services.index.database import Connection, Database
from huabiao.services.index.postings import (
    PAGE,
    TERM_BYTES,
    places_of,
    term,
    write_postings,
)


@pytest.fixture
def connection(address: Path | str) -> Iterator[Connection]:
    database = Database(address)
    opened = database.open_writer()
    yield opened
    opened.close()
    database.close()


def write(connection: Connection, batches: list[list[int]]) -> dict[bytes, list[int]]:
    """Batches of small numbers as terms, at places that go on; what stands where."""
    stands: dict[bytes, list[int]] = {}
    place = 0
    for batch in batches:
        terms = [term(b"", str(number)) for number in batch]
        places = list(range(place, place + len(batch)))
        place += len(batch)
        write_postings(connection, terms, places)
        for each, there in zip(terms, places, strict=True):
            stands.setdefault(each, []).insert(0, there)
    return stands


def emptied(connection: Connection) -> None:
    connection.execute("DELETE FROM segments")
    connection.execute("DELETE FROM postings")


@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(st.integers(0, 5), max_size=30), max_size=30))
def test_every_place_of_a_term_is_found_newest_first(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[int]]
) -> None:
    database = Database(tmp_path_factory.mktemp("postings") / "index.sqlite")
    connection = database.open_writer()
    for each, places in write(connection, batches).items():
        assert list(places_of(connection, each)) == places
        middle = places[len(places) // 2]
        below = [place for place in places if place < middle]
        assert list(places_of(connection, each, middle)) == below
    assert list(places_of(connection, term(b"", "absent"))) == []
    connection.close()
    database.close()


def test_a_term_of_many_pages_is_found_whole_and_up_to_a_place(
    connection: Connection,
) -> None:
    emptied(connection)
    often = [0, 1] * (3 * PAGE)
    stands = write(connection, [[2], often, [1], often])
    for each, places in stands.items():
        assert list(places_of(connection, each)) == places
        for before in (0, 1, PAGE, 4 * PAGE + 3, len(often) + 5):
            below = [place for place in places if place < before]
            assert list(places_of(connection, each, before)) == below


def levels(connection: Connection) -> Counter[int]:
    """How many segments there are of each level."""
    rows = connection.execute("SELECT segment FROM segments").fetchall()
    return Counter(segment % postings.LEVELS for (segment,) in rows)


def test_segments_stay_few(connection: Connection) -> None:
    emptied(connection)
    stands = write(connection, [[n % 7] for n in range(300)])
    assert levels(connection) == {0: 300 % 8, 1: 300 // 8 % 8, 2: 300 // 64}
    for each, places in stands.items():
        assert list(places_of(connection, each)) == places


@pytest.mark.parametrize("sizes", [[900], [3, 700, 40]])
def test_every_place_is_found_at_every_moment_of_a_merge(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, sizes: list[int]
) -> None:
    """Terms of one place, of a few and of most, some of them merged already, some not
    yet; of the one that fills pages the newest have gone over. Segments of three sizes,
    so that a level is merged while the one below it is."""
    monkeypatch.setattr(postings, "PAGES_A_SLICE", 1)
    emptied(connection)
    large = [[n * m % 5 * (n % 3 > 0) for n in range(size)]
             for m in range(1, 9) for size in sizes]  # fmt: skip
    batches = [*large, *([n % 5, 9] for n in range(28))]
    stands: dict[bytes, list[int]] = {}
    place = halfway = 0
    for batch in batches:
        terms = [term(b"", str(number)) for number in batch]
        write_postings(connection, terms, range(place, place + len(batch)))
        for each in terms:
            stands.setdefault(each, []).insert(0, place)
            place += 1
        for each, places in stands.items():
            assert list(places_of(connection, each)) == places
            middle = len(places) // 2
            below = list(places_of(connection, each, places[middle]))
            assert below == places[middle + 1 :]
        halfway += levels(connection)[0] > postings.MERGED
    assert halfway > 10


@pytest.mark.parametrize("octet", [0x00, 0x7F, 0x80, 0xFF])
def test_terms_at_the_ends_of_the_numbers(connection: Connection, octet: int) -> None:
    emptied(connection)
    wanted = bytes([octet]) + bytes([255 if octet & 1 else 0]) * (TERM_BYTES - 1)
    others = [term(b"", str(n)) for n in range(3 * PAGE)]
    write_postings(connection, [wanted, *others, wanted], range(len(others) + 2))
    assert list(places_of(connection, wanted)) == [len(others) + 1, 0]
