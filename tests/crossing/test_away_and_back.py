"""
A chain that was away: a day without blocks, a client that expired with a packet under
way, members that changed entirely meanwhile, a fork. Whatever it is, what was sent ends
acknowledged or undone.
"""

import pytest
from crossing_city import GREETINGS

from huabiao.codec import encode
from huabiao.crypto.envelope import Call
from huabiao.proofs.header import certified_message, decode_header, header_hash
from huabiao.services.relay import carrying
from huabiao.testing.chains import Chains
from huabiao.testing.city import DAY, HOUR

CITY, DISTRICT = "beijing", "haidian"


@pytest.fixture
def chains(tmp_path):
    made = Chains(tmp_path, {CITY: "intl", DISTRICT: "sm"}, [GREETINGS])
    made.connect(CITY, DISTRICT, period=2 * DAY)
    yield made
    made.close()


def greet(chains, within=HOUR, sender=CITY, receiver=DISTRICT):
    chains.tick()
    city = chains[sender]
    city.call(
        city.cast("citizen"), "greetings", "greet", route=receiver, words=["hi"],
        timeout=city.now + within,
    )  # fmt: skip


def state(chains, number=1, sender=CITY, receiver=DISTRICT):
    return chains[sender].record("packets", f"{receiver}.{number}")["state"]


def test_a_district_cut_off_for_a_day_comes_back(chains):
    """Nobody carries for a day: what was sent before is undone, what is sent
    afterwards arrives, in both directions."""
    greet(chains)
    greet(chains, sender=DISTRICT, receiver=CITY)
    chains.tick(DAY)
    for city in chains.cities.values():
        city.block()
    assert chains.receive(CITY, DISTRICT, 1).code == "packet.late"
    assert chains.end(CITY, DISTRICT, 1).accepted
    assert chains.end(DISTRICT, CITY, 1).accepted
    assert state(chains) == state(chains, 1, DISTRICT, CITY) == "timed_out"
    greet(chains)
    chains.carry(CITY, DISTRICT, 2)
    assert state(chains, 2) == "acknowledged"


def test_a_client_that_expired_with_a_packet_under_way(chains):
    """The packet was received; its acknowledgement comes after the members of then are
    trusted no more. The administrators recover the client, and it ends as it came."""
    greet(chains)
    assert chains.receive(CITY, DISTRICT, 1).accepted
    chains.tick(3 * DAY)
    for city in chains.cities.values():
        city.block()
    assert chains.end(CITY, DISTRICT, 1).code == "client.expired"
    assert state(chains) == "sent_out"
    city, members = chains[CITY], chains[DISTRICT].ledger.members
    city.call(
        city.admin, "light_clients", "recover", DISTRICT,
        members=carrying.encode_members(members), above=0,
    )  # fmt: skip
    assert chains.end(CITY, DISTRICT, 1).accepted
    assert state(chains) == "acknowledged"


def test_members_that_changed_entirely_meanwhile(chains):
    greet(chains)
    assert chains.receive(CITY, DISTRICT, 1).accepted
    district = chains[DISTRICT]
    for name in ("second", "third", "fourth"):
        chains.tick(HOUR)
        district.rotate_member(district.cast(name))
    assert chains.end(CITY, DISTRICT, 1).accepted
    assert state(chains) == "acknowledged"
    # The newest block is the last hand-over: its successors are named with the next.
    client = chains[CITY].record("light_clients", DISTRICT)
    assert client["last"] == district.ledger.height
    greet(chains)
    chains.carry(CITY, DISTRICT, 2)
    client = chains[CITY].record("light_clients", DISTRICT)
    newest = carrying.encode_members(district.ledger.members)
    assert (client["members"], client["last"]) == (newest, 0)


def test_a_fork_freezes_the_client_and_stops_what_comes_over_it(chains):
    """The district's member signs another block of a height that the city knows: the
    packet that only that block holds is not taken, nor is anything else."""
    greet(chains)
    chains.carry(CITY, DISTRICT, 1)
    district = chains[DISTRICT]
    proof, _ = carrying.state_proof(
        chains.prove(DISTRICT, "packets/received/beijing.1", district.ledger.height)
    )
    header = decode_header(proof.header)
    forged = encode([*fields_of(header)[:8], bytes(32), *fields_of(header)[9:]])
    hash_ = header_hash(district.ledger.digest, forged)
    certificate = encode([[0, district.member.sign(certified_message(hash_))]])
    evidence = Call(
        "light_clients", "advance", DISTRICT,
        {"header": forged, "certificate": certificate},
    )  # fmt: skip
    anybody = chains[CITY].cast("anybody")
    assert chains[CITY].submit(anybody, evidence).accepted
    assert chains[CITY].record("light_clients", DISTRICT)["state"] == "frozen"
    greet(chains, sender=DISTRICT, receiver=CITY)
    assert chains.receive(DISTRICT, CITY, 1).code == "state.wrong"
    # The other direction rests on another client: it goes on, and its end waits.
    greet(chains)
    assert chains.receive(CITY, DISTRICT, 2).accepted
    assert chains.end(CITY, DISTRICT, 2).code == "state.wrong"
    assert state(chains, 2) == "sent_out"


def fields_of(header):
    """A header's fields in their order."""
    return [getattr(header, name) for name in header.__struct_fields__]
