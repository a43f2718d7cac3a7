"""A city of national cryptography goes over to the suite pq by commands alone."""

import json
from pathlib import Path

from served_city import Served, wait_until

from huabiao.client.signing import call
from huabiao.client.wallets import open_identity
from huabiao.crypto.address import address
from huabiao.crypto.suite import suite
from huabiao.proofs.verify import verify

OPERATOR = ("--as", "operator")


def test_a_city_changes_its_suite_while_it_serves(
    served_in_sm: Served, tmp_path: Path
) -> None:
    served, trust = served_in_sm, tmp_path / "trust.json"
    assert served.run("trust", "-o", str(trust)).exit_code == 0
    served.json("key", "new", "clerk")
    account = {
        k["name"]: k["account"] for k in served.json("key", "list")["identities"]
    }

    # 1. The administrators plan it; from then on keys of the new suite are taken.
    start = served.node.port.height + 12
    plan = ("call", "suites", "plan", "2030", "suite=pq", f"start={start}")
    assert served.json(*plan, *OPERATOR)["accepted"]
    assert served.json("call", "suites", "approve", "2030", *OPERATOR)["accepted"]

    # 2. Seats and accounts register theirs; one who forgets is a stranger later.
    header_key = str(served.home / "member-pq.json")
    preparing = ("member", "prepare", "city", "--suite", "pq", "--key", header_key)
    assert served.json(*preparing, *OPERATOR)["accepted"]
    for name in ("operator", "clerk"):
        assert served.json("key", "join", name, "--suite", "pq")["accepted"]
    served.json("key", "new", "sleeper")

    # The vault registers one by itself, for it signs that an erasure is done.
    vault, port = served.node.vault, served.node.port
    wait_until(lambda: vault.signing.of("pq") is not vault.master)
    later = address(port.digest, vault.signing.of("pq").public)
    wait_until(lambda: port.read(f"identity/keys/{later.hex()}") is not None)

    # 3. At the height the seats change over, and not before.
    refused = served.run("member", "adopt", *OPERATOR)
    assert refused.exit_code == 1 and "suite.early" in refused.stderr
    note = tmp_path / "note.txt"
    note.write_text("a note")
    while served.node.port.height < start - 2:
        assert served.run("notarize", str(note), "--as", "clerk").exit_code == 0
    adopted = served.json("member", "adopt", *OPERATOR)
    assert adopted["accepted"] and adopted["height"] == start - 1

    # 4. The same identities act with their new keys, for the same accounts.
    status = served.json("status")
    assert (status["suite"], status["founding_suite"]) == ("pq", "sm")
    (record,) = served.json("notarize", str(note), "--as", "clerk")["records"]
    clerk = open_identity(served.home, "clerk", "pq")
    assert clerk.suite.name == "pq"
    assert served.json("key", "token", "clerk")["account"] == account["clerk"]
    late = served.run("notarize", str(note), "--as", "sleeper")
    assert late.exit_code == 1 and "key join" in late.stderr

    name = bytes(32).hex()
    place = {"keeper": vault.account, "scenario": "s", "record": "r", "field": "f"}
    kept, asked = (
        call("privacy", "keep", name, **place),
        call("privacy", "ask_erasure", name, reason="x"),
    )
    assert served.remote().send(clerk, kept, asked).accepted
    wait_until(lambda: port.read(f"privacy/asked/{vault.account.hex()}/{name}") is None)

    # 5. A newcomer's account is by the chain's digest, which stays SM3.
    fresh = served.json("key", "new", "fresh")
    assert served.json("key", "token", "fresh")["account"] == fresh["account"]

    # 6. Whoever trusts the members of genesis verifies what came after, offline.
    proof = tmp_path / "note.proof"
    proving = served.run("proof", record["id"], "-o", str(proof))
    assert proving.exit_code == 0, proving.stderr
    given = json.loads(trust.read_text("utf-8"))
    verdict = verify(proof.read_bytes(), given, note.read_bytes())
    assert verdict.ok and given["suite"] == "sm", verdict.sentence
    digest = suite("sm").digest(note.read_bytes())
    assert verdict.statement["digest"] == digest.hex()
