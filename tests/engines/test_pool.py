"""The pool: bounded, fair between signers, each envelope answered once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huabiao.client.signing import call, sign_envelope
from huabiao.crypto.envelope import Envelope, open_envelope
from huabiao.crypto.keys import generate
from huabiao.crypto.suite import suite
from huabiao.engines import pool as pools
from huabiao.engines.pool import Placed, Pool, PoolFull, Ticket

SIGNERS = [generate(name, "intl", name.encode() * 32) for name in "abc"]
OK = Placed(1, 0, "ok", "")


def envelopes(signer: int, count: int) -> list[Envelope]:
    made = call("evidence", "notarize", digests=[bytes(32)])
    return [
        open_envelope(
            sign_envelope("c", SIGNERS[signer], [made], valid_until=9),
            suite("intl").digest,
        )
        for _ in range(count)
    ]


SOME = [envelopes(signer, 12) for signer in range(3)]


def test_a_flood_does_not_starve_another_signer() -> None:
    pool = Pool()
    for _ in range(30):
        pool.offer(Ticket(SOME[0], lambda ticket: None))
    pool.offer(Ticket(SOME[1], lambda ticket: None))
    first = pool.take(24, 2**30)
    assert {part.ticket.signer for part in first} == {
        SIGNERS[0].public, SIGNERS[1].public,
    }  # fmt: skip


def test_each_signer_has_a_share_and_all_have_a_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pools, "MOST_OF_ONE_SIGNER", 12)
    monkeypatch.setattr(pools, "MOST_WAITING", 30)
    pool = Pool()
    pool.offer(Ticket(SOME[0], lambda ticket: None))
    with pytest.raises(PoolFull):
        pool.offer(Ticket(SOME[0][:1], lambda ticket: None))
    pool.offer(Ticket(SOME[1], lambda ticket: None))
    with pytest.raises(PoolFull):
        pool.offer(Ticket(SOME[2], lambda ticket: None))
    pool.take(12, 2**30)
    pool.offer(Ticket(SOME[2], lambda ticket: None))


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(1, 12)), max_size=12),
    st.lists(st.tuples(st.integers(1, 15), st.integers(1, 4_000)), max_size=20),
)
def test_every_envelope_leaves_once_and_in_its_signers_order(
    offers: list[tuple[int, int]], takes: list[tuple[int, int]]
) -> None:
    pool, done, out = Pool(), [], list[Envelope]()
    tickets = []
    for signer, count in offers:
        tickets.append(Ticket(SOME[signer][:count], done.append))
        pool.offer(tickets[-1])
    for room, weight in takes:
        parts = pool.take(room, weight)
        taken = [envelope for part in parts for envelope in part.envelopes]
        assert len(taken) <= room
        assert sum(len(e.raw) for e in taken[:-1]) <= weight or len(parts) > 1
        for part in parts:
            part.settle([OK] * len(part.envelopes))
        out += taken
    left = sum(count for _, count in offers) - len(out)
    assert pool.waiting == left
    pool.drain(Placed(0, 0, "node.stopped", ""))
    assert len(done) == len(offers)
    for ticket in tickets:
        assert [placed.code for placed in ticket.placed].count("ok") + [
            placed.code for placed in ticket.placed
        ].count("node.stopped") == len(ticket.envelopes)
