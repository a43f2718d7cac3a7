"""Calls to another chain by the command line, as far as they are this chain's."""

from pathlib import Path

from served_city import Served

from huabiao.client.signing import call
from huabiao.codec import decode, encode
from huabiao.contracts.context import contract_account
from huabiao.crypto.address import parse, show
from huabiao.crypto.suite import suite
from huabiao.ledger.genesis import founding_members
from huabiao.node.catalogue import founding_sources
from huabiao.services.relay.carrying import encode_members
from huabiao.testing import City


def test_the_account_over_there_is_known_beforehand(served: Served) -> None:
    caller = show(served.keys("hall").account)
    words = ("remote", "account", caller, "--route", "hebei", "--suite", "sm")
    on_behalf = encode(["hebei", "remote_calls", parse(caller)])
    expected = contract_account(suite("sm").digest, "remote_calls", on_behalf)
    assert served.json(*words)["account"] == show(expected)
    through = served.json(*words, "--through", "one_stop")["account"]
    assert through != show(expected)


def test_what_was_asked_for_is_seen_by_whoever_asked(
    served: Served, tmp_path: Path
) -> None:
    other = City(tmp_path, "sm", founding_sources(), chain="天津")
    members = encode_members(founding_members(other.genesis))
    other.close()
    way = {"chain": "天津", "counterpart": "北京", "client": "天津"}
    outcome = served.remote().send(
        served.keys("operator"),
        call("light_clients", "propose", "天津", chain="天津", suite="sm",
             members=members, period=86_400_000),
        call("light_clients", "approve", "天津"),
        call("routes", "propose", "天津", **way),
        call("routes", "approve", "天津"),
    )  # fmt: skip
    assert outcome.accepted, outcome
    words = ("remote", "call", "天津", "real_estate", "apply")
    wrong = served.run(*words, "x", "nonsense=1", "--as", "hall")
    assert wrong.exit_code == 1 and "nonsense" in wrong.stderr
    seen = served.json("remote", "calls", "--as", "hall")["calls"]
    asked = ("remote", "call", "天津", "licences", "redeem", "--as", "hall")
    facts = (f"secret={'ab' * 32}", "purpose=开户")
    assert served.json(*asked, *facts)["accepted"]
    after = served.json("remote", "calls", "--as", "hall")["calls"]
    (number,) = set(after) - set(seen)
    assert number == "天津.1" and after[number]["code"] == "pending"
    served.keys("stranger")
    assert served.json("remote", "calls", "--as", "stranger")["calls"] == {}
    packet = decode(served.node.port.read(f"packets/sent/{number}"))
    request = decode(packet[6][0][2])
    assert request[1:4] == ["licences", "redeem", ""]
    assert decode(request[4]) == {"secret": b"\xab" * 32, "purpose": "开户"}
    unknown = served.run("remote", "call", "x", "licences", "redeem", *facts,
                         "--as", "hall")  # fmt: skip
    assert unknown.exit_code == 1 and "record.unknown" in unknown.stderr
