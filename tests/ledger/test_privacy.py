"""Privacy: what was erased stays provable and says nothing."""

import pytest

KEY = bytes(range(32)).hex()
REASON = {"reason": "asked for"}


@pytest.fixture
def cast(city):
    """Owner, keeper, person and a stranger; the owner's value is kept."""
    found = [city.cast(name) for name in ("owner", "keeper", "person", "stranger")]
    city.call(found[0], "privacy", "keep", KEY, **place(found))
    return found


def place(cast):
    return {
        "keeper": cast[1].account,
        "scenario": "hazardous_waste",
        "record": "m1",
        "field": "driver",
        "subject": cast[2].account,
    }


def test_a_commitment_is_kept_once_and_has_its_own_form(city, cast):
    city.refused("entry.exists", cast[3], "privacy", "keep", KEY, **place(cast))
    for key in (KEY[:-1], KEY[:-1] + "x", KEY.upper().replace("0", "A")):
        city.refused("commitment", cast[0], "privacy", "keep", key, **place(cast))


def test_the_owner_and_the_person_ask_and_the_keeper_confirms(city, cast):
    owner, keeper, person, stranger = cast
    city.refused("unasked", keeper, "privacy", "confirm_erasure", KEY)
    city.refused("concerned", stranger, "privacy", "ask_erasure", KEY, **REASON)
    city.refused("reason", person, "privacy", "ask_erasure", KEY, reason="")
    city.call(person, "privacy", "ask_erasure", KEY, **REASON)
    asked = city.ledger.time
    for who in (owner, person):
        city.refused("asked", who, "privacy", "ask_erasure", KEY, **REASON)
    city.refused("keeper.other", owner, "privacy", "confirm_erasure", KEY)
    assert city.read(f"privacy/asked/{keeper.account.hex()}/{KEY}")
    city.call(keeper, "privacy", "confirm_erasure", KEY)
    erased = city.ledger.time
    city.refused("erased", keeper, "privacy", "confirm_erasure", KEY)
    city.refused("erased", owner, "privacy", "ask_erasure", KEY, **REASON)
    kept = city.read(f"privacy/kept/{KEY}")
    assert kept[:2] == [owner.account, keeper.account]
    assert kept[7:] == [person.account, asked, "asked for", erased]
    assert city.read(f"privacy/asked/{keeper.account.hex()}/{KEY}") is None


def test_openings_are_the_keepers_word_and_end_with_erasure(city, cast):
    owner, keeper, person, stranger = cast
    note = {"reader": stranger.account, "purpose": "roadside check"}
    city.refused("keeper.other", owner, "privacy", "note_opening", KEY, **note)
    city.refused(
        "purpose", keeper, "privacy", "note_opening", KEY, **note | {"purpose": ""}
    )
    receipt = city.call(keeper, "privacy", "note_opening", KEY, **note)
    opening = city.read(f"privacy/openings/{KEY}/{receipt.envelope.hex()}")
    assert opening == [
        stranger.account, owner.account, person.account, "roadside check",
        city.ledger.time, city.ledger.height, "",
    ]  # fmt: skip
    receipt = city.call(keeper, "privacy", "note_opening", KEY, **note, login="ab" * 32)
    opening = city.read(f"privacy/openings/{KEY}/{receipt.envelope.hex()}")
    assert opening[0] == stranger.account and opening[6] == "ab" * 32
    city.call(owner, "privacy", "ask_erasure", KEY, **REASON)
    city.refused("asked", keeper, "privacy", "note_opening", KEY, **note)


def test_allowances_are_given_and_taken_back_by_those_concerned(city, cast):
    owner, keeper, person, stranger = cast
    terms = {"reader": stranger.account, "purpose": "x", "until": city.now + 1_000}
    city.refused("concerned", stranger, "privacy", "allow", KEY, **terms)
    city.refused("until", person, "privacy", "allow", KEY, **terms | {"until": 1})
    city.call(person, "privacy", "allow", KEY, **terms)
    path = f"privacy/allowed/{KEY}/{stranger.account.hex()}"
    assert city.read(path)[1] == person.account
    reader = {"reader": stranger.account}
    city.refused("concerned", stranger, "privacy", "withdraw", KEY, **reader)
    city.call(owner, "privacy", "withdraw", KEY, **reader)
    assert city.read(path) is None
    city.refused("entry.unknown", owner, "privacy", "withdraw", KEY, **reader)
