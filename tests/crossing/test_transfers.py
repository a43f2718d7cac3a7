"""Values that cross: there and back, on to a third chain, and back where it fails."""

import pytest
from value_town import Watch, found, held, issue, send

from huabiao.codec import encode
from huabiao.testing.city import HOUR, MINUTE

ASSET = "积分"


@pytest.fixture(scope="module")
def chains(tmp_path_factory):
    made = found(tmp_path_factory.mktemp("values"))
    issue(made, "beijing", ASSET, "an", 1_000)
    yield made
    made.close()


def carry(chains, here, there, number=None):
    number = number or chains[here].read(f"packets/flows/{there}")[0] - 1
    chains.carry(here, there, number)


def give(chains, here, there, who, to, denomination, amount):
    receipt = send(chains, here, there, who, to, denomination, amount)
    assert receipt.accepted, receipt.sentence
    carry(chains, here, there)


def test_there_and_back(chains):
    before = held(chains, "beijing", "an", ASSET)
    give(chains, "beijing", "haidian", "an", "bo", ASSET, 100)
    assert held(chains, "beijing", "an", ASSET) == before - 100
    assert held(chains, "haidian", "bo", f"beijing:{ASSET}") == 100
    assert chains["beijing"].read(f"transfers/books/escrow/haidian@{ASSET}") == [
        100, None,
    ]  # fmt: skip
    give(chains, "haidian", "beijing", "bo", "an", f"beijing:{ASSET}", 100)
    assert held(chains, "beijing", "an", ASSET) == before
    assert held(chains, "haidian", "bo", f"beijing:{ASSET}") == 0
    assert chains["beijing"].read(f"transfers/books/escrow/haidian@{ASSET}") is None


def test_vouchers_carry_their_way_and_two_ways_are_two_things(chains):
    direct, about = f"beijing:{ASSET}", f"haidian/beijing:{ASSET}"
    give(chains, "beijing", "haidian", "an", "bo", ASSET, 30)
    give(chains, "haidian", "tianjin", "bo", "an", direct, 30)
    give(chains, "beijing", "tianjin", "an", "an", ASSET, 5)
    assert held(chains, "tianjin", "an", about) == 30
    assert held(chains, "tianjin", "an", direct) == 5
    short = send(chains, "tianjin", "beijing", "an", "an", direct, 30)
    assert short.code == "books.short"
    # Over another route than it came, a voucher goes further from home, not back.
    give(chains, "tianjin", "beijing", "an", "bo", about, 10)
    assert held(chains, "beijing", "bo", f"tianjin/haidian/beijing:{ASSET}") == 10
    give(chains, "tianjin", "haidian", "an", "bo", about, 20)
    assert held(chains, "haidian", "bo", direct) == 20
    give(chains, "haidian", "beijing", "bo", "an", direct, 20)
    watch = Watch(chains)
    watch.catch_up()
    assert watch.totals() == watch.issued() and not watch.uncovered()


def test_what_is_not_received_in_time_is_given_back(chains):
    before = held(chains, "beijing", "an", ASSET)
    assert send(chains, "beijing", "haidian", "an", "bo", ASSET, 7, MINUTE).accepted
    number = chains["beijing"].read("packets/flows/haidian")[0] - 1
    key = f"transfers/crossing/haidian.{number}"
    assert chains["beijing"].read(key)[2] == ASSET
    assert held(chains, "beijing", "an", ASSET) == before - 7
    chains.tick(MINUTE)
    chains["haidian"].block()
    assert chains.end("beijing", "haidian", number).accepted
    assert held(chains, "beijing", "an", ASSET) == before
    assert chains["beijing"].read(key) is None


def test_above_the_limit_over_there_it_is_given_back_and_here_it_is_refused(chains):
    city, voucher = chains["haidian"], f"beijing:{ASSET}"
    city.grant("transfers", "keeper", city.cast("keeper"))
    terms = {"route": "beijing", "denomination": voucher, "most": 10}
    keeper = city.cast("keeper")
    city.refused("transfer.window", keeper, "transfers", "limit", window=1, **terms)
    city.call(keeper, "transfers", "limit", window=HOUR, **terms)
    before = held(chains, "beijing", "an", ASSET)
    give(chains, "beijing", "haidian", "an", "an", ASSET, 8)
    give(chains, "beijing", "haidian", "an", "an", ASSET, 3)
    assert held(chains, "haidian", "an", voucher) == 8
    assert held(chains, "beijing", "an", ASSET) == before - 8
    number = chains["beijing"].read("packets/flows/haidian")[0] - 1
    assert chains["beijing"].record("packets", f"haidian.{number}")["code"] == (
        "transfer.limit"
    )
    chains.tick(HOUR)
    give(chains, "beijing", "haidian", "an", "an", ASSET, 3)
    over = send(chains, "haidian", "beijing", "an", "an", voucher, 11)
    assert over.code == "transfer.limit"


def test_who_issues_pays_entrusts_and_redeems(chains):
    city = chains["beijing"]
    issuer, an, bo = (city.cast(name) for name in ("issuer", "an", "bo"))
    call = city.refused
    call("role.missing", an, "transfers", "register", "mine", name="mine")
    call("asset.name", issuer, "transfers", "register", "haidian:coin", name="forged")
    city.grant("transfers", "issuer", an)
    mine = {"to": an.account, "amount": 1}
    call("party.other", an, "transfers", "issue", ASSET, **mine)
    bad = {"denomination": f"{ASSET}@x", "to": bo.account, "amount": 1}
    call("books.thing", an, "transfers", "pay", **bad)
    city.call(an, "transfers", "pay", to=bo.account, denomination=ASSET, amount=4)
    facts = {"denomination": ASSET, "amount": 3, "trustee": "exchanges"}
    city.call(bo, "transfers", "entrust", "e1", **facts)
    call("transfer.trustee", bo, "transfers", "give_back", "e1")
    call("transfer.trustee", bo, "transfers", "hand_over", "e1", to=bo.account)
    city.call(bo, "transfers", "redeem", ASSET, amount=1)
    call("books.short", bo, "transfers", "redeem", ASSET, amount=1)
    city.call(issuer, "transfers", "register", "short-lived", name="x")
    city.call(issuer, "transfers", "close", "short-lived")
    call("state.wrong", issuer, "transfers", "issue", "short-lived", **mine)


def test_nobody_but_packets_brings_values(chains):
    city = chains["beijing"]
    an = city.cast("an")
    value = encode([f"beijing:{ASSET}", 5, an.account, an.account])
    forged = {"route": "haidian", "sequence": 1, "value": value}
    city.refused(
        "role.missing", an, "transfers", "receive_packet", chain="haidian",
        sender="transfers", **forged,
    )  # fmt: skip
    city.refused(
        "role.missing", an, "transfers", "packet_ended", receiver="transfers",
        code="packet.timed_out", sentence="", **forged,
    )  # fmt: skip


def test_a_voucher_does_not_travel_for_ever(chains):
    denomination, here, there = ASSET, "beijing", "haidian"
    names = ["haidian", "tianjin", "beijing"]
    for step in range(40):
        there = names[step % 3]
        before = chains[here].read(f"packets/flows/{there}")
        assert send(chains, here, there, "an", "an", denomination, 1).accepted
        carry(chains, here, there, before[0] if before else 1)
        number = before[0] if before else 1
        code = chains[here].record("packets", f"{there}.{number}")["code"]
        if code != "ok":
            break
        denomination = f"{here}{'/' if ':' in denomination else ':'}{denomination}"
        here = there
    assert code == "transfer.way"
    assert held(chains, here, "an", denomination) == 1
