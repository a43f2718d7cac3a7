"""
Receipts, refused fetches and corrections, in both suites: a valid receipt, then one
thing spoiled and one code expected.
"""

from typing import Any

import pytest
from civic import (
    ask_for_people,
    departments,
    granted,
    receipt,
    register_people,
)

from huabiao.crypto.keys import Keys
from huabiao.crypto.suite import SUITES
from huabiao.testing.city import DAY, MINUTE, City

Town = tuple[City, Any, Any, Any]


@pytest.fixture(params=SUITES)
def town(request: Any, tmp_path: Any) -> Any:
    city = City(tmp_path, request.param)
    owner, reader, other = departments(city, "人社局", "民政局", "交通委")
    register_people(city, owner)
    yield city, owner, reader, other
    city.close()


def test_a_receipt_carries_both_signatures_and_no_request(town: Town) -> None:
    city, owner, reader, _ = town
    granted(city, owner, reader)
    facts = receipt(city, reader)
    city.call(owner, "sharing", "receipt", "g1", **facts)
    kept = city.read(f"sharing/receipts/{facts['request'].hex()}")
    assert kept[:3] == ["g1", owner.account, reader.account]
    assert (kept[8], kept[9]) == (reader.public, facts["reader_signature"])
    record = city.record("sharing", "g1")
    assert (record["fetches"], record["rows"], record["rows_that_day"]) == (1, 10, 10)


def spoil_signature(city: City, reader: Keys, other: Keys) -> dict[str, Any]:
    facts = receipt(city, reader)
    bad = bytearray(facts["reader_signature"])
    bad[3] ^= 1
    return facts | {"reader_signature": bytes(bad)}


SPOILED = {
    "reader.signature": spoil_signature,
    "reader.other": lambda city, reader, other: receipt(city, other),
    "receipt.columns": lambda city, reader, other: receipt(
        city, reader, columns=["identity_number"]
    ),
    "receipt.rows": lambda city, reader, other: receipt(city, reader, rows=101),
    "receipt.time": lambda city, reader, other: receipt(
        city, reader, at=city.now - 11 * MINUTE
    ),
    "receipt.period": lambda city, reader, other: receipt(
        city, reader, at=city.record("sharing", "g1")["granted"][2] - 1
    ),
}


@pytest.mark.parametrize("code", SPOILED)
def test_a_receipt_that_the_grant_does_not_allow(town: Town, code: str) -> None:
    city, owner, reader, other = town
    granted(city, owner, reader)
    spoiled = SPOILED[code](city, reader, other)
    city.refused(code, owner, "sharing", "receipt", "g1", **spoiled)


def test_a_signature_for_one_grant_is_none_for_another(town: Town) -> None:
    city, owner, reader, _ = town
    granted(city, owner, reader)
    spoiled = receipt(city, reader, grant="g2")
    city.refused("reader.signature", owner, "sharing", "receipt", "g1", **spoiled)


def test_a_request_is_receipted_once_and_by_its_owner(town: Town) -> None:
    city, owner, reader, other = town
    granted(city, owner, reader)
    facts = receipt(city, reader)
    for somebody in (reader, other):
        city.refused("party.other", somebody, "sharing", "receipt", "g1", **facts)
    city.call(owner, "sharing", "receipt", "g1", **facts)
    city.refused("entry.exists", owner, "sharing", "receipt", "g1", **facts)


def test_the_day_has_its_limit_and_ends(town: Town) -> None:
    city, owner, reader, _ = town
    granted(city, owner, reader, rows_a_day=150)
    city.call(owner, "sharing", "receipt", "g1", **receipt(city, reader, rows=100))
    more = receipt(city, reader, number=2, rows=51)
    city.refused("receipt.day", owner, "sharing", "receipt", "g1", **more)
    city.pass_time(DAY)
    more = receipt(city, reader, number=2, rows=51)
    city.call(owner, "sharing", "receipt", "g1", **more)
    assert city.record("sharing", "g1")["rows"] == 151


def test_a_reader_that_changed_its_key_is_still_the_reader(town: Town) -> None:
    city, owner, reader, _ = town
    granted(city, owner, reader)
    new = city.cast("民政局的新密钥")
    proof = new.sign(b"huabiao-account\x00" + reader.account)
    city.call(reader, "identity", "add_key", public=new.public, proof=proof)
    city.call(owner, "sharing", "receipt", "g1", **receipt(city, new))
    city.call(reader, "identity", "retire_key", public=new.public, reason="丢失")
    again = receipt(city, new, number=2)
    city.refused("key.retired", owner, "sharing", "receipt", "g1", **again)


def test_refused_fetches_are_recorded_by_the_owner_and_counted(town: Town) -> None:
    city, owner, reader, other = town
    ask_for_people(city, reader)
    facts = {
        "request": bytes(32), "reader": other.account, "code": "reader.other",
        "sentence": "授权属于另一读取方。",
    }  # fmt: skip
    record = ("refused_fetch", "record_refusal")
    city.refused("party.other", reader, *record, "g1", **facts)
    city.refused("entry.unknown", owner, *record, "g9", **facts)
    city.call(owner, *record, "g1", **facts)
    city.call(owner, *record, "g1", times=4, **facts)
    kept = city.read(f"refused_fetch/refusals/g1/{bytes(32).hex()}")
    assert (kept[2], kept[5], kept[7]) == (other.account, "reader.other", 5)


def test_an_error_in_the_data_goes_back_to_its_source(town: Town) -> None:
    city, owner, reader, other = town
    city.grant("correction", "department", owner, reader, other)
    granted(city, owner, reader)
    facts = {"grant": "g1", "column": "district", "found": "区划代码已撤销"}
    city.refused("party.other", other, "correction", "ask_for", "c1", **facts)
    city.call(reader, "correction", "ask_for", "c1", **facts)
    city.refused("party.other", reader, "correction", "correct", "c1", answer="x")
    city.refused("correction.answer", owner, "correction", "correct", "c1", answer="")
    city.call(owner, "correction", "correct", "c1", answer="已按新区划更正")
    assert city.record("correction", "c1")["state"] == "corrected"
