"""A block that was run and never committed leaves nothing behind."""

import pytest

from huabiao.crypto.envelope import Call, open_envelope
from huabiao.state import DiskFull

DOMAIN = b"huabiao-account\x00"
PLACE = {"keeper": bytes(20), "scenario": "s", "record": "r", "field": "f"}


def opened(city, *envelopes):
    return [open_envelope(raw, city.ledger.digest) for raw in envelopes]


def test_a_dropped_block_changes_nothing_and_the_next_one_stands(city):
    clerk = city.cast("clerk")
    keep = Call("privacy", "keep", bytes(32).hex(), PLACE)
    before = city.ledger.height, city.ledger.state.root, city.ledger.hash
    first = city.ledger.finalize(city.now + 1, opened(city, city.envelope(clerk, keep)))
    again = city.ledger.finalize(city.now + 1, first.envelopes)
    assert first.hash == again.hash
    assert (city.ledger.height, city.ledger.state.root, city.ledger.hash) == before
    assert city.read("privacy/kept/" + bytes(32).hex()) is None
    city.close()
    city.reopen()
    assert (city.ledger.height, city.ledger.state.root, city.ledger.hash) == before
    city.call(clerk, "privacy", "keep", bytes(32).hex(), **PLACE)


def test_what_a_dropped_block_taught_of_keys_is_forgotten(city):
    first, second = city.cast("first"), city.cast("second")
    proof = second.sign(DOMAIN + first.account)
    join = Call("identity", "add_key", "", {"public": second.public, "proof": proof})
    keep = Call("privacy", "keep", bytes(32).hex(), PLACE)
    raw = city.envelope(first, join), city.envelope(second, keep)
    dropped = city.ledger.finalize(city.now + 1, opened(city, *raw))
    assert dropped.receipts[1].sender == first.account
    receipt = city.submit(second, keep)
    assert receipt.sender == second.account


def test_a_full_disk_stops_the_commit_and_the_city_opens_again(city, monkeypatch):
    clerk = city.cast("clerk")
    city.call(clerk, "privacy", "keep", bytes(32).hex(), **PLACE)
    before = city.ledger.height, city.ledger.state.root

    def full(height, payload):
        raise DiskFull("full")

    monkeypatch.setattr(city.ledger.log, "append", full)
    with pytest.raises(DiskFull):
        city.call(clerk, "privacy", "keep", bytes([1] * 32).hex(), **PLACE)
    city.close()
    city.reopen()
    assert (city.ledger.height, city.ledger.state.root) == before
    city.call(clerk, "privacy", "keep", bytes([1] * 32).hex(), **PLACE)


def test_contracts_are_there_for_questions_before_the_first_block(city):
    city.call(city.cast("clerk"), "privacy", "keep", bytes(32).hex(), **PLACE)
    names = set(city.ledger.contracts)
    city.close()
    city.reopen()
    assert set(city.ledger.contracts) == names
