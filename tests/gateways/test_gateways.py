"""
Gateways to chains of others: who opens them, what N of M hold to, what a liar can do.

The headers are of a real geth (tests/vectors/ethereum.json).
"""

from pathlib import Path

import pytest
from foreign_city import (
    GATEWAY,
    HASH,
    HEIGHT,
    ask,
    attest,
    attestors,
    foreign_city,
    opened,
    propose,
    seats,
)

from huabiao.contracts import Refused
from huabiao.testing.city import City

OTHER = b"\x0f" * 32


@pytest.fixture
def fresh(tmp_path: Path) -> City:
    return opened(foreign_city(tmp_path))


def held(city: City, height: int = HEIGHT) -> bytes:
    return ask(city, "gateways", "header", gateway=GATEWAY, height=height)


def state(city: City) -> str:
    return city.record("gateways", GATEWAY)["state"]


def test_two_of_three_hold_a_hash_and_one_does_not(fresh):
    first, second, third = attestors(fresh)
    attest(fresh, first, HEIGHT, HASH)
    assert held(fresh) == b""
    fresh.refused(
        "attested.already",
        first,
        "gateways",
        "attest",
        GATEWAY,
        height=HEIGHT,
        hash=HASH,
    )
    attest(fresh, second, HEIGHT, HASH)
    attest(fresh, third, HEIGHT, HASH)
    assert held(fresh) == HASH and held(fresh, HEIGHT + 1) == b""


def test_a_liar_alone_changes_nothing(fresh):
    first, second, liar = attestors(fresh)
    attest(fresh, liar, HEIGHT, OTHER)
    attest(fresh, first, HEIGHT, HASH)
    attest(fresh, second, HEIGHT, HASH)
    assert held(fresh) == HASH and state(fresh) == "open"
    attest(fresh, liar, HEIGHT, HASH)  # contradicts itself: struck, and no more
    assert fresh.record("gateways", GATEWAY)["struck"] == [liar.account]
    assert held(fresh) == HASH and state(fresh) == "open"
    fresh.refused(
        "attestor.only", liar, "gateways", "attest", GATEWAY, height=98, hash=HASH
    )


def test_a_contradiction_that_a_hash_rested_on_freezes_the_gateway(fresh):
    first, second, third = attestors(fresh)
    attest(fresh, first, HEIGHT, HASH)
    attest(fresh, second, HEIGHT, HASH)
    attest(fresh, second, HEIGHT, OTHER)
    assert state(fresh) == "frozen"
    with pytest.raises(Refused):
        held(fresh)
    fresh.refused(
        "state.wrong", third, "gateways", "attest", GATEWAY, height=98, hash=HASH
    )
    fresh.call(
        fresh.admin, "gateways", "rotate", GATEWAY, needed=2,
        attestors=seats([first, third, fresh.cast("attestor 3")]),
    )  # fmt: skip
    assert state(fresh) == "open" and held(fresh) == b""
    attest(fresh, first, HEIGHT, HASH)
    attest(fresh, third, HEIGHT, HASH)
    assert held(fresh) == HASH


def test_too_few_left_freeze_the_gateway(fresh):
    first, second, _ = attestors(fresh)
    for each, height in ((first, 1), (second, 2)):
        assert state(fresh) == "open"
        attest(fresh, each, height, HASH)
        attest(fresh, each, height, OTHER)
    assert state(fresh) == "frozen"


def test_what_held_before_a_rotation_holds_after_it(fresh):
    first, second, third = attestors(fresh)
    attest(fresh, first, HEIGHT, HASH)
    attest(fresh, second, HEIGHT, HASH)
    attest(fresh, first, 99, HASH)
    others = [fresh.cast(f"attestor {number}") for number in range(3, 8)]
    fresh.call(
        fresh.admin, "gateways", "rotate", GATEWAY, needed=4, attestors=seats(others)
    )
    fresh.refused(
        "attestor.only", third, "gateways", "attest", GATEWAY, height=99, hash=HASH
    )
    attest(fresh, others[0], HEIGHT, OTHER)
    assert held(fresh) == HASH and state(fresh) == "open"
    for each in others[:3]:
        attest(fresh, each, 99, HASH)
    assert held(fresh, 99) == b""  # the vote of a former attestor counts no more
    attest(fresh, others[3], 99, HASH)
    assert held(fresh, 99) == HASH


def test_an_administrator_freezes_and_the_board_closes(fresh):
    stranger = fresh.cast("stranger")
    fresh.refused(
        "administrator.only", stranger, "gateways", "freeze", GATEWAY, reason="?"
    )
    fresh.refused("reason", fresh.admin, "gateways", "freeze", GATEWAY, reason="")
    fresh.call(fresh.admin, "gateways", "freeze", GATEWAY, reason="升级 · upgrade")
    fresh.refused("approval.not_listed", stranger, "gateways", "close", GATEWAY)
    fresh.call(fresh.admin, "gateways", "close", GATEWAY)
    assert state(fresh) == "closed"


MALFORMED = {
    "half": ("gateway.quorum", {"needed": 1}),
    "more than there are": ("gateway.quorum", {"needed": 4}),
    "nobody": ("gateway.quorum", {"needed": 0, "attestors": []}),
    "short contract": ("gateway.attestors", {"contract": b"\x01"}),
    "no stride": ("gateway.malformed", {"stride": 0}),
    "attestors without need": ("gateway.attestors", {"trust": "hash_time_lock"}),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_gateway_is_well_formed(name, tmp_path):
    code, changes = MALFORMED[name]
    with pytest.raises(Refused) as refusal:
        propose(foreign_city(tmp_path), **changes)
    assert refusal.value.code == code


def test_an_attestor_is_listed_once(tmp_path):
    city = foreign_city(tmp_path)
    first, second, _ = attestors(city)
    with pytest.raises(Refused) as refusal:
        propose(city, attestors=seats([first, second, first]))
    assert refusal.value.code == "gateway.attestors"
