"""Membership: a seat is applied for, taken, rotated, suspended, readmitted, left."""

import pytest

from huabiao.client.signing import prove_seat
from huabiao.codec import decode, encode
from huabiao.crypto.envelope import Call
from huabiao.ledger.governed import Seat
from huabiao.ledger.recovery import replay
from huabiao.node import proving
from huabiao.node.catalogue import founding_sources, shipped_sources
from huabiao.node.history import block_proofs
from huabiao.proofs.header import certified_message
from huabiao.proofs.members import members_digest
from huabiao.proofs.verify import verify
from huabiao.testing.city import City

IDENTITY = [each for each in shipped_sources() if "class Identity(" in each]
SOURCES = [*founding_sources(), *IDENTITY]
HARBOUR = "港务局"
ENGINE = bytes([7]) * 32


def govern(city, key, **change):
    city.call(city.admin, "governance", "propose", key, **change)
    city.call(city.admin, "governance", "approve", key)


def listed(city, name=HARBOUR):
    """The account of an organisation that governance lists."""
    keys = city.cast(name)
    organisation = [name, f"code of {name}", keys.account, 0]
    govern(city, name, action="add_organisation", organisation=organisation)
    return keys


def keys_of(city, new, seat="harbour", organisation=HARBOUR, engine_key=b""):
    """What an application or a rotation says of its keys."""
    proof = prove_seat(city.genesis.chain, new, seat, organisation, engine_key)
    return {"public": new.public, "proof": proof, "engine_key": engine_key}


@pytest.fixture(params=["intl", "sm"])
def city(tmp_path, request):
    made = City(tmp_path, request.param, sources=SOURCES)
    yield made
    made.close()


@pytest.fixture
def harbour(city):
    """A listed organisation that has applied, with power 1 beside the member's 9."""
    account = listed(city)
    city.call(city.admin, "membership", "weigh", "member", power=9)
    application = keys_of(city, city.cast("harbour key"), engine_key=ENGINE)
    city.call(account, "membership", "apply", "harbour", power=1, **application)
    return account


@pytest.fixture
def seated(city, harbour):
    city.call(city.admin, "membership", "approve", "harbour")
    return harbour


def standing(city, seat="harbour"):
    return city.record("membership", seat)["state"]


def test_a_seat_is_taken_in_the_block_of_the_last_approval(city, harbour):
    three = [city.cast(f"administrator {number}") for number in range(3)]
    board = [[each.account for each in three], 2]
    govern(city, "board", action="set_administrators", administrators=board)
    city.refused("approval.not_listed", harbour, "membership", "approve", "harbour")
    city.call(three[0], "membership", "approve", "harbour")
    assert standing(city) == "applied" and len(city.ledger.members) == 1
    city.refused("approval.repeated", three[0], "membership", "approve", "harbour")
    envelope = city.envelope(three[2], Call("membership", "approve", "harbour", {}))
    block = city.block(envelope)
    assert standing(city) == "seated"
    assert [each.name for each in city.ledger.members] == ["harbour", "member"]
    digest = members_digest(city.ledger.digest, city.ledger.members)
    assert block.header.next_members == digest != block.header.members
    harbour_key = city.cast("harbour key").public
    assert city.ledger.governed.seats() == [
        Seat("harbour", harbour_key, 1, HARBOUR, ENGINE),
        Seat("member", city.member.public, 9, "", b""),
    ]
    city.refused("state.wrong", three[1], "membership", "approve", "harbour")


def spoiled(city, **wrong):
    good = keys_of(city, city.cast("harbour key"), engine_key=ENGINE)
    return {**good, "power": 1, **wrong}


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"power": 0}, "seat.power"),
        ({"power": 2**32}, "seat.power"),
        ({"public": bytes(32)}, "seat.proof"),
        ({"engine_key": b""}, "seat.proof"),
        ({"proof": bytes(64)}, "seat.proof"),
        ({"proof": ("other-city", "harbour", HARBOUR, ENGINE)}, "seat.proof"),
        ({"proof": ("test-city", "other", HARBOUR, ENGINE)}, "seat.proof"),
        ({"proof": ("test-city", "harbour", "其他", ENGINE)}, "seat.proof"),
    ],
)
def test_an_application_shows_that_somebody_holds_the_key(city, wrong, code):
    account = listed(city)
    said = wrong.get("proof")
    if isinstance(said, tuple):
        key = city.cast("harbour key")
        wrong = {"proof": prove_seat(said[0], key, *said[1:])}
    city.refused(
        code, account, "membership", "apply", "harbour", **spoiled(city, **wrong)
    )


def test_an_engine_key_has_32_bytes_or_none(city):
    account, key = listed(city), city.cast("harbour key")
    for length in (1, 31, 33):
        city.refused(
            "seat.engine_key", account, "membership", "apply", "harbour",
            power=1, **keys_of(city, key, engine_key=bytes(length)),
        )  # fmt: skip


def test_only_a_listed_organisation_applies_and_its_name_is_its_own(city, harbour):
    stranger = city.cast("stranger")
    city.refused(
        "organisation.unlisted", stranger, "membership", "apply", "x", **spoiled(city)
    )
    city.refused(
        "record.exists", harbour, "membership", "apply", "member", **spoiled(city)
    )
    city.refused("party.other", stranger, "membership", "withdraw", "harbour")
    city.call(harbour, "membership", "withdraw", "harbour")
    city.refused("state.wrong", city.admin, "membership", "approve", "harbour")


def test_a_key_sits_once(city, seated):
    rail = listed(city, "铁路局")
    for name, key, engine_key in (
        ("one", city.cast("harbour key"), b""),
        ("two", city.cast("rail key"), ENGINE),
    ):
        said = keys_of(city, key, name, "铁路局", engine_key)
        city.call(rail, "membership", "apply", name, power=1, **said)
        city.refused("seat.key_taken", city.admin, "membership", "approve", name)


def test_a_member_rotates_its_own_keys_alone(city, seated):
    new = city.cast("harbour's new key")
    said = keys_of(city, new, engine_key=bytes([8]) * 32)
    city.refused("party.other", city.admin, "membership", "rotate", "harbour", **said)
    city.refused(
        "seat.proof", seated, "membership", "rotate", "harbour",
        **{**said, "public": city.member.public},
    )  # fmt: skip
    height = city.ledger.height + 1
    city.call(seated, "membership", "rotate", "harbour", **said)
    seat = city.ledger.governed.seats()[0]
    assert (seat.public, seat.engine_key) == (new.public, bytes([8]) * 32)
    assert city.ledger.governed.member_changes()[-1] == height
    kept = keys_of(city, city.cast("third"), engine_key=bytes([8]) * 32)
    city.call(seated, "membership", "rotate", "harbour", **{**kept, "engine_key": None})
    assert city.ledger.governed.seats()[0].engine_key == bytes([8]) * 32


def test_another_engine_key_alone_hands_over_to_nobody(city, seated):
    before = city.ledger.governed.member_changes()
    said = keys_of(city, city.cast("harbour key"), engine_key=bytes([9]) * 32)
    city.call(seated, "membership", "rotate", "harbour", **said)
    assert city.ledger.governed.seats()[0].engine_key == bytes([9]) * 32
    assert city.ledger.governed.member_changes() == before


def test_a_seat_is_suspended_and_readmitted_as_often_as_agreed(city, seated):
    for _ in range(2):
        city.refused("approval.not_listed", seated, "membership", "suspend", "harbour")
        city.call(city.admin, "membership", "suspend", "harbour")
        assert [each.name for each in city.ledger.members] == ["member"]
        said = keys_of(city, city.cast("harbour's new key"), engine_key=ENGINE)
        city.call(seated, "membership", "rotate", "harbour", **said)
        assert standing(city) == "suspended" and len(city.ledger.members) == 1
        city.call(city.admin, "membership", "readmit", "harbour")
        assert city.ledger.members[0].public == city.cast("harbour's new key").public
    changes = city.ledger.governed.member_changes()
    assert len(changes) == 6 and changes == sorted(changes)


def test_a_ballot_of_one_suspension_does_not_count_in_the_next(city, seated):
    two = [city.cast(f"administrator {number}") for number in range(2)]
    board = [[each.account for each in two], 2]
    govern(city, "board", action="set_administrators", administrators=board)
    for each in (*two, *two):
        act = "suspend" if standing(city) == "seated" else "readmit"
        city.call(each, "membership", act, "harbour")
    assert standing(city) == "seated"
    city.call(two[0], "membership", "suspend", "harbour")
    assert standing(city) == "seated"


def test_approvals_of_one_power_do_not_count_for_another(city, seated):
    two = [city.cast(f"administrator {number}") for number in range(2)]
    board = [[each.account for each in two], 2]
    govern(city, "board", action="set_administrators", administrators=board)
    city.call(two[0], "membership", "weigh", "harbour", power=3)
    city.call(two[1], "membership", "weigh", "harbour", power=4)
    assert city.ledger.members[0].power == 1
    city.call(two[1], "membership", "weigh", "harbour", power=3)
    assert city.ledger.members[0].power == 3
    city.refused("seat.power", two[0], "membership", "weigh", "harbour", power=0)


def test_a_member_leaves_for_good_and_the_last_one_stays(city, seated):
    city.refused("party.other", city.admin, "membership", "leave", "harbour")
    city.call(seated, "membership", "leave", "harbour")
    assert standing(city) == "left" and len(city.ledger.members) == 1
    for act in ("leave", "suspend"):
        sentence = city.refused("seat.last", city.admin, "membership", act, "member")
        assert "last seat" in sentence
    said = spoiled(city)
    city.refused("record.exists", seated, "membership", "apply", "harbour", **said)


def test_nobody_founds_a_seat_after_genesis(city):
    city.refused(
        "role.missing", city.admin, "membership", "found_seat", "x",
        account=bytes(20), organisation="", public=bytes(32), power=1,
    )  # fmt: skip


def test_a_refused_rotation_leaves_the_header_alone(city):
    said = keys_of(city, city.cast("new"), "member", "")
    role = {"scenario": "identity", "role": "registrar", "account": bytes(20)}
    block = city.block(
        city.envelope(
            city.admin,
            Call("membership", "rotate", "member", said),
            Call("governance", "grant_role", "x", {**role, "until": 1}),
        ),
    )
    assert block.receipts[0].code == "until.past"
    assert block.header.members == block.header.next_members
    assert city.ledger.governed.member_changes() == []


def test_the_next_block_is_the_newcomers(city, seated):
    city.call(city.admin, "membership", "weigh", "harbour", power=90)
    block = city.ledger.finalize(city.now + 1, [])
    signature = city.cast("harbour key").sign(certified_message(block.hash))
    city.ledger.commit(block, encode([[0, signature]]))
    assert block.header.members == block.header.next_members


def trust_of(city):
    members = proving.genesis_members(city.ledger)
    return {
        "chain": city.genesis.chain,
        "suite": city.genesis.suite,
        "members": [
            {"name": m.name, "public": m.public.hex(), "power": m.power}
            for m in members
        ],
    }


def test_trust_walks_from_genesis_over_every_kind_of_change(city, seated):
    trust = trust_of(city)
    said = keys_of(city, city.cast("harbour's new key"), engine_key=ENGINE)
    city.call(seated, "membership", "rotate", "harbour", **said)
    city.rotate_member(city.cast("member's new key"))
    city.call(city.admin, "membership", "suspend", "harbour")
    city.call(city.admin, "membership", "readmit", "harbour")
    city.call(seated, "membership", "leave", "harbour")
    city.block()
    proof = proving.prove_state(city.ledger, "membership/members", None)
    verdict = verify(proof, trust)
    assert verdict.ok, verdict.sentence
    assert len(decode(proof)[5]) == 7
    expected = city.ledger.height, city.ledger.state.root
    assert replay(city.folder, city.genesis) == expected


def test_a_proof_that_no_verifier_would_read_is_refused_with_a_sentence(
    city, seated, monkeypatch
):
    monkeypatch.setattr(block_proofs, "LARGEST_PROOF", 1_000)
    city.block()
    with pytest.raises(proving.NotProvable, match="walks over 2 changes of members"):
        proving.prove_state(city.ledger, "membership/members", None)
