"""
A chain follows another one: forward by certificates, through changes of members; frozen
by two headers of one height, expired by silence, recovered by the administrators alone.
"""

import msgspec
import pytest

from huabiao.codec import encode
from huabiao.contracts import Refused
from huabiao.crypto.envelope import Call
from huabiao.node.asking import Questions
from huabiao.node.proving import prove_state
from huabiao.proofs.header import certified_message, decode_header, header_hash
from huabiao.services.relay import carrying
from huabiao.testing.chains import Chains
from huabiao.testing.city import DAY, HOUR, City

HERE, THERE, KEY = "beijing", "haidian", "governance/parameters"


@pytest.fixture(params=[("intl", "sm"), ("sm", "intl"), ("intl", "pq")], ids="-".join)
def chains(request, tmp_path):
    made = Chains(tmp_path, {HERE: request.param[0], THERE: request.param[1]})
    made.follow(HERE, THERE, period=DAY)
    made[THERE].block()
    yield made
    made.close()


def client(chains):
    return chains[HERE].record("light_clients", THERE)


def advance(chains, proof=None, **changed):
    """Bring a header of the other chain, with one thing altered."""
    proof = proof or chains.prove(THERE, KEY)
    chains.tick()
    known = client(chains)["changed"]
    call = carrying.advances(THERE, carrying.state_proof(proof)[0], known)[-1]
    call = Call(call.contract, call.operation, call.key, call.arguments | changed)
    return chains[HERE].submit(chains[HERE].cast("anybody"), call).code


def asked(chains, height, value, proof, key=KEY):
    """What a contract that asks is told; the code of a refusal."""
    try:
        return Questions(chains[HERE].ledger).ask(
            "light_clients", "proves",
            {"client": THERE, "height": height, "key": key, "value": value,
             "proof": proof},
        )  # fmt: skip
    except Refused as refusal:
        return refusal.code


def test_it_moves_forward_and_proves_presence_and_absence(chains):
    assert advance(chains) == "ok"
    proof, content = carrying.state_proof(chains.prove(THERE, KEY))
    header = decode_header(proof.header)
    assert client(chains)["newest"] == header.height
    height = header.height
    assert asked(chains, height, content.value, content.radix) == header.time
    assert asked(chains, height, b"other", content.radix) == "proof.fails"
    assert asked(chains, height, None, content.radix) == "proof.fails"
    _, absent = carrying.state_proof(chains.prove(THERE, "packets/sent/x.1"))
    assert asked(chains, height, None, absent.radix, absent.key) == header.time
    assert asked(chains, height + 1, content.value, content.radix) == "header.unknown"


def test_a_header_brought_twice_changes_nothing(chains):
    proof = chains.prove(THERE, KEY)
    assert advance(chains, proof) == "ok"
    before = client(chains)
    assert advance(chains, proof) == "ok"
    assert client(chains) == before


def test_what_the_members_did_not_sign_is_refused(chains):
    proof, _ = carrying.state_proof(chains.prove(THERE, KEY))
    header = bytearray(proof.header)
    header[-1] ^= 1  # a bit of the members that come next
    assert advance(chains, header=bytes(header)) == "header.uncertified"
    assert advance(chains, certificate=encode([])) == "header.uncertified"
    forger = chains[HERE].cast("forger")
    hash_ = header_hash(chains[THERE].ledger.digest, proof.header)
    forged = encode([[0, forger.sign(certified_message(hash_))]])
    assert advance(chains, certificate=forged) == "header.uncertified"
    assert advance(chains, header=b"") == "header.uncertified"


def test_another_chain_of_the_same_name_is_not_it(chains, tmp_path):
    twin = City(tmp_path / "twin", chains[THERE].suite_name, chain=THERE)
    new = twin.cast("another member")
    twin.rotate_member(new)
    twin.block()
    proof, _ = carrying.state_proof(prove_state(twin.ledger, KEY, None))
    code = advance(chains, header=proof.header, certificate=proof.certificate)
    assert code == "header.uncertified"
    twin.close()


def test_it_follows_members_that_changed_entirely(chains):
    city = chains[THERE]
    assert advance(chains) == "ok"
    before = chains.prove(THERE, KEY)
    for name in ("second", "third"):
        city.rotate_member(city.cast(name))
    city.block()
    proof = chains.prove(THERE, KEY)
    alone = carrying.advances(THERE, carrying.state_proof(proof)[0], city.ledger.height)
    assert len(alone) == 1
    stranger = chains[HERE].submit(chains[HERE].cast("anybody"), *alone)
    assert stranger.code == "header.uncertified"
    calls = carrying.advances(THERE, carrying.state_proof(proof)[0], 0)
    receipt = chains[HERE].submit(chains[HERE].cast("anybody"), *calls)
    assert receipt.accepted, receipt.sentence
    assert client(chains)["newest"] == city.ledger.height
    # Those who signed before sign nothing any more.
    assert advance(chains, before) == "header.uncertified"
    assert client(chains)["newest"] == city.ledger.height


def test_a_hand_over_needs_the_list_that_the_header_names(chains):
    city = chains[THERE]
    city.rotate_member(city.cast("second"))
    height = city.ledger.height
    change = carrying.state_proof(chains.prove(THERE, KEY, height))[0]
    arguments = {"header": change.header, "certificate": change.certificate}
    false = carrying.encode_members(chains[HERE].ledger.members)
    code = advance(chains, **arguments, next_members=false)
    assert code == "header.uncertified"
    # The header alone is taken; above it these members sign nothing any more.
    assert advance(chains, **arguments) == "ok"
    assert client(chains)["last"] == height
    old = sign_on(chains, height + 1)
    assert advance(chains, **old) == "members.missing"
    true = carrying.encode_members(city.ledger.members)
    assert advance(chains, **arguments, next_members=true) == "ok"
    assert client(chains)["members"] == true
    assert advance(chains, **old) == "header.uncertified"
    city.block()
    assert advance(chains) == "ok"


def sign_on(chains, height):
    """A header above their last one, by members who were replaced."""
    city = chains[THERE]
    founding = city.cast("member")
    first, _ = carrying.state_proof(chains.prove(THERE, KEY, 1))
    header = msgspec.structs.replace(decode_header(first.header), height=height)
    hash_ = header_hash(city.ledger.digest, encode(header))
    certificate = encode([[0, founding.sign(certified_message(hash_))]])
    return {"header": encode(header), "certificate": certificate}


def fork(chains):
    """Another header of the newest height, signed by the same member."""
    city = chains[THERE]
    proof, _ = carrying.state_proof(chains.prove(THERE, KEY))
    header = decode_header(proof.header)
    other = encode(msgspec.structs.replace(header, state=bytes(32)))
    hash_ = header_hash(city.ledger.digest, other)
    certificate = encode([[0, city.member.sign(certified_message(hash_))]])
    return {"header": other, "certificate": certificate}


def test_two_headers_of_one_height_freeze_it(chains):
    assert advance(chains) == "ok"
    proof, content = carrying.state_proof(chains.prove(THERE, KEY))
    height = decode_header(proof.header).height
    assert advance(chains, **fork(chains)) == "ok"
    frozen = client(chains)
    assert frozen["state"] == "frozen"
    assert str(height) in frozen["why_frozen"]
    assert advance(chains) == "state.wrong"
    assert asked(chains, height, content.value, content.radix) == "state.wrong"


def test_only_administrators_recover_it_and_old_headers_count_no_more(chains):
    assert advance(chains) == "ok"
    proof, content = carrying.state_proof(chains.prove(THERE, KEY))
    height = decode_header(proof.header).height
    assert advance(chains, **fork(chains)) == "ok"
    city = chains[HERE]
    members = carrying.encode_members(chains[THERE].ledger.members)
    again = {"members": members, "above": height}
    city.refused(
        "administrator.only", city.cast("anybody"), "light_clients", "recover", THERE,
        **again,
    )  # fmt: skip
    city.call(city.admin, "light_clients", "recover", THERE, **again)
    assert client(chains)["state"] == "following"
    assert asked(chains, height, content.value, content.radix) == "header.unknown"
    assert advance(chains) == "header.below"
    chains[THERE].block()
    assert advance(chains) == "ok"


def test_without_headers_it_expires(chains):
    assert advance(chains) == "ok"
    proof, content = carrying.state_proof(chains.prove(THERE, KEY))
    height, time = decode_header(proof.header).height, decode_header(proof.header).time
    chains.tick(DAY - HOUR)
    chains[HERE].block()
    assert asked(chains, height, content.value, content.radix) == time
    chains.tick(2 * HOUR)
    chains[HERE].block()
    chains[THERE].block()
    assert asked(chains, height, content.value, content.radix) == "client.expired"
    assert advance(chains) == "client.expired"


def test_a_header_of_the_future_is_refused(chains):
    chains[THERE].now += HOUR
    chains[THERE].block()
    proof, _ = carrying.state_proof(chains.prove(THERE, KEY))
    call = carrying.advances(THERE, proof, 0)[-1]
    receipt = chains[HERE].submit(chains[HERE].cast("anybody"), call)
    assert receipt.code == "header.future"
    chains.tick()
    assert advance(chains) == "ok"
