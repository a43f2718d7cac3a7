"""A relay's plan: the facts of both sides in, calls out; without any chain."""

import pytest

from huabiao.codec import encode
from huabiao.crypto.envelope import Call
from huabiao.proofs.header import Header
from huabiao.proofs.state_proofs import PRESENT, PROOF, StateEntry, StateProofs
from huabiao.services.relay.carrying import packed
from huabiao.services.relay.facts import Client, Flow, Route, Seen, Way
from huabiao.services.relay.held import Held
from huabiao.services.relay.planning import plan, wanted

NOW, ZERO = 1_795_000_000_000, bytes(32)
CLIENT = Client("haidian", "sm", b"", 60_000, b"", 5, NOW, 0, NOW, 1, 0, 0, "")
HERE = StateEntry(b"outcome", b"proof")
ABSENT = StateEntry(None, b"proof")
UNPROVED = StateEntry(None, b"")


def way(state="open", most=100, **flow):
    ordered = flow.pop("ordered", False)
    route = Route("haidian", "beijing", "light_clients", "c", "light_client", ordered,
                  most, 60_000, b"", 0, "")  # fmt: skip
    return Way("haidian", state, route, Flow(since=NOW, **flow))


def seen(coming=(), ending=(), state="following", client=CLIENT, now=NOW, **terms):
    return Seen(
        now, state, client, {"haidian": way(**terms)},
        {("haidian", n): timeout for n, timeout in dict(coming).items()},
        {("haidian", n): timeout for n, timeout in dict(ending).items()},
    )  # fmt: skip


def proofs(*entries, height=9, time=NOW):
    header = Header(1, "haidian", "sm", height, time, *[ZERO] * 6)
    return StateProofs(encode(header), b"", [], list(entries))


def calls_of(facts, *entries, **header):
    made = plan(facts, "c", wanted(facts, ()), proofs(*entries, **header))
    return [call.operation for call in [*made.advances, *made.calls]], made


def test_what_was_sent_there_is_received_under_one_header():
    facts = seen(coming={1: NOW + 9, 2: NOW + 9})
    assert list(wanted(facts, ())) == [
        "packets/sent/beijing.1",
        "packets/sent/beijing.2",
    ]
    operations, _ = calls_of(facts, HERE, HERE)
    assert operations == ["advance", "receive", "receive"]


def test_what_is_not_certified_yet_is_waited_for():
    operations, made = calls_of(seen(coming={1: NOW + 9}), ABSENT)
    assert operations == [] and made.incomplete


def test_what_comes_too_late_is_not_brought():
    assert wanted(seen(coming={1: NOW}), ()) == {}


def test_a_window_that_is_full_lets_in_what_it_still_can():
    facts = seen(coming=dict.fromkeys(range(1, 9), NOW + 9), most=10, came=7)
    assert len(wanted(facts, ())) == 3


@pytest.mark.parametrize("state", ["paused", "closed"])
def test_a_paused_route_takes_nothing_in_and_lets_end_what_was_sent(state):
    facts = seen(coming={1: NOW + 9}, ending={4: NOW + 9}, state="following")
    facts.ways["haidian"] = way(state)
    assert [kind for _, kind, _ in wanted(facts, ()).values()] == ["ending"]


def test_what_was_received_there_is_acknowledged():
    operations, _ = calls_of(seen(ending={4: NOW + 9}), HERE)
    assert operations == ["advance", "acknowledge"]


def test_an_absence_is_proved_only_after_the_packets_time():
    before, after = seen(ending={4: NOW + 9}), seen(ending={4: NOW - 9})
    assert wanted(before, ())["packets/received/beijing.4"][0] == PRESENT
    assert wanted(after, ())["packets/received/beijing.4"][0] == PROOF
    assert calls_of(before, UNPROVED)[0] == []
    assert calls_of(after, ABSENT)[0] == ["advance", "time_out"]


def test_an_idle_chain_is_made_to_make_a_block_for_the_absence():
    operations, made = calls_of(seen(ending={4: NOW - 9}), ABSENT, time=NOW - 10)
    assert operations == [] and made.needs_block


def test_over_an_ordered_route_packets_come_in_a_row():
    facts = seen(ordered=True, next_in=3)
    wants = wanted(facts, {"receive haidian.6"})
    assert [place[1] for _, _, place in wants.values()] == [3, 4, 5]
    made = plan(facts, "c", wants, proofs(HERE, UNPROVED, HERE))
    assert [call.key for call in made.calls] == ["haidian.3"] and not made.incomplete


def test_an_expired_or_frozen_client_is_asked_nothing():
    late = seen(coming={1: NOW + 99_999}, now=NOW + 60_001)
    assert wanted(late, ()) == {}
    assert wanted(seen(coming={1: NOW + 9}, state="frozen"), ()) == {}


def test_a_client_is_refreshed_at_half_its_period():
    early, due = seen(now=NOW + 30_000), seen(now=NOW + 30_001)
    assert calls_of(early, time=NOW + 29_000)[0] == []
    assert calls_of(due, time=NOW + 29_000)[0] == ["advance"]
    operations, made = calls_of(due, time=NOW + 100)
    assert operations == [] and made.needs_block


def test_one_envelope_where_all_fits_and_the_header_alone_where_not():
    step = [Call("light_clients", "advance", "c", {})]
    calls = [
        Call("packets", "receive", f"r.{n}", {"proof": bytes(90)}) for n in range(6)
    ]
    assert packed(step, calls, 10, 10_000) == [[*step, *calls]]
    assert [len(each) for each in packed(step, calls, 4, 10_000)] == [1, 4, 2]
    assert [len(each) for each in packed(step, calls, 10, 300)] == [1, 2, 2, 2]
    assert packed(step, [], 10, 10_000) == [step] and packed([], [], 10, 9) == []


def test_a_refused_packet_waits_longer_each_time_and_goes_alone():
    now = [0.0]
    held = Held(lambda: now[0])
    held.carried("receive r.1")
    assert not held.is_suspect("receive r.1") and "receive r.1" in held.names()
    waits = [held.refused("receive r.2") for _ in range(9)]
    assert waits == [1, 2, 4, 8, 16, 32, 64, 120, 120]
    now[0] = 119.0
    assert held.names() == {"receive r.2"} and held.is_suspect("receive r.2")
    now[0] = 121.0
    assert held.names() == set()
