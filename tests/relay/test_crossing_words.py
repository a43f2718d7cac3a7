"""What a crossing says at every turn, and what to do where it is stuck."""

from dataclasses import replace

import pytest

from huabiao.doors.crossing_words import (
    OtherChain,
    Way,
    client_todo,
    lasting,
    tell,
    tell_received,
    way_todo,
)

SECOND, MINUTE, DAY = 1_000, 60_000, 86_400_000
NOW = 1_795_000_000_000
CLIENT = OtherChain("haidian", "haidian", "following", NOW - SECOND, NOW + DAY)
WAY = Way("haidian", "haidian", "open", "light_clients", CLIENT, most=100)
TWO = "两个区块头。 Two headers."
RECORD = {
    "to": "haidian", "state": "sent_out", "route": "haidian", "code": "pending",
    "sentence": "", "sent_at": NOW - 5 * SECOND, "timeout": NOW + 40 * SECOND,
}  # fmt: skip


def test_it_waits_and_says_for_how_long():
    told = tell(RECORD, WAY, NOW)
    assert told.sentence == (
        "等 haidian 的确认，还剩 40 秒，之后退回。"
        " Waits for haidian's acknowledgement, 40 s left, then it is refunded."
    )
    assert not told.stuck


def test_its_time_is_over_and_it_waits_for_the_proof():
    told = tell(RECORD, WAY, NOW + 41 * SECOND)
    assert "时限已过 1 秒" in told.sentence and "refunded as soon as" in told.sentence


@pytest.mark.parametrize(
    ("record", "way", "said"),
    [
        ({"sent_at": NOW - 5 * MINUTE},
         replace(WAY, client=replace(CLIENT, newest_time=NOW - 6 * MINUTE)),
         "huabiao relay"),
        ({"sent_at": NOW - 5 * MINUTE}, WAY, "huabiao chain list"),
        ({"timeout": NOW - 2 * SECOND}, WAY, "huabiao relay --once"),
        ({}, replace(WAY, client=replace(CLIENT, state="expired")),
         "huabiao chain recover haidian"),
        ({}, replace(WAY, client=replace(CLIENT, state="frozen", why_frozen=TWO)),
         "frozen (Two headers)"),
        ({}, replace(WAY, state="paused", why_paused="演练", paused_by="值守"),
         "由 值守 于"),
        ({}, replace(WAY, state="closed"), "closed"),
        ({}, replace(WAY, came=100, window_left=30 * SECOND), "goes on in 30 s"),
        ({}, None, "cannot be read"),
    ],
    ids=["no relay", "slow", "ended", "expired", "frozen", "paused", "closed", "full",
         "no route"],
)  # fmt: skip
def test_a_stuck_one_says_what_to_do(record, way, said):
    told = tell(RECORD | record, way, NOW)
    assert told.stuck and said in told.todo[0]


def test_what_has_ended_asks_nothing_of_anybody():
    refused = {"state": "declined", "code": "greeting.rude", "sentence": "请。 Please."}
    for record, said in (
        ({"state": "acknowledged"}, "acknowledged"),
        (refused, "undone here: Please."),
        ({"state": "timed_out"}, "undone here"),
    ):
        told = tell(RECORD | record, replace(WAY, state="closed"), NOW)
        assert said in told.sentence and not told.stuck
    assert "handed over" in tell_received("haidian", "ok", "").sentence
    assert "undone there" in tell_received("haidian", "no", "不。 No.").sentence


def test_what_works_asks_nothing_either():
    assert client_todo(CLIENT) == way_todo(WAY) == []


def test_lengths_of_time():
    found = [lasting(s * SECOND)[1] for s in (-1, 59, 119, 120, 7_199, 7_200, 172_800)]
    assert found == ["0 s", "59 s", "119 s", "2 min", "119 min", "2 h", "2 d"]
