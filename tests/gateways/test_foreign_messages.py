"""
Messages to and from Ethereum, against what a real geth proved.

Each case starts from one that is taken, and spoils one thing.
"""

import pytest
from foreign_city import (
    BLOCK,
    CONTRACT,
    GATEWAY,
    HEADER,
    HEIGHT,
    PAYLOAD,
    RECEIVER,
    TIMEOUT,
    VECTORS,
    ask,
    attestors,
    foreign_city,
    hold,
    opened,
    receipt_proof,
    sent,
    storage_proof,
)

from huabiao.services.foreign.statements import message_body
from huabiao.testing.city import DAY, START, City

MESSAGES = "foreign_messages"
SEQUENCE = int(BLOCK["proofs"]["0"]["json"]["logs"][0]["topics"][1], 16)


@pytest.fixture(scope="module")
def attested(tmp_path_factory: pytest.TempPathFactory) -> City:
    """A city whose attestors hold to the block with the receipts."""
    city = opened(foreign_city(tmp_path_factory.mktemp("city")))
    hold(city, HEIGHT, HEADER)
    return city


@pytest.fixture
def fresh(tmp_path) -> City:
    return opened(foreign_city(tmp_path))


def test_each_form_of_a_receipts_path_is_read_and_taken_once(attested):
    for place in map(int, BLOCK["proofs"]):
        given = receipt_proof(place)
        attested.call(attested.admin, MESSAGES, "receive", GATEWAY, **given)
        attested.refused(
            "message.repeated", attested.admin, MESSAGES, "receive", GATEWAY, **given
        )
    kept = attested.read(f"{MESSAGES}/inbound/{GATEWAY}/{SEQUENCE}")
    sender = bytes.fromhex(BLOCK["proofs"]["0"]["json"]["from"][2:])
    assert kept == [sender, PAYLOAD, TIMEOUT, HEIGHT, "attestors 2/3"]
    told = ask(attested, MESSAGES, "came", gateway=GATEWAY, sequence=SEQUENCE)
    assert told["payload"] == PAYLOAD and told["trust"] == "attestors 2/3"
    assert ask(attested, MESSAGES, "came", gateway=GATEWAY, sequence=10**6) == {}


def spoilt(name: str) -> dict:
    """The receipt at place 1 with one thing wrong."""
    given = receipt_proof(1)
    proof = given["proof"]
    changed = proof[-1][:-1] + bytes([proof[-1][-1] ^ 1])
    changes = {
        "another place": {"index": 0},
        "a place that is not there": {"index": 9_999},
        "a changed receipt": {"proof": [*proof[:-1], changed]},
        "a node too few": {"proof": proof[:-1]},
        "a node too many": {"proof": [*proof, proof[-1]]},
        "no nodes": {"proof": []},
        "another header": {"header": storage_proof("arrived")["header"]},
        "a changed header": {"header": HEADER[:-1] + b"\x00"},
        "half a header": {"header": HEADER[:100]},
        "another height": {"height": HEIGHT + 1},
    }
    return {**given, **changes[name]}


SPOILT = {
    "another place": "proof.wrong",
    "a place that is not there": "proof.wrong",
    "a changed receipt": "proof.wrong",
    "a node too few": "proof.malformed",
    "a node too many": "proof.malformed",
    "no nodes": "proof.malformed",
    "another header": "proof.wrong",
    "a changed header": "header.unattested",
    "half a header": "proof.malformed",
    "another height": "header.unattested",
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_spoilt_proof_is_refused(name, attested):
    attested.refused(
        SPOILT[name], attested.admin, MESSAGES, "receive", GATEWAY, **spoilt(name)
    )


def test_a_message_is_taken_in_its_time_only_and_then_ends_there(fresh):
    hold(fresh, HEIGHT, HEADER)
    first = attestors(fresh)[0]
    told = {"sequence": SEQUENCE, "signature": bytes(65)}
    late = {"kind": "time_out", "timeout": TIMEOUT, **told}
    fresh.refused("statement.false", first, MESSAGES, "sign", GATEWAY, **late)
    fresh.pass_time(TIMEOUT * 1_000 - fresh.now)
    fresh.refused(
        "message.late", fresh.admin, MESSAGES, "receive", GATEWAY, **receipt_proof()
    )
    fresh.call(first, MESSAGES, "sign", GATEWAY, **late)
    fresh.refused("statement.already", first, MESSAGES, "sign", GATEWAY, **late)
    came = {"kind": "acknowledge", **told}
    fresh.refused("statement.false", first, MESSAGES, "sign", GATEWAY, **came)


def test_a_message_that_came_is_signed_as_such_and_not_as_late(attested):
    first = attestors(attested)[0]
    if attested.read(f"{MESSAGES}/inbound/{GATEWAY}/{SEQUENCE}") is None:
        attested.call(attested.admin, MESSAGES, "receive", GATEWAY, **receipt_proof())
    told = {"sequence": SEQUENCE, "signature": bytes(65)}
    attested.refused(
        "attestor.only", attested.admin, MESSAGES, "sign", GATEWAY,
        kind="acknowledge", **told,
    )  # fmt: skip
    attested.refused(
        "statement.false", first, MESSAGES, "sign", GATEWAY,
        kind="time_out", timeout=1, **told,
    )  # fmt: skip
    attested.call(first, MESSAGES, "sign", GATEWAY, kind="acknowledge", **told)


@pytest.mark.parametrize("suite", ["intl", "sm"])
def test_a_message_arrives(suite, tmp_path):
    city = opened(foreign_city(tmp_path, suite))
    sender = sent(city)
    given = storage_proof("arrived")
    hold(city, given["height"], given["header"])
    body = message_body(sender.account, RECEIVER, TIMEOUT, PAYLOAD)
    if int.from_bytes(body, "big") != VECTORS["arrived"]["word"]:
        # The vectors' sender is an account of the suite intl.
        city.refused("message.other", city.admin, MESSAGES, "settle", "m1", **given)
        return
    city.call(city.admin, MESSAGES, "settle", "m1", **given)
    assert city.record(MESSAGES, "m1")["state"] == "arrived"
    city.refused("state.wrong", city.admin, MESSAGES, "settle", "m1", **given)


def test_a_message_that_did_not_arrive_is_ended_after_its_time(fresh):
    sent(fresh, "first")
    given = storage_proof("absent")
    hold(fresh, given["height"], given["header"])
    sent(fresh, "early")
    fresh.refused("message.early", fresh.admin, MESSAGES, "settle", "early", **given)
    other = foreign_city(fresh.folder / "other")
    opened(other)
    hold(other, given["height"], given["header"])
    sent(other, "first")
    sent(other, "second", timeout=START // 1_000 + 3_600)
    other.call(other.admin, MESSAGES, "settle", "second", **given)
    assert other.record(MESSAGES, "second")["state"] == "timed_out"


def test_another_messages_word_proves_nothing(fresh):
    for id_ in ("m1", "m2"):
        sent(fresh, id_)
    arrived, absent = storage_proof("arrived"), storage_proof("absent")
    hold(fresh, arrived["height"], arrived["header"])
    fresh.refused("proof.wrong", fresh.admin, MESSAGES, "settle", "m2", **arrived)
    fresh.refused("proof.wrong", fresh.admin, MESSAGES, "settle", "m1", **absent)


SENDING = {
    "no role": ("role.missing", "stranger", {}),
    "over": ("message.late", "sender", {"timeout": START // 1_000}),
    "too far": ("message.late", "sender", {"timeout": START // 1_000 + 400 * 86_400}),
    "no address": ("message.malformed", "sender", {"receiver": b"\x01"}),
    "too long": ("message.malformed", "sender", {"payload": bytes(4_097)}),
}


@pytest.mark.parametrize("name", SENDING)
def test_what_cannot_be_sent(name, attested):
    code, who, changes = SENDING[name]
    attested.grant(MESSAGES, "sender", attested.cast("sender"))
    given = {"gateway": GATEWAY, "receiver": RECEIVER, "payload": PAYLOAD,
             "timeout": TIMEOUT, **changes}  # fmt: skip
    attested.refused(code, attested.cast(who), MESSAGES, "send", name, **given)


def test_nothing_crosses_a_frozen_gateway(fresh):
    hold(fresh, HEIGHT, HEADER)
    fresh.call(fresh.admin, "gateways", "freeze", GATEWAY, reason="演练 · drill")
    fresh.refused(
        "state.wrong", fresh.admin, MESSAGES, "receive", GATEWAY, **receipt_proof()
    )


def test_no_more_come_in_a_day_than_the_gateway_says(tmp_path):
    city = opened(foreign_city(tmp_path), most=1)
    hold(city, HEIGHT, HEADER)
    city.call(city.admin, MESSAGES, "receive", GATEWAY, **receipt_proof(0))
    second = receipt_proof(1)
    city.refused("gateway.rate", city.admin, MESSAGES, "receive", GATEWAY, **second)
    city.pass_time(DAY)
    city.call(city.admin, MESSAGES, "receive", GATEWAY, **second)


def test_another_contracts_event_is_no_message(tmp_path):
    city = opened(foreign_city(tmp_path), contract=CONTRACT[::-1])
    hold(city, HEIGHT, HEADER)
    city.refused(
        "message.repeated", city.admin, MESSAGES, "receive", GATEWAY, **receipt_proof()
    )
