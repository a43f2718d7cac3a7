"""
The gateway before a real PostgreSQL table: what a grant allows is served and receipted,
what it does not allow is refused with a code, and the refusal stands on the chain.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from gateway_town import COLUMNS, PEOPLE, ROWS, Town, build_town
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huabiao.client.fetching import open_rows, sign_fetch
from huabiao.codec import decode, encode
from huabiao.proofs import merkle
from huabiao.services.databases import Cluster
from huabiao.services.gateway import BadFetch, Denied
from huabiao.testing.city import DAY, City

Connect = Callable[[str], psycopg.Connection[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def town(
    tmp_path_factory: pytest.TempPathFactory, cluster: Cluster, connect: Connect
) -> Iterator[Town]:
    with connect(cluster.url()) as connection:
        connection.execute("CREATE DATABASE gateway")
    with connect(cluster.url("gateway")) as connection:
        connection.execute(PEOPLE)
        connection.execute(ROWS)
    city = City(tmp_path_factory.mktemp("ledger"))
    yield build_town(city, cluster.url("gateway"))
    city.close()


def rows_of(town: Town, *columns: str) -> list[list[Any]]:
    """What a fetch of everything under a grant of district 110105 must give."""
    made = {
        "id": lambda i: i,
        "identity_number": lambda i: str(i).rjust(18, "0"),
        "full_name": lambda i: f"name_{i}",
        '姓 "名': lambda i: f"王%{i}",
        "district": lambda i: "110105",
        "insured": lambda i: i % 2 == 0,
    }
    return [[made[c](i) for c in columns] for i in range(1, 61) if i % 3]


def test_rows_come_with_a_receipt_that_both_signed(town: Town) -> None:
    town.grant("served")
    columns = ["id", '姓 "名', "insured"]
    found = town.fetch("served", columns)
    assert (found.columns, found.rows) == (columns, rows_of(town, *columns))
    kept = town.city.read(f"sharing/receipts/{found.receipt}")
    grant, owner, reader, _, listed, count, result, request, public = kept[:9]
    assert (grant, owner, reader) == ("served", town.owner.account, town.reader.account)
    assert (listed, count, public) == (columns, 40, town.reader.public)
    digest = town.city.ledger.digest
    assert result == digest(encode([found.columns, found.rows]))
    assert request.hex() == found.receipt
    tags = town.tags[found.receipt]
    assert len(tags) == kept[11] == 40
    assert kept[10] == merkle.root(digest, [merkle.leaf_hash(digest, t) for t in tags])


def test_no_value_of_a_filter_reaches_the_chain(town: Town) -> None:
    town.grant("quiet")
    found = town.fetch("quiet", ["id"], ("full_name", "eq", ["name_7"]))
    assert found.rows == [[7]]
    log = town.city.ledger.log
    record = log.read(town.city.ledger.height)
    assert found.receipt.encode() in record or bytes.fromhex(found.receipt) in record
    assert b"name_7" not in record


def test_nobody_but_the_reader_opens_the_rows(town: Town) -> None:
    town.grant("sealed")
    raw = sign_fetch(town.port.chain, town.reader, "sealed", ["id"], [], 5)
    answer = asyncio.run(town.gateway.fetch(raw))
    with pytest.raises(Exception, match=r".*"):
        open_rows(town.other, answer)
    assert open_rows(town.reader, answer).rows == [[1], [2], [4], [5], [7]]


REFUSED: dict[str, tuple[Any, ...]] = {
    "column": (["score"], [], {}),
    "filter": (["id"], [("born", "gt", ["1980-01-01"])], {}),
    "rows": (["id"], [], {"limit": 6}),
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_the_grant_does_not_give_is_refused_and_recorded(
    town: Town, code: str
) -> None:
    id_ = town.grant(f"narrow-{code}", ["id", "district"], rows_a_request=5)
    columns, conditions, how = REFUSED[code]
    assert town.refused(id_, columns, *conditions, **how) == code
    (kept,) = town.refusals(id_)
    assert (kept[1], kept[2]) == (town.owner.account, town.reader.account)
    assert (kept[5], kept[7]) == (code, 1)


def test_another_reader_is_refused_and_recorded(town: Town) -> None:
    id_ = town.grant("not-yours")
    assert town.refused(id_, ["id"], by=town.other) == "reader.other"
    assert town.refusals(id_)[0][2] == town.other.account


def test_after_its_period_a_grant_serves_no_more(town: Town) -> None:
    now = int(time.time() * 1000)
    id_ = town.grant("over", since=now - DAY, until=now + 1_200)
    town.fetch(id_, ["id"], limit=1)
    while int(time.time() * 1000) < now + 1_200:
        time.sleep(0.05)
    assert town.refused(id_, ["id"]) == "period"


def test_the_rate_and_the_day_are_held(town: Town) -> None:
    fast = town.grant("fast", requests_a_minute=2)
    town.fetch(fast, ["id"], limit=1)
    town.fetch(fast, ["id"], limit=1)
    assert town.refused(fast, ["id"], limit=1) == "rate"
    few = town.grant("few", rows_a_day=12, rows_a_request=10)
    assert len(town.fetch(few, ["id"], limit=10).rows) == 10
    assert town.refused(few, ["id"], limit=3) == "rate.day"
    assert len(town.fetch(few, ["id"], limit=2).rows) == 2


def test_a_revoked_grant_an_unknown_one_and_another_chain(town: Town) -> None:
    id_ = town.grant("short-lived")
    town.city.call(town.reader, "sharing", "revoke", id_, reason="不再需要")
    assert town.refused(id_, ["id"]) == "grant.ended"
    assert town.refused("nothing", ["id"]) == "grant.unknown"
    other = town.grant("elsewhere")
    assert town.refused(other, ["id"], chain="another-city") == "chain.other"


def test_a_request_is_used_once_and_its_signature_counts(town: Town) -> None:
    id_ = town.grant("once")
    raw = sign_fetch(town.port.chain, town.reader, id_, ["id"], [], 1)
    asyncio.run(town.gateway.fetch(raw))
    with pytest.raises(Denied) as again:
        asyncio.run(town.gateway.fetch(raw))
    assert again.value.code == "replayed"
    statement, public, signature = decode(raw)
    height = town.city.ledger.height
    for spoiled in (
        encode([statement[:-1] + bytes([statement[-1] ^ 1]), public, signature]),
        encode([statement, public, signature[:-1] + bytes([signature[-1] ^ 1])]),
        encode([statement, town.other.public, signature]),
    ):
        with pytest.raises(Denied) as forged:
            asyncio.run(town.gateway.fetch(spoiled))
        assert forged.value.code == "reader.signature"
    assert town.city.ledger.height == height, "a stranger wrote on the chain"


def test_an_old_request_is_refused(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    id_ = town.grant("late")
    signed_at = time.time() - 121
    monkeypatch.setattr("huabiao.client.fetching.time.time", lambda: signed_at)
    raw = sign_fetch(town.port.chain, town.reader, id_, ["id"], [], 1)
    monkeypatch.undo()
    with pytest.raises(Denied) as late:
        asyncio.run(town.gateway.fetch(raw))
    assert late.value.code == "clock"


@given(st.binary(max_size=200))
def test_bytes_that_are_no_fetch_are_refused(town: Town, raw: bytes) -> None:
    with pytest.raises(BadFetch):
        asyncio.run(town.gateway.fetch(raw))


@pytest.mark.parametrize(
    ("column", "operator", "values", "ids"),
    [
        ('姓 "名', "prefix", ["王%5"], [5, 50, 52, 53, 55, 56, 58, 59]),
        ('姓 "名', "prefix", ["_%"], []),
        ("full_name", "eq", ["' OR 1=1 --"], []),
        ("born", "le", ["1980-01-03"], [1, 2]),
        ("income", "eq", ["41.00"], [4]),
        ("insured", "eq", ["是"], [i for i in range(1, 61) if i % 3 and i % 2 == 0]),
        ("id", "in", ["1", "2", "3", "61"], [1, 2]),
        ("score", "is_null", [], []),
    ],
)
def test_values_are_bound_by_their_columns_type(
    town: Town, column: str, operator: str, values: list[str], ids: list[int]
) -> None:
    if town.port.read("sharing/record/typed") is None:
        town.grant("typed")
    found = town.fetch("typed", ["id"], (column, operator, values))
    assert [row[0] for row in found.rows] == ids


@pytest.mark.parametrize(
    ("column", "operator", "values"),
    [("id", "eq", ["one"]), ("born", "gt", ["yesterday"]), ("insured", "eq", ["or"]),
     ("id", "like", ["1"]), ("id", "eq", ["1", "2"]), ("income", "gt", ["1e999999x"]),
     ("full_name", "eq", ["\x00"])],
)  # fmt: skip
def test_a_value_that_is_not_of_its_type_is_refused(
    town: Town, column: str, operator: str, values: list[str]
) -> None:
    if town.port.read("sharing/record/odd") is None:
        town.grant("odd")
    assert town.refused("odd", ["id"], (column, operator, values)) == "filter"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=40)
@given(
    st.integers(-5, 70), st.integers(-5, 70), st.sampled_from(["eq", "ne", "lt", "ge"]),
    st.lists(st.sampled_from(COLUMNS[:2] + COLUMNS[4:5]), min_size=1, unique=True),
    st.integers(1, 100),
)  # fmt: skip
def test_a_fetch_sees_what_both_filters_let_through(
    town: Town, low: int, other: int, operator: str, columns: list[str], limit: int
) -> None:
    """Held against a filter in Python over the same rows."""
    if town.port.read("sharing/record/model") is None:
        town.grant("model", requests_a_minute=100_000, rows_a_day=1_000_000)
    holds = {
        "eq": lambda i: i == other, "ne": lambda i: i != other,
        "lt": lambda i: i < other, "ge": lambda i: i >= other,
    }[operator]  # fmt: skip
    asked = [("id", "gt", [str(low)]), ("id", operator, [str(other)])]
    found = town.fetch("model", columns, *asked, limit=limit)
    numbered = zip(rows_of(town, "id"), rows_of(town, *columns), strict=True)
    expected = [row for (i,), row in numbered if i > low and holds(i)]
    assert found.rows == expected[:limit]


def test_many_fetches_share_an_envelope_and_a_revoked_grant_spoils_no_other(
    town: Town,
) -> None:
    grants = [town.grant(f"crowd-{n}") for n in range(30)]

    async def all_at_once() -> list[Any]:
        asked = [
            sign_fetch(town.port.chain, town.reader, id_, ["id"], [], 3)
            for id_ in grants
        ]
        return await asyncio.gather(
            *(town.gateway.fetch(raw) for raw in asked), return_exceptions=True
        )

    before = len(town.port.submitted)
    answers = asyncio.run(all_at_once())
    assert all(open_rows(town.reader, each).rows for each in answers)
    envelopes = town.port.submitted[before:]
    assert sum(envelopes) == 30 and len(envelopes) < 15, envelopes
    submit = town.port.submit

    async def revoked_meanwhile(envelopes: list[bytes]) -> Any:
        town.port.submit = submit  # type: ignore[method-assign]
        town.city.call(town.reader, "sharing", "revoke", grants[0], reason="止")
        return await submit(envelopes)

    town.port.submit = revoked_meanwhile  # type: ignore[method-assign]
    first, *others = asyncio.run(all_at_once())
    assert isinstance(first, Denied)
    assert all(open_rows(town.reader, each).rows for each in others)


def test_the_gateway_cannot_write_nor_wait_without_end(town: Town) -> None:
    with town.gateway.engine.connect() as connection:
        (read_only,) = connection.exec_driver_sql("SHOW transaction_read_only").one()
        (patience,) = connection.exec_driver_sql("SHOW statement_timeout").one()
    assert (read_only, patience) == ("on", "5s")


def test_it_finds_its_database_again_after_the_database_was_away(
    town: Town, cluster: Cluster, connect: Connect
) -> None:
    town.grant("away")
    assert town.fetch("away", ["id"]).rows
    with connect(cluster.url()) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = 'gateway'"
        )
    assert town.refused("away", ["id"]) == "database"
    for _ in range(3):
        assert town.fetch("away", ["id"]).rows
