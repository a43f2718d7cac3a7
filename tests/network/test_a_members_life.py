"""
An organisation joins, votes, changes its key, is suspended, leaves: with the network
running, each change certified by the members before it.

Real nodes; the newcomer and everyone else use the command line, as people would.
"""

import json
import time
from pathlib import Path
from typing import Any

from commanding import huabiao, until

from huabiao.client.port import Outcome
from huabiao.client.remote import Remote
from huabiao.client.signing import call, sign_envelope
from huabiao.client.wallets import open_identity
from huabiao.engines.cometbft.layout import address_of, voting_key
from huabiao.proofs.verify import verify
from huabiao.testing.network.manifest import Manifest
from huabiao.testing.network.nodes import Nodes
from huabiao.testing.ports import free_ports


def voters(nodes: Nodes) -> set[str]:
    """The engine's validators, as the first node's own CometBFT tells them."""
    import httpx

    url = f"http://127.0.0.1:{nodes.ports['org-1'][1]}/validators"
    listed = httpx.get(url, trust_env=False).json()["result"]["validators"]
    return {each["address"] for each in listed}


def signers(nodes: Nodes) -> set[str]:
    """Whose votes the newest commit holds."""
    import httpx

    url = f"http://127.0.0.1:{nodes.ports['org-1'][1]}/commit"
    header = httpx.get(url, trust_env=False).json()["result"]["signed_header"]
    return {each["validator_address"] for each in header["commit"]["signatures"]}


def notarised(nodes: Nodes, tmp_path: Path, trust: dict[str, Any]) -> None:
    """A file notarised now is proven from genesis' members, with no node."""
    file = tmp_path / "file"
    file.write_text("what the city remembers")
    home = str(nodes.homes["org-1"])
    (record,) = huabiao("notarize", str(file), "--home", home)["records"]
    proof = tmp_path / "file.proof"
    huabiao("proof", record["id"], "-o", str(proof), "--home", home)
    verdict = verify(proof.read_bytes(), trust, file.read_bytes())
    assert verdict.ok, verdict.sentence


def join(nodes: Nodes, home: Path) -> dict[str, Any]:
    """The newcomer's home, and its node beside the others'."""
    p2p, rpc, door = free_ports(3)
    told = huabiao(
        "network", "join", nodes.url("org-1"), "--name", "newcomer", "-o", str(home),
        "--p2p", str(p2p), "--rpc", str(rpc), "--door", str(door),
    )  # fmt: skip
    assert "/var/lib/huabiao" in (home / "huabiao.service").read_text("utf-8")
    nodes.ports["newcomer"], nodes.homes["newcomer"] = [p2p, rpc, door], home
    nodes.start("newcomer")
    nodes.wait_until_serving("newcomer")
    until(lambda: nodes.height("newcomer") == nodes.height("org-1") > 0)
    return told


def take_a_seat(nodes: Nodes, home: Path, told: dict[str, Any]) -> None:
    """Listed by the administrators, applied for by itself, approved."""
    admin = ["--as", "operator", "--home", str(nodes.homes["org-1"])]
    account = huabiao("key", "list", "--home", str(home))["identities"][0]["account"]
    huabiao("member", "enrol", "newcomer", "--account", account, *admin)
    huabiao(
        "member", "apply", "newcomer", "--power", "1", "--key",
        str(home / "member.json"), "--engine-key", told["engine_key"],
        "--as", "operator", "--home", str(home),
    )  # fmt: skip
    huabiao("member", "approve", "newcomer", *admin)


def unsure(nodes: Nodes) -> Outcome:
    """What a client is told of an envelope that ends while no block comes."""
    keys = open_identity(nodes.homes["org-1"], "operator", "intl")
    with Remote(nodes.url("org-1")) as city:
        made = call("evidence", "notarize", digests=[bytes(32)])
        ends = int(time.time() * 1000) + 2_000
        envelope = sign_envelope(city.chain, keys, [made], valid_until=ends)
        (outcome,) = city.submit([envelope])
    return outcome


def lose_two_of_five(nodes: Nodes, tmp_path: Path, trust: dict[str, Any]) -> None:
    """One may be away; with two away the health says who; one comes back."""
    nodes.kill("org-4")
    notarised(nodes, tmp_path, trust)
    nodes.kill("org-3")
    said = until(lambda: " ".join(nodes.health("org-1")["alerts"]))
    assert "org-3" in said and "org-4" in said and "org-2" not in said, said
    assert unsure(nodes).code == "engine.stalled"
    nodes.start("org-3")
    nodes.wait_until_serving("org-3")
    until(lambda: not nodes.health("org-1")["alerts"])


def turn_keys(nodes: Nodes, home: Path) -> None:
    """Another header key, without a restart; then another voting key, to which the
    engine turns by itself."""
    rotate = ["member", "rotate", "org-2", "--as", "operator", "--home", str(home)]
    key = ["--key", str(home / "member-next.json")]
    huabiao(*rotate, *key)
    (new,) = huabiao("engine", "next-key", "--home", str(home)).values()
    huabiao(*rotate, *key, "--engine-key", new)
    until(lambda: voting_key(home / "engine").hex() == new)
    until(lambda: address_of(bytes.fromhex(new)).hex().upper() in signers(nodes))


def test_a_members_life(tmp_path: Path) -> None:
    nodes = Nodes(Manifest(), tmp_path / "net", [])
    try:
        nodes.start_all()
        first = str(nodes.homes["org-1"])
        trust_file = tmp_path / "trust.json"
        huabiao("trust", "-o", str(trust_file), "--home", first)
        trust = json.loads(trust_file.read_text())
        notarised(nodes, tmp_path, trust)

        home = tmp_path / "newcomer"
        told = join(nodes, home)
        take_a_seat(nodes, home, told)
        until(lambda: len(voters(nodes)) == 5)
        notarised(nodes, tmp_path, trust)

        lose_two_of_five(nodes, tmp_path, trust)

        # The lost one's seat is taken away; nobody waits for it any more.
        admin = ["--as", "operator", "--home", first]
        huabiao("member", "suspend", "org-4", *admin)
        until(lambda: len(voters(nodes)) == 4)

        turn_keys(nodes, nodes.homes["org-2"])
        notarised(nodes, tmp_path, trust)

        # A member goes, and the others go on.
        huabiao("member", "leave", "newcomer", "--as", "operator", "--home", str(home))
        until(lambda: len(voters(nodes)) == 3)
        notarised(nodes, tmp_path, trust)
        status = huabiao("status", "--home", first)
        assert [m["name"] for m in status["members"]] == ["org-1", "org-2", "org-3"]
    finally:
        nodes.close()
