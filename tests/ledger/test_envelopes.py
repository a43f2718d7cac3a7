"""Envelopes: all or nothing, once, in time, of this chain, by this signer."""

import msgspec
import pytest

from huabiao.crypto.envelope import BadEnvelope, Call, open_envelope
from huabiao.ledger.protocol import NEWEST
from huabiao.testing.city import MINUTE, START

CODE = "900-041-49"


def draft(key, declared=10):
    return Call("hazardous_waste", "draft", key, _arguments(declared))


def _arguments(declared):
    return {"waste_code": CODE, "declared": declared}


@pytest.fixture
def plant(city):
    made = city.cast("plant")
    city.grant("hazardous_waste", "generator", made)
    return made


def test_calls_of_one_envelope_happen_together(city, plant):
    receipt = city.submit(plant, draft("a"), draft("b"))
    assert [result.code for result in receipt.results] == ["ok", "ok"]
    assert city.record("hazardous_waste", "b")["state"] == "drafted"


def test_or_not_at_all(city, plant):
    root = city.ledger.state.root
    receipt = city.submit(plant, draft("a"), draft("b"), draft("c", 0), draft("d"))
    codes = [result.code for result in receipt.results]
    assert codes == ["undone", "undone", "empty"]
    assert all(not result.writes and not result.events for result in receipt.results)
    assert city.ledger.state.root == root


def test_a_later_call_sees_what_an_earlier_one_wrote(city, plant):
    receipt = city.submit(plant, draft("a"), draft("a"))
    assert receipt.code == "record.exists"


def test_envelopes_of_a_block_see_each_other_in_order(city, plant):
    block = city.block(
        city.envelope(plant, draft("a")), city.envelope(plant, draft("a", 20))
    )
    assert [receipt.code for receipt in block.receipts] == ["ok", "record.exists"]


def test_what_a_refused_envelope_wrote_is_gone_for_those_behind_it(city, plant):
    other = city.cast("other")
    proof = other.sign(b"huabiao-account\x00" + plant.account)
    joined = Call("identity", "add_key", "", {"public": other.public, "proof": proof})
    block = city.block(
        city.envelope(plant, joined, draft("a", 0)),
        city.envelope(other, draft("b")),
    )
    assert [receipt.code for receipt in block.receipts] == ["empty", "role.missing"]
    assert block.receipts[1].sender == other.account
    receipt = city.submit(other, draft("c"))
    assert (receipt.sender, receipt.code) == (other.account, "role.missing")


def test_the_window_of_validity(city, plant):
    validity = city.ledger.parameters.validity_ms
    for ahead, code in [(0, 1), (1, 1), (2, 0), (validity + 1, 0), (validity + 2, 1)]:
        raw = city.envelope(plant, draft(f"v{ahead}"), valid_ms=ahead)
        receipt = city.block(raw).receipts[0]  # one millisecond later
        assert receipt.code == ("envelope.validity" if code else "ok"), ahead


def test_a_replay_is_refused_until_validity_has_ended(city, plant):
    raw = city.envelope(plant, draft("a"))
    assert city.block(raw, raw).receipts[1].code == "envelope.replayed"
    for pause, code in [
        (1, "envelope.replayed"),
        (MINUTE // 2, "envelope.replayed"),
        (MINUTE, "envelope.validity"),
    ]:
        city.pass_time(pause)
        assert city.block(raw).receipts[0].code == code


def test_a_refused_envelope_cannot_come_again_either(city, plant):
    raw = city.envelope(plant, draft("a", 0))
    assert city.block(raw).receipts[0].code == "empty"
    assert city.block(raw).receipts[0].code == "envelope.replayed"


@pytest.mark.parametrize("flushed", [True, False])
def test_a_replay_is_refused_after_a_new_start(city, plant, flushed):
    raw = city.envelope(plant, draft("a"))
    city.block(raw)
    for number in range(5):
        city.call(plant, "hazardous_waste", "draft", f"x{number}", **_arguments(1))
    if flushed:
        city.close()
    else:
        city.ledger.state.close(flush=False)
        city.ledger.log.close()
    city.reopen()
    assert city.block(raw).receipts[0].code == "envelope.replayed"


def test_a_replay_is_refused_when_validity_was_shortened_meanwhile(city, plant):
    raw = city.envelope(plant, draft("a"), valid_ms=5 * MINUTE)
    city.block(raw)
    shorter = [MINUTE, 2_000_000, 4_000, 2**24, NEWEST, 0]
    city.call(
        city.admin, "governance", "propose", "p",
        action="set_parameters", parameters=shorter,
    )  # fmt: skip
    city.call(city.admin, "governance", "approve", "p")
    city.pass_time(4 * MINUTE + 100)
    city.call(plant, "hazardous_waste", "draft", "later", **_arguments(1))
    city.close()
    city.reopen()
    assert city.block(raw).receipts[0].code == "envelope.replayed"


def test_a_spoiled_copy_does_not_shut_out_the_real_envelope(city, plant):
    raw = city.envelope(plant, draft("a"))
    spoiled = raw[:-1] + bytes([raw[-1] ^ 1])
    block = city.block(spoiled, raw)
    assert [r.code for r in block.receipts] == ["envelope.signature", "ok"]
    raw = city.envelope(plant, draft("b"))
    assert not city.block(raw[:-1] + bytes([raw[-1] ^ 1])).receipts[0].accepted
    assert city.block(raw).receipts[0].accepted


def test_the_window_takes_no_more_memory_after_many_envelopes(city, plant):
    sizes = []
    for round_ in range(6):
        for number in range(10):
            city.block(
                *(
                    city.envelope(
                        plant, draft(f"{round_}.{number}.{each}"), valid_ms=6_000
                    )
                    for each in range(5)
                )
            )
            city.pass_time(1_000)
        sizes.append(len(city.ledger.window))
    assert max(sizes) <= 12 * 5  # a bucket of five seconds beyond the validity
    assert sizes[-1] <= sizes[1]
    city.pass_time(MINUTE)
    city.block()
    assert len(city.ledger.window) == 0


def test_an_envelope_of_another_chain_is_refused(city, plant):
    city.genesis, real = type(city.genesis)(
        1, "other-city", "intl", START, [], []
    ), city.genesis  # fmt: skip
    raw = city.envelope(plant, draft("a"))
    city.genesis = real
    assert city.block(raw).receipts[0].code == "envelope.chain"
    assert len(city.ledger.window) == 1  # the grant's, before


@pytest.mark.parametrize("suite", ["city", "sm_city"])
def test_every_byte_of_an_envelope_counts(suite, request):
    city = request.getfixturevalue(suite)
    plant = city.cast("plant")
    city.grant("hazardous_waste", "generator", plant)
    city.pass_time(MINUTE)
    raw = city.envelope(plant, draft("a"))
    altered = []
    for place in range(len(raw)):
        for change in (0x01, 0x80):
            one = raw[:place] + bytes([raw[place] ^ change]) + raw[place + 1 :]
            try:
                open_envelope(one, city.ledger.digest)
            except BadEnvelope:
                continue
            altered.append(one)
    assert len(altered) > 64  # the signature's at least
    root = city.ledger.state.root
    receipts = city.block(*altered).receipts
    codes = {receipt.code for receipt in receipts}
    assert codes <= {"envelope.signature", "envelope.chain", "envelope.validity"}
    assert city.ledger.state.root == root
    assert city.block(raw).receipts[0].accepted


def test_bytes_that_are_no_envelope(city, plant):
    raw = city.envelope(plant, draft("a"))
    for wrong in (b"", raw[:-1], raw + b"\x00", b"\x90", bytes(2**20 + 1)):
        with pytest.raises(BadEnvelope, match=r"。 .*\."):
            open_envelope(wrong, city.ledger.digest)
    with pytest.raises(BadEnvelope):
        open_envelope(city.envelope(plant), city.ledger.digest)


@pytest.mark.parametrize("value", [1.5, float("nan"), [[0.0]], {"x": {"y": 2.0}}])
def test_a_float_anywhere_in_the_arguments_is_no_envelope(city, value):
    """The profile has no floats; msgspec alone would carry one."""
    signer = city.cast("anyone")
    raw = city.envelope(signer, Call("evidence", "notarize", "", {"digests": ["@"]}))
    body = msgspec.msgpack.decode(msgspec.msgpack.decode(raw)[0])
    body[-1][0][3]["digests"] = value
    encode = msgspec.msgpack.Encoder(order="deterministic").encode
    signed = encode([encode(body), bytes(64)])
    with pytest.raises(BadEnvelope, match="float"):
        open_envelope(signed, city.ledger.digest)
