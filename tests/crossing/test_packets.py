"""
Packets between two chains: once and only once, or undone.

Start from a valid crossing, spoil one thing, expect one refusal.
"""

import pytest
from crossing_city import GREETINGS

from huabiao.codec import decode, encode
from huabiao.crypto.envelope import Call
from huabiao.services.relay import carrying
from huabiao.testing.chains import Chains
from huabiao.testing.city import DAY, HOUR, MINUTE


@pytest.fixture(params=[("intl", "sm"), ("sm", "pq")], ids="-".join)
def chains(request, tmp_path):
    made = Chains(
        tmp_path,
        {"beijing": request.param[0], "haidian": request.param[1]},
        [GREETINGS],
    )
    made.connect("beijing", "haidian")
    yield made
    made.close()


def greet(chains, *words, sender="beijing", receiver="haidian", within=HOUR):
    chains.tick()
    city = chains[sender]
    city.call(
        city.cast("citizen"), "greetings", "greet", route=receiver, words=list(words),
        timeout=city.now + within,
    )  # fmt: skip


def ended(chains, number, word, sender="beijing", receiver="haidian"):
    return chains[sender].read(
        f"greetings/ended/{receiver}.{number} {word.encode().hex()}"
    )


def state(chains, number, sender="beijing", receiver="haidian"):
    return chains[sender].record("packets", f"{receiver}.{number}")["state"]


def test_a_packet_arrives_and_is_acknowledged(chains):
    greet(chains, "你好", "hello")
    assert state(chains, 1) == "sent_out"
    chains.carry("beijing", "haidian", 1)
    assert state(chains, 1) == "acknowledged"
    for word in ("你好", "hello"):
        assert ended(chains, 1, word) == ["ok"]
        heard = chains["haidian"].read(
            f"greetings/heard/beijing.1 {word.encode().hex()}"
        )
        assert heard == ["greetings"]
    assert chains["beijing"].read("packets/sent/haidian.1") is None
    greet(chains, "back", sender="haidian", receiver="beijing")
    chains.carry("haidian", "beijing", 1)
    assert state(chains, 1, "haidian", "beijing") == "acknowledged"


def test_one_payload_refused_undoes_the_others(chains):
    greet(chains, "hello", "rude")
    assert chains.receive("beijing", "haidian", 1).accepted
    assert chains["haidian"].read("packets/received/beijing.1")[0] == "greeting.rude"
    assert chains["haidian"].read(f"greetings/heard/beijing.1 {b'hello'.hex()}") is None
    assert chains.end("beijing", "haidian", 1).accepted
    assert state(chains, 1) == "declined"
    assert ended(chains, 1, "hello") == ended(chains, 1, "rude") == ["greeting.rude"]


def test_a_packet_is_received_once_and_ends_once(chains):
    greet(chains, "hello")
    first = chains.prove("beijing", "packets/sent/haidian.1")
    chains.carry("beijing", "haidian", 1)
    again = chains.bring(
        "haidian", "beijing", first, carrying.receive("beijing", 1, first)
    )
    assert again.code == "packet.repeated"
    assert chains.end("beijing", "haidian", 1).code == "state.wrong"


def test_what_came_too_late_is_undone_by_a_proof_of_absence(chains):
    greet(chains, "hello", within=MINUTE)
    early = chains.end("beijing", "haidian", 1)
    assert early.code == "packet.early"
    chains.tick(MINUTE)
    assert chains.receive("beijing", "haidian", 1).code == "packet.late"
    assert chains.end("beijing", "haidian", 1).accepted
    assert state(chains, 1) == "timed_out"
    assert ended(chains, 1, "hello") == ["packet.timed_out"]


def test_over_an_ordered_route_the_late_make_room(tmp_path):
    chains = Chains(tmp_path, {"beijing": "intl", "haidian": "intl"}, [GREETINGS])
    chains.connect("beijing", "haidian", ordered=True)
    greet(chains, "one", within=MINUTE)
    greet(chains, "two")
    assert chains.receive("beijing", "haidian", 2).code == "packet.order"
    chains.tick(MINUTE)
    chains["haidian"].block()
    assert chains.end("beijing", "haidian", 1).code == "packet.ordered"
    assert chains.receive("beijing", "haidian", 1).accepted
    assert chains.receive("beijing", "haidian", 2).accepted
    for number, expected in ((1, "packet.late"), (2, "ok")):
        assert chains.end("beijing", "haidian", number).accepted
        assert ended(chains, number, ("one", "two")[number - 1]) == [expected]
    chains.close()


def test_a_closed_route_keeps_no_order_and_lets_the_late_go(tmp_path):
    chains = Chains(tmp_path, {"beijing": "intl", "haidian": "intl"}, [GREETINGS])
    chains.connect("beijing", "haidian", ordered=True)
    greet(chains, "one", within=MINUTE)
    city = chains["beijing"]
    city.call(city.admin, "routes", "close", "haidian")
    chains.tick(MINUTE)
    chains["haidian"].block()
    assert chains.end("beijing", "haidian", 1).accepted
    assert state(chains, 1) == "timed_out"
    chains.close()


def test_both_ends_agree_on_the_order(tmp_path):
    chains = Chains(tmp_path, {"beijing": "intl", "haidian": "intl"}, [GREETINGS])
    for here, there, ordered in (
        ("beijing", "haidian", False), ("haidian", "beijing", True),
    ):  # fmt: skip
        chains.follow(here, there)
        chains.route(here, there, ordered=ordered)
    greet(chains, "one")
    assert chains.receive("beijing", "haidian", 1).code == "packet.other"
    chains.close()


def test_a_route_has_a_limit(tmp_path):
    chains = Chains(tmp_path, {"beijing": "intl", "haidian": "intl"}, [GREETINGS])
    chains.connect("beijing", "haidian", most=1, window=MINUTE)
    greet(chains, "one")
    with pytest.raises(Exception, match="next window"):
        greet(chains, "two")
    chains.tick(MINUTE)
    greet(chains, "two")
    assert chains.receive("beijing", "haidian", 1).accepted
    assert chains.receive("beijing", "haidian", 2).code == "route.rate"
    chains.tick(MINUTE)
    assert chains.receive("beijing", "haidian", 2).accepted
    chains.close()


def test_a_paused_route_lets_nothing_in_but_lets_what_was_sent_end(chains):
    greet(chains, "hello", within=MINUTE)
    for name, other in (("beijing", "haidian"), ("haidian", "beijing")):
        city = chains[name]
        city.grant("routes", "guard", city.cast("guard"))
        city.call(city.cast("guard"), "routes", "pause", other, why="演练 drill")
    assert chains.receive("beijing", "haidian", 1).code == "state.wrong"
    chains.tick(MINUTE)
    chains["haidian"].block()
    assert chains.end("beijing", "haidian", 1).accepted
    assert state(chains, 1) == "timed_out"
    city = chains["haidian"]
    city.call(city.admin, "routes", "resume", "beijing")
    assert city.record("routes", "beijing")["state"] == "open"


def test_a_spoiled_packet_is_refused(chains):
    greet(chains, "hello")
    proof = chains.prove("beijing", "packets/sent/haidian.1")
    good = carrying.receive("beijing", 1, proof)

    def brought(**changed):
        key = changed.pop("key", good.key)
        call = Call(good.contract, good.operation, key, good.arguments | changed)
        return chains.bring("haidian", "beijing", proof, call).code

    plain = decode(good.arguments["packet"])
    for place, value, code in (
        (0, "tianjin", "packet.other"),
        (2, "chaoyang", "packet.other"),
        (4, 2, "packet.other"),
        (5, plain[5] + DAY, "proof.fails"),
        (6, [["greetings", "greetings", b"altered"]], "proof.fails"),
    ):
        spoiled = encode([*plain[:place], value, *plain[place + 1 :]])
        assert brought(packet=spoiled) == code
    assert brought(height=good.arguments["height"] + 1) == "header.unknown"
    assert brought(proof=b"") == "proof.fails"
    assert brought(key="beijing.2") == "packet.other"
    assert brought() == "ok"


def test_a_spoiled_outcome_is_refused(chains):
    greet(chains, "hello")
    assert chains.receive("beijing", "haidian", 1).accepted
    proof = chains.prove("haidian", "packets/received/beijing.1")
    good = carrying.end("haidian", 1, proof)
    false = encode(["greeting.rude", "", decode(good.arguments["outcome"])[2]])
    for changed in ({"outcome": false}, {"proof": b""}):
        call = Call(good.contract, good.operation, good.key, good.arguments | changed)
        assert chains.bring("beijing", "haidian", proof, call).code == "proof.fails"
    never = {"height": good.arguments["height"], "proof": good.arguments["proof"]}
    claimed = Call("packets", "time_out", "haidian.1", never)
    assert chains.bring("beijing", "haidian", proof, claimed).code == "proof.fails"
    assert state(chains, 1) == "sent_out"


def test_only_contracts_send_and_only_packets_hand_over(chains):
    city = chains["beijing"]
    citizen, until = city.cast("citizen"), city.now + HOUR
    city.refused(
        "packet.contracts", citizen, "packets", "send", "haidian.1", route="haidian",
        receivers=["greetings"], values=[b""], timeout=until,
    )  # fmt: skip
    city.refused(
        "role.missing", citizen, "greetings", "receive_packet", route="haidian",
        chain="haidian", sequence=1, sender="greetings", value=b"forged",
    )  # fmt: skip
    city.refused(
        "role.missing", city.admin, "greetings", "packet_ended", route="haidian",
        sequence=1, receiver="greetings", value=b"", code="ok", sentence="",
    )  # fmt: skip
