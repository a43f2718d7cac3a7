"""A city of national cryptography goes over to the suite pq by commands alone."""

import json
from pathlib import Path

from served_city import Served, wait_until

from huabiao.client.signing import call
from huabiao.client.wallets import open_identity
from huabiao.crypto.address import address, show
from huabiao.crypto.suite import suite
from huabiao.proofs.verify import verify

OPERATOR = ("--as", "operator")


def announce(served: Served, start: int) -> None:
    plan = ("call", "suites", "plan", "2030", "suite=pq", f"start={start}")
    assert served.json(*plan, *OPERATOR)["accepted"]
    assert served.json("call", "suites", "approve", "2030", *OPERATOR)["accepted"]


def register(served: Served) -> None:
    """A seat's key, two accounts' keys, and the vault's, which it makes by itself."""
    header_key = str(served.home / "member-pq.json")
    preparing = ("member", "prepare", "city", "--suite", "pq", "--key", header_key)
    assert served.json(*preparing, *OPERATOR)["accepted"]
    for name in ("operator", "clerk"):
        assert served.json("key", "join", name, "--suite", "pq")["accepted"]
    vault, port = served.node.vault, served.node.port
    wait_until(lambda: vault.signing.of("pq") is not vault.master)
    later = address(port.digest, vault.signing.of("pq").public)
    wait_until(lambda: port.read(f"identity/keys/{later.hex()}") is not None)


def nobody_is_left_behind(served: Served) -> None:
    """Who holds something and has no key of the new suite is counted before."""
    account = open_identity(served.home, "sleeper", "sm").account
    role = {"scenario": "evidence", "role": "supervisor", "account": account}
    operator = open_identity(served.home, "operator", "sm")
    granted = call("governance", "grant_role", "t", **role)
    assert served.remote().send(operator, granted).accepted
    refused = served.run("member", "adopt", *OPERATOR)
    assert refused.exit_code == 1 and "1 accounts that hold" in refused.stderr
    assert show(account) in refused.stderr


def adopt(served: Served, start: int, note: Path) -> None:
    nobody_is_left_behind(served)
    adopting = ("member", "adopt", "--leave-behind", *OPERATOR)
    refused = served.run(*adopting)
    assert refused.exit_code == 1 and "suite.early" in refused.stderr
    while served.node.port.height < start - 2:
        assert served.run("notarize", str(note), "--as", "clerk").exit_code == 0
    adopted = served.json(*adopting)
    assert adopted["accepted"] and adopted["height"] == start - 1
    status = served.json("status")
    assert (status["suite"], status["founding_suite"]) == ("pq", "sm")
    page = served.browser().get("/keys").text
    assert 'data-suite="pq" data-founding="sm"' in page, "keys of pq, digests of sm"


def erase(served: Served) -> None:
    """The vault confirms an erasure after the change, with its new key."""
    clerk = open_identity(served.home, "clerk", "pq")
    assert clerk.suite.name == "pq"
    name, keeper = bytes(32).hex(), served.node.vault.account
    place = {"keeper": keeper, "scenario": "s", "record": "r", "field": "f"}
    kept = call("privacy", "keep", name, **place)
    asked = call("privacy", "ask_erasure", name, reason="x")
    assert served.remote().send(clerk, kept, asked).accepted
    waits = f"privacy/asked/{keeper.hex()}/{name}"
    wait_until(lambda: served.node.port.read(waits) is None)


def account_of(served: Served, name: str) -> str:
    return str(served.json("key", "token", name)["account"])


def test_a_city_changes_its_suite_while_it_serves(
    served_in_sm: Served, tmp_path: Path
) -> None:
    served, trust, note = served_in_sm, tmp_path / "trust.json", tmp_path / "note.txt"
    note.write_text("a note")
    assert served.run("trust", "-o", str(trust)).exit_code == 0
    for name in ("clerk", "sleeper"):
        served.json("key", "new", name)
    before, start = account_of(served, "clerk"), served.node.port.height + 12
    announce(served, start)
    register(served)
    adopt(served, start, note)
    erase(served)

    # The same identities act for the same accounts; one slept, and one is new.
    assert account_of(served, "clerk") == before
    late = served.run("notarize", str(note), "--as", "sleeper")
    assert late.exit_code == 1 and "key join" in late.stderr
    turned = served.json("key", "rotate", "clerk")
    assert turned["account"] == before, "the key of the new suite is renewed"
    fresh = served.json("key", "new", "fresh")
    assert account_of(served, "fresh") == fresh["account"]

    # Whoever trusts the members of genesis verifies what came after, offline.
    (record,) = served.json("notarize", str(note), "--as", "clerk")["records"]
    proof = tmp_path / "note.proof"
    assert served.run("proof", record["id"], "-o", str(proof)).exit_code == 0
    given = json.loads(trust.read_text("utf-8"))
    verdict = verify(proof.read_bytes(), given, note.read_bytes())
    assert verdict.ok and given["suite"] == "sm", verdict.sentence
    digest = suite("sm").digest(note.read_bytes())  # it stays SM3
    assert verdict.statement["digest"] == digest.hex()
