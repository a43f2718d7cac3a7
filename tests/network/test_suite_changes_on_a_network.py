"""
A running network goes over to another suite: planned, prepared seat by seat, adopted.

Real nodes on CometBFT, and the command line as each organisation's people use it. What
was proven before is proven after, from the members of genesis, with no node asked.
"""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from commanding import until

from huabiao.client.port import Outcome
from huabiao.client.remote import Remote
from huabiao.client.signing import call
from huabiao.client.wallets import NoSuchIdentity, open_identity
from huabiao.codec import decode
from huabiao.crypto import keystore
from huabiao.crypto.keys import Keys
from huabiao.doors.cli import main
from huabiao.proofs.header import decode_header
from huabiao.proofs.verify import verify
from huabiao.testing.network.checks import check_all
from huabiao.testing.network.manifest import Manifest
from huabiao.testing.network.nodes import Nodes

LAST, SPARE = "org-4", 6


class Changing:
    """A network on its way from one suite to another."""

    def __init__(self, nodes: Nodes, folder: Path, after: str) -> None:
        self.nodes, self.folder = nodes, folder
        self.before, self.after = nodes.manifest.suite, after
        self.names = nodes.manifest.nodes
        self.proofs: list[tuple[str, Path, Path]] = []
        self.trust = folder / "trust.json"
        self.run("org-1", "trust", "-o", str(self.trust))

    def run(self, name: str, *words: str) -> dict[str, Any]:
        words = (*words, "--home", str(self.nodes.homes[name]), "--json")
        done = CliRunner().invoke(main, words)
        assert done.exit_code == 0, (words, done.output)
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found

    def notarise(self, name: str, suite: str) -> None:
        """A file notarised at a node, and its proof kept; its block is of a suite."""
        number = len(self.proofs)
        file, proof = self.folder / f"file-{number}", self.folder / f"proof-{number}"
        file.write_text(f"what {name} remembers in {suite}")
        made = self.run(name, "notarize", str(file), "--as", "operator")
        (record,) = made["records"]
        until(lambda: knows_all_blocks(self.nodes, name))
        self.run(name, "proof", record["id"], "-o", str(proof))
        self.proofs.append((suite, file, proof))

    def verify_all(self) -> None:
        """Every proof from before and after, offline, from the members of genesis."""
        trust = json.loads(self.trust.read_text("utf-8"))
        assert trust["suite"] == self.before
        for suite, file, proof in self.proofs:
            raw = proof.read_bytes()
            verdict = verify(raw, trust, file.read_bytes())
            assert verdict.ok, verdict.sentence
            assert decode_header(decode(raw)[3]).suite == suite

    def plan(self) -> int:
        """Announced for a height that leaves each seat two blocks and more."""
        start = self.nodes.height("org-1") + 2 * len(self.names) + SPARE
        plan = ("call", "suites", "plan", "next", f"suite={self.after}")
        admin = ("--as", "operator")
        assert self.run("org-1", *plan, f"start={start}", *admin)["accepted"]
        approve = ("call", "suites", "approve", "next", *admin)
        assert self.run("org-1", *approve)["accepted"]
        return start

    def prepare(self, name: str) -> None:
        key = self.nodes.homes[name] / f"member-{self.after}.json"
        words = ("member", "prepare", name, "--suite", self.after, "--key", str(key))
        assert self.run(name, *words, "--as", "operator")["accepted"]

    def join(self, name: str) -> None:
        words = ("key", "join", "operator", "--suite", self.after)
        assert self.run(name, *words)["accepted"]

    def go_to(self, height: int) -> None:
        keys = open_identity(self.nodes.homes["org-1"], "operator", self.before)
        while self.nodes.height("org-1") < height:
            assert self.send("org-1", keys).accepted

    def send(self, name: str, keys: Keys) -> Outcome:
        with Remote(self.nodes.url(name)) as city:
            return city.send(keys, call("evidence", "notarize", digests=[bytes(32)]))

    def adopt(self, start: int, left: int) -> None:
        """Once it is due; so many accounts that hold something have no new key."""
        self.go_to(start - 2)
        words = ("member", "adopt", "--as", "operator")
        if left:
            home = str(self.nodes.homes["org-1"])
            refused = CliRunner().invoke(main, (*words, "--home", home))
            assert refused.exit_code == 1 and f"{left} accounts" in refused.stderr
            words = (*words, "--leave-behind")
        adopted = self.run("org-1", *words)
        assert adopted["accepted"] and adopted["height"] == start - 1


def knows_all_blocks(nodes: Nodes, name: str) -> bool:
    """Whether a node's read model, which a proof is looked up in, has come along."""
    text = httpx.get(f"{nodes.url(name)}/api/metrics", trust_env=False).text
    return "\nhuabiao_index_lag_blocks 0\n" in text


def told_what_to_do(network: Changing, name: str) -> None:
    """Who registered no key: the command line says so, and the network to a client."""
    home = network.nodes.homes[name]
    with pytest.raises(NoSuchIdentity, match="huabiao key join"):
        open_identity(home, "operator", network.after)
    path = home / "wallets" / "operator.json"
    old = keystore.load(path, (home / "passphrase").read_text().strip())
    told = network.send("org-1", old)
    assert told.code == "envelope.suite" and "makes a new identity" in told.sentence


def change(network: Changing) -> None:
    """Everything from the plan to the first blocks of the new suite."""
    nodes, sleeper = network.nodes, network.names[-1]
    left = int(len(network.names) > 1)
    network.notarise("org-1", network.before)
    start = network.plan()
    for name in network.names:
        network.prepare(name)
        if name != sleeper or not left:
            network.join(name)
    network.notarise(sleeper, network.before)
    network.adopt(start, left)
    network.notarise("org-1", network.after)
    status = network.run("org-1", "status")
    assert (status["suite"], status["founding_suite"]) == (
        network.after, network.before,
    )  # fmt: skip
    network.verify_all()
    until(lambda: len({nodes.height(name) for name in network.names}) == 1)


def checked(nodes: Nodes) -> None:
    """What lies on every disk of a network that stopped: the same blocks, replayed."""
    check_all({name: nodes.homes[name] for name in nodes.manifest.nodes}, [])


@pytest.mark.long
@pytest.mark.parametrize(("before", "after"), [("intl", "sm"), ("sm", "pq")])
def test_four_members_change_their_suite_while_they_serve(
    tmp_path: Path, before: str, after: str
) -> None:
    nodes = Nodes(Manifest(suite=before), tmp_path / "net", [])
    try:
        nodes.start_all()
        network = Changing(nodes, tmp_path, after)
        change(network)
        told_what_to_do(network, LAST)

        # Whoever comes back from nothing walks over the change, and votes again.
        nodes.wipe(LAST)
        nodes.start(LAST)
        nodes.wait_until_serving(LAST)
        until(lambda: nodes.height(LAST) == nodes.height("org-1"))
        nodes.kill("org-2")
        network.notarise("org-3", after)
        nodes.start("org-2")
        nodes.wait_until_serving("org-2")
        until(lambda: nodes.height("org-2") == nodes.height("org-1"))
        network.verify_all()
    finally:
        nodes.close()
    checked(nodes)


def test_one_member_changes_its_suite_while_it_serves(tmp_path: Path) -> None:
    nodes = Nodes(Manifest(suite="intl", validators=1), tmp_path / "net", [])
    try:
        nodes.start_all()
        change(Changing(nodes, tmp_path, "sm"))
    finally:
        nodes.close()
    checked(nodes)
