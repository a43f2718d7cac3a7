"""
A node joins by a snapshot: it fetches no block from before it, holds the same state,
verifies what comes after, and serves proofs; a spoiled snapshot is refused, also where
most of those who serve it are lying nodes.
"""

import shutil
import time
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from commanding import until

from huabiao.client.remote import Remote
from huabiao.client.signing import call
from huabiao.client.wallets import open_identity
from huabiao.codec import decode, encode
from huabiao.engines.cometbft.layout import node_id
from huabiao.ledger.genesis import Genesis, decode_genesis
from huabiao.ledger.snapshot import BadSnapshot, Restoring, open_metadata
from huabiao.node.home import Home
from huabiao.node.joining import join
from huabiao.node.network import Organisation
from huabiao.node.place import read_place, write_place
from huabiao.proofs.verify import verify
from huabiao.testing.network.manifest import Manifest
from huabiao.testing.network.nodes import Nodes
from huabiao.testing.network.run import settle
from huabiao.testing.ports import free_ports

EVERY = 4


def note(nodes: Nodes, count: int) -> None:
    keys = open_identity(nodes.homes["org-1"], "operator", nodes.manifest.suite)
    with Remote(nodes.url("org-1")) as city:
        for number in range(count):
            outcome = city.send(
                keys, call("evidence", "notarize", digests=[bytes([number]) * 32])
            )
            assert outcome.accepted, outcome


def follow(nodes: Nodes, folder: Path) -> None:
    """Join by the newest snapshot, beside the network's own nodes."""
    p2p, rpc, door = free_ports(3)
    about = Organisation("late", p2p=p2p, rpc=rpc, door=door, votes=False)
    members = [f"127.0.0.1:{nodes.ports[name][1]}" for name in ("org-1", "org-2")]
    join(nodes.url("org-1"), folder, about, sync_from=members)
    nodes.ports["late"], nodes.homes["late"] = [p2p, rpc, door], folder
    nodes.start("late")
    nodes.wait_until_serving("late")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory):
    liars = dict.fromkeys(("org-2", "org-3", "org-4"), "snapshot")
    nodes = Nodes(Manifest("sm", liars=liars), tmp_path_factory.mktemp("net"), [])
    for home in nodes.homes.values():
        place = read_place(Home(home))
        assert place is not None
        write_place(Home(home), replace(place, snapshot_every=EVERY))
    try:
        nodes.start_all()
        note(nodes, 2 * EVERY + 2)
        yield nodes
    finally:
        nodes.close()


def test_a_node_joins_by_a_snapshot(town: Nodes, tmp_path: Path) -> None:
    follow(town, tmp_path / "late")
    deadline = time.monotonic() + 60
    while town.height("late") < 2 * EVERY and time.monotonic() < deadline:
        time.sleep(0.1)
    note(town, 3)
    settle(town.manifest, town, lambda line: None)
    with Remote(town.url("late")) as late, Remote(town.url("org-2")) as other:
        own = late.get("/api/status")
        until(lambda: town.height("org-2") >= own["height"])
        theirs = other.get(f"/api/blocks/{own['height']}")
        assert own["block_hash"] == theirs["hash"]
        assert own["state_root"] == theirs["state_root"]
        proof = late.octets("/api/proofs/membership/org-1")
        assert verify(proof, other.get("/api/trust")).ok
    assert earliest(town, "late") > EVERY, "its engine began at the snapshot"
    # Three of four send spoiled pieces: whoever did was found out, by its node's id.
    said = (town.homes["late"] / "node.log").read_text("utf-8", "replace")
    for name in town.manifest.liars:
        if "spoiled piece" in (town.homes[name] / "node.log").read_text("utf-8"):
            id_ = node_id(town.homes[name] / "engine")
            assert f"{id_} sent a false piece" in said, (name, said[-2000:])


@pytest.mark.long
def test_the_engines_old_blocks_go_once_there_is_a_snapshot(tmp_path: Path) -> None:
    nodes = Nodes(Manifest(liars={"org-1": "forgetful"}), tmp_path / "net", [])
    home = Home(nodes.homes["org-1"])
    place = read_place(home)
    assert place is not None
    write_place(home, replace(place, snapshot_every=EVERY))
    try:
        nodes.start_all()
        note(nodes, EVERY)
        until(lambda: earliest(nodes, "org-1") > 1)
        note(nodes, EVERY)
        assert earliest(nodes, "org-2") == 1, "the others keep theirs"
        # Whoever was away meanwhile comes back by itself from those who have them.
        nodes.wipe("org-4")
        nodes.start("org-4")
        nodes.wait_until_serving("org-4")
        settle(nodes.manifest, nodes, lambda line: None)
    finally:
        nodes.close()


def earliest(nodes: Nodes, name: str) -> int:
    """The oldest block of CometBFT's own that a node still has."""
    url = f"http://127.0.0.1:{nodes.ports[name][1]}/status"
    told = httpx.get(url, trust_env=False).json()["result"]["sync_info"]
    return int(told["earliest_block_height"])


def pieces(town: Nodes) -> tuple[Genesis, bytes, list[bytes]]:
    """A snapshot as it lies on a member's disk."""
    home = town.homes["org-1"]
    genesis = decode_genesis((home / "genesis").read_bytes())
    newest = sorted(home.glob("snapshots/[0-9]*"), key=lambda each: int(each.name))[-1]
    count = len(list(newest.iterdir())) - 1
    found = [(newest / str(number)).read_bytes() for number in range(count)]
    return genesis, (newest / "metadata").read_bytes(), found


def test_a_spoiled_snapshot_is_refused(town: Nodes, tmp_path: Path) -> None:
    genesis, metadata, parts = pieces(town)
    restoring = Restoring(tmp_path / "good", genesis, metadata)
    for part in parts:
        restoring.add(part)
    heights = [height for height, _ in restoring.finish()]
    assert heights == list(range(heights[0], heights[-1] + 1))

    spoiled = bytearray(parts[0])
    spoiled[len(spoiled) // 2] ^= 1
    with pytest.raises(BadSnapshot, match="piece 0"):
        Restoring(tmp_path / "bad", genesis, metadata).add(bytes(spoiled))
    with pytest.raises(BadSnapshot, match="piece 0"):
        Restoring(tmp_path / "order", genesis, metadata).add(parts[1])

    fields = decode(metadata)
    false_certificate = decode(fields[4])
    false_certificate[0][1] = bytes(64)
    for at, wrong in (
        (1, "another"),
        (4, encode(false_certificate)),
        (5, fields[5][:2]),
    ):
        changed = [*fields[:at], wrong, *fields[at + 1 :]]
        with pytest.raises(BadSnapshot):
            open_metadata(encode(changed), genesis)
    with pytest.raises(BadSnapshot, match="cannot be read"):
        open_metadata(b"\xc1", genesis)


def test_a_snapshot_of_another_state_is_refused(town: Nodes, tmp_path: Path) -> None:
    """Whoever made it signed nothing: pieces that fit its list do not fit the root."""
    genesis, metadata, parts = pieces(town)
    kind, pairs = decode(parts[0])
    pairs[0][1] = pairs[0][1] + b"\x00"
    parts[0] = encode([kind, pairs])
    fields = decode(metadata)
    digest = Restoring(tmp_path / "x", genesis, metadata).suite.digest
    fields[6] = [digest(part) for part in parts]
    restoring = Restoring(tmp_path / "y", genesis, encode(fields))
    for part in parts:
        restoring.add(part)
    with pytest.raises(BadSnapshot, match="another root"):
        restoring.finish()
    shutil.rmtree(tmp_path / "y")
