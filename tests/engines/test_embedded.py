"""The embedded engine at its limits: other members, a full pool, a crowd of tickets."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from huabiao.client.signing import call, prove_seat
from huabiao.crypto.envelope import Envelope, open_envelope
from huabiao.crypto.keys import Keys
from huabiao.engines.embedded import EmbeddedEngine
from huabiao.engines.pool import Placed, PoolFull, Ticket
from huabiao.engines.signers import HeldKeys
from huabiao.testing.city import City


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    made = City(tmp_path)
    made.now = int(time.time() * 1000)
    yield made
    made.close()


@pytest.fixture
def engine(city: City) -> Iterator[EmbeddedEngine]:
    made = EmbeddedEngine(city.ledger, HeldKeys({city.member.public: city.member.sign}))
    made.start()
    yield made
    made.stop()


def signed(city: City, signer: Keys, *calls: Any) -> Envelope:
    return open_envelope(city.envelope(signer, *calls), city.ledger.digest)


def place(engine: EmbeddedEngine, *envelopes: Envelope) -> list[Placed]:
    done = threading.Event()
    ticket = Ticket(envelopes, lambda _: done.set())
    engine.offer(ticket)
    assert done.wait(30)
    return ticket.placed


def rotate(city: City, new: Keys) -> Envelope:
    """The founding member's key gives way to another."""
    city.pass_time(1)
    proof = prove_seat("test-city", new, "member", "")
    said = {"public": new.public, "proof": proof}
    return signed(city, city.admin, call("membership", "rotate", "member", **said))


def test_it_refuses_members_that_it_cannot_sign_for_and_goes_on(
    city: City, engine: EmbeddedEngine
) -> None:
    other = city.cast("other")
    note = call("evidence", "notarize", digests=[bytes(32)])
    before, refused, after = place(
        engine,
        signed(city, other, note),
        rotate(city, other),
        signed(city, other, note),
    )
    assert (before.code, before.index) == ("ok", 0)
    assert (refused.code, refused.height) == ("engine.members", 0)
    assert "engine of many members" in refused.sentence
    assert (after.code, after.index) == ("ok", 1)
    assert [each.public for each in city.ledger.members] == [city.member.public]
    assert engine.failure == ""
    (alone,) = place(engine, rotate(city, other))
    assert alone.code == "engine.members"
    assert place(engine, signed(city, other, note))[0].code == "ok"


def test_a_change_that_leaves_it_the_quorum_goes_through(
    city: City, engine: EmbeddedEngine
) -> None:
    other = city.cast("other")
    weigh = call("membership", "weigh", "member", power=9)
    (placed,) = place(engine, signed(city, city.admin, weigh))
    assert placed.code == "ok", placed
    note = call("evidence", "notarize", digests=[bytes(32)])
    assert place(engine, signed(city, other, note))[0].code == "ok"
    assert [each.power for each in city.ledger.members] == [9]


def test_one_signer_does_not_fill_the_pool(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huabiao.engines.pool.MOST_WAITING", 6)
    monkeypatch.setattr("huabiao.engines.pool.MOST_OF_ONE_SIGNER", 4)
    idle = EmbeddedEngine(city.ledger, HeldKeys({city.member.public: city.member.sign}))
    flood, quiet = city.cast("flood"), city.cast("quiet")
    note = call("evidence", "notarize", digests=[bytes(32)])

    def ticket(signer: Keys) -> Ticket:
        return Ticket([signed(city, signer, note)] * 2, lambda _: None)

    idle.offer(ticket(flood))
    idle.offer(ticket(flood))
    with pytest.raises(PoolFull):
        idle.offer(ticket(flood))
    idle.offer(ticket(quiet))
    with pytest.raises(PoolFull):
        idle.offer(ticket(city.cast("late")))
    assert idle.waiting == 6
