"""
A chain founded in one suite goes on in another, from a height on.

Before it keys are registered, at it the members hand over, after it the old keys sign
nothing; and whoever trusts the founding members can walk across, with no server.
"""

import pytest
from changing_city import ChangingCity

from huabiao.codec import decode, encode
from huabiao.crypto.keys import generate
from huabiao.ledger import snapshot
from huabiao.ledger.block import decode_logged
from huabiao.ledger.genesis import founding_members
from huabiao.ledger.ledger import LedgerDamaged
from huabiao.ledger.recovery import replay
from huabiao.node import proving
from huabiao.node.history.checking import Walk
from huabiao.proofs.header import decode_header
from huabiao.proofs.verify import verify

WAYS = [("intl", "pq"), ("sm", "pq"), ("pq", "sm")]
NOTE = {"digests": [bytes(32)]}


@pytest.fixture
def city(tmp_path):
    made = ChangingCity(tmp_path)
    yield made
    made.close()


def trust_of(city):
    members = [
        {"name": m.name, "public": m.public.hex(), "power": m.power}
        for m in proving.genesis_members(city.ledger)
    ]
    chain, suite = city.genesis.chain, city.genesis.suite
    return {"version": 1, "chain": chain, "suite": suite, "members": members}


def headers(city):
    for height, logged in city.ledger.log.blocks(1):
        block = decode_logged(logged)
        yield height, decode_header(block.header), block.certificate


@pytest.mark.parametrize(("before", "after"), WAYS)
def test_headers_are_signed_in_the_new_suite_from_the_height_on(
    tmp_path, before, after
):
    city = ChangingCity(tmp_path, before, after)
    old_admin, old_account = city.admin, city.admin.account
    at = city.change()
    city.call(city.admin, "evidence", "notarize", **NOTE)
    for height, header, _ in headers(city):
        assert header.suite == (before if height <= at else after)
    assert city.ledger.suite_name == after
    assert city.ledger.account_of(city.admin.public) == old_account
    assert city.ledger.governed.member_changes() == [at]
    city.refused("envelope.suite", old_admin, "evidence", "notarize", **NOTE)

    # Whoever trusts the members of genesis walks over the change, offline.
    trust = trust_of(city)
    for height in (1, at, at + 1):
        proof = proving.prove_receipt(city.ledger, height, 0)
        assert verify(proof, trust).ok
    state = proving.prove_state(city.ledger, "suites/coming", None)
    assert verify(state, trust).ok
    root = city.ledger.state.root
    walk = Walk(city.genesis, founding_members(city.genesis))
    for _, record in city.ledger.log.blocks(1):
        logged = decode_logged(record)
        walk.step(logged, logged.certificate)
    assert walk.hash == city.ledger.hash
    city.close()

    # A restart finds the suite in force, and a replay from block 1 the same roots.
    city.reopen()
    assert city.ledger.suite_name == after
    city.call(city.admin, "evidence", "notarize", **NOTE)
    height, replayed = replay(city.folder, city.genesis)
    assert height == city.ledger.height and replayed == city.ledger.state.root != root
    city.close()


def test_a_snapshot_from_after_the_change_is_taken(city):
    before = city.ledger.members
    city.change()
    city.call(city.admin, "evidence", "notarize", **NOTE)
    logged = decode_logged(city.ledger.log.read(city.ledger.height))
    chain, suite = city.genesis.chain, city.genesis.suite
    about = (snapshot.VERSION, chain, suite, logged.header, logged.certificate)
    raw = encode(snapshot.Metadata(*about, city.ledger.members, []))
    _, header = snapshot.open_metadata(raw, city.genesis)
    assert header.suite == "pq"
    stale = encode(snapshot.Metadata(*about, before, []))
    with pytest.raises(snapshot.BadSnapshot):
        snapshot.open_metadata(stale, city.genesis)


def test_a_certificate_of_the_old_key_is_refused_after_the_change(city):
    old = city.member
    city.change()
    city.member = old
    city.call(city.admin, "evidence", "notarize", **NOTE)
    with pytest.raises(LedgerDamaged, match="certificate"):
        replay(city.folder, city.genesis)


def test_a_header_that_names_another_suite_than_its_members_is_refused(city):
    city.change()
    city.call(city.admin, "evidence", "notarize", **NOTE)
    proof = decode(proving.prove_receipt(city.ledger, city.ledger.height, 0))
    header = decode(proof[3])
    assert header[2] == "pq"
    header[2] = "intl"
    proof[3] = encode(header)
    assert "另一条链" in verify(encode(proof), trust_of(city)).sentence


def test_before_a_plan_keys_of_another_suite_are_not_taken(city):
    new = city.new("admin")
    proof = new.sign(b"huabiao-account\x00" + city.admin.account)
    arguments = {"public": new.public, "proof": proof}
    city.refused("key.proof", city.admin, "identity", "add_key", **arguments)
    city.refused("envelope.suite", new, "evidence", "notarize", **NOTE)
    city.refused("suite.early", city.admin, "membership", "adopt_suite")
    city.announce(city.ledger.height + 9)
    city.call(city.admin, "identity", "add_key", **arguments)
    city.refused("envelope.suite", new, "evidence", "notarize", **NOTE)


def test_who_registered_no_key_in_time_is_told_what_to_do(city):
    late = city.cast("late")
    city.call(late, "evidence", "notarize", **NOTE)
    city.change()
    said = city.refused("envelope.suite", late, "evidence", "notarize", **NOTE)
    assert "请另建身份" in said and "makes a new identity" in said
    fresh = city.new("late")
    city.call(fresh, "evidence", "notarize", **NOTE)


def test_no_seat_is_left_behind_and_nobody_is_early(city):
    city.refused("suite.early", city.admin, "membership", "adopt_suite")
    start = city.ledger.height + 8
    city.announce(start)
    city.refused("suite.early", city.admin, "membership", "adopt_suite")
    while city.ledger.height < start - 2:
        city.call(city.admin, "evidence", "notarize", **NOTE)
    said = city.refused("suite.unprepared", city.admin, "membership", "adopt_suite")
    assert "member" in said and city.ledger.suite_name == "intl"
    city.prepare()
    city.adopt()
    assert city.ledger.suite_name == "pq"
    assert city.read("membership/members")[0][0][1] == city.new("member").public


def test_a_seat_prepares_a_key_of_the_coming_suite_with_its_own_word(city):
    key, proof = city.new("member"), b"\x01" * 3309
    prepare = ("suites", "prepare", "member")
    early = {"public": key.public, "proof": proof}
    city.refused("suite.other", city.admin, *prepare, **early)
    city.announce(city.ledger.height + 9)
    city.refused("seat.other", city.cast("somebody"), *prepare, **early)
    city.refused("seat.proof", city.admin, *prepare, **early)
    other = generate("other", "sm", bytes(32))
    wrong = {"public": other.public, "proof": other.sign(b"")}
    city.refused("suite.other", city.admin, *prepare, **wrong)
    city.prepare()


def test_a_seat_cannot_go_ahead_of_the_others(city):
    """Members of two suites would make headers that no one suite certifies."""
    city.announce(city.ledger.height + 9)
    with pytest.raises(Exception, match="rotate first") as refused:
        city.rotate_member(city.new("member"))
    assert refused.value.code == "seat.suite"


def test_after_the_change_seats_rotate_and_are_weighed_in_the_new_suite(city):
    city.change()
    city.call(city.admin, "membership", "weigh", "member", power=3)
    assert city.read("membership/members")[0][0][1:3] == [city.member.public, 3]
    city.rotate_member(generate("next", "pq", b"\x05" * 32))
    city.call(city.admin, "evidence", "notarize", **NOTE)
    assert verify(proving.prove_state(city.ledger, "x", None), trust_of(city)).ok


def test_a_plan_is_agreed_on_and_lies_ahead(city):
    stranger = city.cast("stranger")
    plan = {"suite": "pq", "start": 99}
    city.refused("administrator.only", stranger, "suites", "plan", "p", **plan)
    city.call(city.admin, "suites", "plan", "p", **plan)
    city.refused("approval.not_listed", stranger, "suites", "approve", "p")
    city.call(city.admin, "suites", "withdraw", "p")
    assert city.read("suites/coming") is None
    late = {"suite": "pq", "start": city.ledger.height + 1}
    city.call(city.admin, "suites", "plan", "q", **late)
    city.refused("suite.start", city.admin, "suites", "approve", "q")


def test_a_chain_of_protocol_1_does_not_change(tmp_path, monkeypatch):
    monkeypatch.setattr("huabiao.ledger.genesis.NEWEST", 1)
    city = ChangingCity(tmp_path)
    city.announce(city.ledger.height + 9)
    with pytest.raises(Exception, match="protocol") as refused:
        city.prepare()
    assert refused.value.code == "seat.proof"
    city.refused("envelope.signature", city.new("x"), "evidence", "notarize", **NOTE)
    city.close()


# -- nobody is locked out by retiring the one key that signs ---------------------------


def retiring(keys):
    return {"public": keys.public, "reason": "tidied"}


def test_the_old_key_is_not_retired_before_the_new_suite_signs(city):
    clerk, coming = city.cast("clerk"), city.new("clerk")
    city.announce(city.ledger.height + 9)
    city.join(clerk, coming)
    said = city.refused("key.suite", clerk, "identity", "retire_key", **retiring(clerk))
    assert "1 把" in said and "the 1 keys left" in said
    city.call(clerk, "identity", "retire_key", **retiring(coming))


def test_the_new_key_is_not_retired_while_only_old_ones_are_left(city):
    old = city.admin
    city.change()
    admin, second = city.admin, generate("second", "pq", bytes(32))
    retire = ("identity", "retire_key")
    said = city.refused("key.suite", admin, *retire, **retiring(admin))
    assert "publish the first one" in said
    proof = second.sign(b"huabiao-account\x00" + old.account)
    city.call(admin, "identity", "add_key", public=second.public, proof=proof)
    city.call(admin, *retire, **retiring(second))
    city.refused("key.suite", admin, *retire, **retiring(admin))
    city.call(admin, *retire, **retiring(old))
    city.refused("key.last", admin, *retire, **retiring(admin))


def test_a_first_key_of_the_new_suite_counts_once_it_is_published(city):
    city.change()
    fresh, second = city.new("fresh"), generate("second", "pq", bytes(32))
    retire = ("identity", "retire_key")
    city.join(fresh, second)
    city.refused("key.suite", fresh, *retire, **retiring(second))
    city.call(fresh, "identity", "publish_key", public=fresh.public)
    city.call(fresh, *retire, **retiring(second))
