"""
The agreement between the kernel and the platform contracts.

Everything that ledger/governed.py reads is written here by the contracts themselves and
read through the kernel's own view.
"""

import pytest

from huabiao.ledger.governed import (
    BEFORE_GENESIS,
    Governed,
    Installed,
    Parameters,
    Seat,
)
from huabiao.ledger.protocol import NEWEST
from huabiao.proofs.members import Member
from huabiao.testing.city import MINUTE


def change(city, key, **arguments):
    city.call(city.admin, "governance", "propose", key, **arguments)
    city.call(city.admin, "governance", "approve", key)


def test_before_genesis_there_is_nothing():
    empty = Governed(lambda key: None)
    assert empty.parameters() == BEFORE_GENESIS
    assert empty.members() == empty.installed() == empty.member_changes() == []
    assert empty.seats() == [] and empty.in_force(1) == {}
    assert empty.source("governance", 1) is None
    assert not empty.holds_role("a", "b", bytes(20), 0)
    assert empty.key_entry(bytes(20)) is None


def test_members(city):
    view = city.ledger.governed
    assert view.members() == [Member("member", city.member.public, 1)]
    assert view.member_changes() == []
    assert view.seats() == [Seat("member", city.member.public, 1)]
    city.rotate_member(city.cast("other"))
    assert view.members() == [Member("member", city.member.public, 1)]
    assert view.member_changes() == [city.ledger.height]
    city.rotate_member(city.cast("third"))
    assert view.member_changes() == [city.ledger.height - 1, city.ledger.height]


def test_parameters_and_the_longest_validity(city):
    view = city.ledger.governed
    assert view.parameters() == Parameters(300_000, 2_000_000, 4_000, 2**24, NEWEST)
    shorter = [MINUTE, 1_000_000, 10, 2**22, NEWEST, 0]
    change(city, "p", action="set_parameters", parameters=shorter)
    assert view.parameters() == Parameters(*shorter)
    assert view.longest_validity() == 300_000
    longer = [10 * MINUTE, 1_000_000, 10, 2**22, NEWEST, 0]
    change(city, "q", action="set_parameters", parameters=longer)
    assert view.longest_validity() == 10 * MINUTE


def test_contracts_and_their_sources(city):
    view = city.ledger.governed
    assert Installed("governance", 1, 0) in view.installed()
    source = view.source("privacy", 1)
    assert "class Privacy(Scenario)" in source
    later = source + "\n"
    change(city, "i", action="install_contract", source=later, active_from=99)
    versions = [each for each in view.installed() if each.name == "privacy"]
    assert versions == [Installed("privacy", 1, 0), Installed("privacy", 2, 99)]
    assert [view.in_force(height)["privacy"] for height in (98, 99)] == [1, 2]
    assert view.source("privacy", 2) == later
    assert view.source("privacy", 1) == source


@pytest.mark.parametrize("until", [0, 1])
def test_roles(city, until):
    view, plant = city.ledger.governed, city.cast("plant")
    end = city.now + MINUTE if until else 0
    city.grant("hazardous_waste", "generator", plant, until=end)
    held = ("hazardous_waste", "generator", plant.account)
    assert view.holds_role(*held, city.now)
    assert view.holds_role(*held, city.now + 2 * MINUTE) == (not until)
    assert not view.holds_role("hazardous_waste", "carrier", plant.account, city.now)
    assert not view.holds_role("identity", "generator", plant.account, city.now)


def test_keys(city):
    view = city.ledger.governed
    first, second = city.cast("first"), city.cast("second")
    proof = second.sign(b"huabiao-account\x00" + first.account)
    city.call(first, "identity", "add_key", public=second.public, proof=proof)
    assert view.key_entry(second.account) == (first.account, 0, 0)
    city.call(second, "identity", "retire_key", public=first.public, reason="lost")
    assert view.key_entry(first.account) == (first.account, city.ledger.time, 0)
    assert city.ledger.account_of(second.public) == first.account
