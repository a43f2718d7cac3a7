"""
An exchange between two chains that know nothing of each other: its four endings.

The clocks are the two chains' own; only people look at both.
"""

from hashlib import sha256

import pytest

from huabiao.testing.chains import Chains
from huabiao.testing.city import HOUR, MINUTE

SECRET = sha256(b"drawn by an").digest()
LOCK = sha256(SECRET).digest()
"""The digest of the suites intl and pq is SHA-256 (FIPS 180-4)."""


@pytest.fixture
def chains(tmp_path):
    made = Chains(tmp_path, {"beijing": "intl", "tianjin": "pq"})
    for name, holder in (("beijing", "an"), ("tianjin", "bo")):
        city = made[name]
        issuer = city.cast("issuer")
        city.grant("transfers", "issuer", issuer)
        city.call(issuer, "transfers", "register", "coin", name="coin")
        to = city.cast(holder).account
        city.call(issuer, "transfers", "issue", "coin", to=to, amount=10)
    made.tick()
    yield made
    made.close()


def lock(chains, name, giver, taker, hours):
    city = chains[name]
    giver, taker = city.cast(giver), city.cast(taker)
    facts = {"denomination": "coin", "amount": 10, "trustee": "exchanges"}
    city.call(giver, "transfers", "entrust", "swap", **facts)
    city.call(
        giver, "exchanges", "lock", "swap", taker=taker.account, lock=LOCK,
        until=city.now + hours * HOUR, digest_of="intl",
    )  # fmt: skip


def held(chains, name, who):
    account = chains[name].cast(who).account.hex()
    return (chains[name].read(f"transfers/books/{account}@coin") or [0])[0]


def both_locked(chains):
    lock(chains, "beijing", "an", "bo", 2)
    lock(chains, "tianjin", "bo", "an", 1)


def test_both_are_paid(chains):
    both_locked(chains)
    tianjin, beijing = chains["tianjin"], chains["beijing"]
    an, bo = tianjin.cast("an"), beijing.cast("bo")
    wrong = sha256(b"a guess").digest()
    tianjin.refused("exchange.secret", an, "exchanges", "claim", "swap", secret=wrong)
    short = SECRET[:31]
    tianjin.refused(
        "argument.malformed", an, "exchanges", "claim", "swap", secret=short
    )
    tianjin.call(an, "exchanges", "claim", "swap", secret=SECRET)
    said = tianjin.record("exchanges", "swap")["secret"]
    beijing.call(bo, "exchanges", "claim", "swap", secret=said)
    assert held(chains, "beijing", "bo") == held(chains, "tianjin", "an") == 10
    assert held(chains, "beijing", "an") == held(chains, "tianjin", "bo") == 0


def test_nobody_says_the_secret_and_both_take_back(chains):
    both_locked(chains)
    tianjin, beijing = chains["tianjin"], chains["beijing"]
    an, bo = beijing.cast("an"), tianjin.cast("bo")
    tianjin.refused("exchange.running", bo, "exchanges", "take_back", "swap")
    chains.tick(HOUR)
    tianjin.call(bo, "exchanges", "take_back", "swap")
    beijing.refused("exchange.running", an, "exchanges", "take_back", "swap")
    chains.tick(HOUR)
    beijing.call(an, "exchanges", "take_back", "swap")
    assert held(chains, "beijing", "an") == held(chains, "tianjin", "bo") == 10


def test_the_other_never_locks_and_the_first_takes_back(chains):
    lock(chains, "beijing", "an", "bo", 2)
    chains.tick(2 * HOUR)
    stranger = chains["beijing"].cast("stranger")
    chains["beijing"].call(stranger, "exchanges", "take_back", "swap")
    assert held(chains, "beijing", "an") == 10


def test_claimed_at_the_last_moment_there_is_still_time_here(chains):
    """The race: `an` waits for the last millisecond on Tianjin's chain."""
    both_locked(chains)
    tianjin, beijing = chains["tianjin"], chains["beijing"]
    until = tianjin.record("exchanges", "swap")["until"]
    for city in (tianjin, beijing):
        city.now = until - 2  # the next block is one millisecond later
    tianjin.call(tianjin.cast("an"), "exchanges", "claim", "swap", secret=SECRET)
    assert tianjin.ledger.time == until - 1
    tianjin.refused("state.wrong", tianjin.cast("bo"), "exchanges", "take_back", "swap")
    beijing.call(beijing.cast("bo"), "exchanges", "claim", "swap", secret=SECRET)
    assert held(chains, "beijing", "bo") == held(chains, "tianjin", "an") == 10


def test_at_its_moment_a_lock_is_only_taken_back(chains):
    both_locked(chains)
    tianjin = chains["tianjin"]
    an, bo = tianjin.cast("an"), tianjin.cast("bo")
    tianjin.now = tianjin.record("exchanges", "swap")["until"] - 2
    tianjin.refused("exchange.running", bo, "exchanges", "take_back", "swap")
    tianjin.refused("exchange.over", an, "exchanges", "claim", "swap", secret=SECRET)
    tianjin.call(bo, "exchanges", "take_back", "swap")
    tianjin.refused("state.wrong", an, "exchanges", "claim", "swap", secret=SECRET)
    assert held(chains, "tianjin", "bo") == 10 and held(chains, "tianjin", "an") == 0


def test_only_what_one_has_entrusted_is_locked_and_once(chains):
    city = chains["beijing"]
    an, bo, until = city.cast("an"), city.cast("bo"), city.now + HOUR
    terms = {"taker": bo.account, "lock": LOCK, "until": until}
    city.refused("entry.unknown", an, "exchanges", "lock", "swap", **terms)
    facts = {"denomination": "coin", "amount": 4, "trustee": "exchanges"}
    city.call(an, "transfers", "entrust", "swap", **facts)
    city.refused("exchange.entrusted", bo, "exchanges", "lock", "swap", **terms)
    soon = terms | {"until": city.now + MINUTE // 2}
    city.refused("exchange.until", an, "exchanges", "lock", "swap", **soon)
    city.refused("entry.exists", an, "transfers", "entrust", "swap", **facts)
    elsewhere = facts | {"trustee": "somebody"}
    city.call(an, "transfers", "entrust", "other", **elsewhere)
    city.refused("exchange.entrusted", an, "exchanges", "lock", "other", **terms)
    city.call(an, "exchanges", "lock", "swap", **terms)
    city.refused("record.exists", an, "exchanges", "lock", "swap", **terms)
    city.call(bo, "exchanges", "claim", "swap", secret=SECRET)
    city.refused("entry.exists", an, "transfers", "entrust", "swap", **facts)


def test_chains_of_two_digests_are_locked_by_one(tmp_path):
    """A chain of national cryptography locks by SHA-256 too, where both halves must."""
    chains = Chains(tmp_path, {"beijing": "sm"})
    city = chains["beijing"]
    issuer, an = city.cast("issuer"), city.cast("an")
    city.grant("transfers", "issuer", issuer)
    city.call(issuer, "transfers", "register", "coin", name="coin")
    city.call(issuer, "transfers", "issue", "coin", to=an.account, amount=10)
    lock(chains, "beijing", "an", "bo", 1)
    city.call(city.cast("bo"), "exchanges", "claim", "swap", secret=SECRET)
    assert held(chains, "beijing", "bo") == 10
    chains.close()
