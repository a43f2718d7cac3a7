"""
The laws of huabiao.testing.crossing see what breaks them.

From two real chains whose logs keep every law, one thing is changed at a time.
"""

from dataclasses import replace

import pytest
from value_town import found, issue, send

from huabiao.codec import decode, encode
from huabiao.testing.city import MINUTE
from huabiao.testing.crossing.history import Lives, Told, in_order, read_chain
from huabiao.testing.crossing.laws import check_history
from huabiao.testing.network.checks import Broken

ONE, TWO = "beijing", "haidian"


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Three packets: one arrives, one is declined, one comes too late."""
    folder = tmp_path_factory.mktemp("told")
    suites = {ONE: "intl", TWO: "intl"}
    chains = found(folder, suites, ((ONE, "points"),))
    keeper = chains[TWO].cast("keeper")
    chains[TWO].grant("transfers", "keeper", keeper)
    chains[TWO].call(
        keeper, "transfers", "limit", route=ONE, denomination=f"{ONE}:points",
        most=10, window=MINUTE,
    )  # fmt: skip
    issue(chains, ONE, "points", "an", 100)
    for amount in (7, 60, 5):
        assert send(chains, ONE, TWO, "an", "bo", "points", amount, MINUTE).accepted
    for number in (1, 2):
        chains.carry(ONE, TWO, number)
    chains.tick(2 * MINUTE)
    chains[TWO].block()
    assert chains.end(ONE, TWO, 3).accepted
    chains.close()
    return {name: read_chain(name, folder / name) for name in suites}


def test_the_chains_keep_them(told):
    figures = check_history(told)
    assert figures["packets"] == 3
    assert figures["ends"] == {"acknowledged": 1, "declined": 1, "timed_out": 1}


def without(told, chain, key):
    """As if what was written under a key had not been."""
    return told | {
        chain: [
            replace(block, writes=[w for w in block.writes if w[0] != key])
            for block in told[chain]
        ]
    }


def then(told, chain, *writes):
    """One more block at the end, which writes something."""
    last = told[chain][-1]
    more = Told(chain, last.height + 1, last.time + MINUTE, writes)
    return told | {chain: [*told[chain], more]}


def last_of(told, chain, key):
    (*_, found) = [v for block in told[chain] for k, v in block.writes if k == key]
    return found


def test_what_nobody_sent_is_not_received(told):
    spoiled = without(told, ONE, f"packets/sent/{TWO}.1")
    with pytest.raises(Broken, match="what was not"):
        list(in_order(spoiled, Lives()))


def test_nothing_is_received_twice(told):
    key = f"packets/received/{ONE}.1"
    with pytest.raises(Broken, match="received beijing.1 again"):
        check_history(then(told, TWO, (key, last_of(told, TWO, key))))


def test_nothing_ends_twice(told):
    key = f"packets/record/{TWO}.3"
    with pytest.raises(Broken, match="ended haidian.3 again"):
        check_history(then(told, ONE, (key, last_of(told, ONE, key))))


def test_nothing_is_left_half_done(told):
    spoiled = told | {ONE: told[ONE][:-1]}
    with pytest.raises(Broken, match="under way at its sender's"):
        check_history(spoiled)


def test_both_sides_say_the_same(told):
    """What was declined there was acknowledged here."""
    key = f"packets/record/{TWO}.2"
    said = encode(["acknowledged", *decode(last_of(told, ONE, key))[1:]])
    spoiled = told | {
        ONE: [
            replace(block, writes=[
                (k, said if k == key and decode(v)[0] == "declined" else v)
                for k, v in block.writes
            ])
            for block in told[ONE]
        ]
    }  # fmt: skip
    with pytest.raises(Broken, match="is acknowledged at its sender's"):
        check_history(spoiled)


def test_a_unit_more_than_was_issued_is_seen(told):
    (key,) = {
        k for block in told[TWO] for k, _ in block.writes
        if k.startswith("transfers/books/") and k.endswith(f"@{ONE}:points")
        and not k.startswith("transfers/books/vouchers")
    }  # fmt: skip
    amount, *rest = decode(last_of(told, TWO, key))
    with pytest.raises(Broken, match="is not"):
        check_history(then(told, TWO, (key, encode([amount + 1, *rest]))))


def test_what_is_performed_unasked_is_seen(told):
    moved = ("probe/turnover/all", encode([5, 5]))
    with pytest.raises(Broken, match="moved 5 for other chains"):
        check_history(then(told, TWO, moved))
