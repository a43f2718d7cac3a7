"""
Software replaced node by node before a height, and a contract replaced at a height,
with the network running.
"""

from pathlib import Path
from typing import Any

import pytest
from commanding import until

from huabiao.client.remote import Remote
from huabiao.client.signing import call
from huabiao.client.wallets import open_identity
from huabiao.ledger.protocol import NEWEST
from huabiao.node.catalogue import shipped_sources
from huabiao.testing.network.manifest import Manifest
from huabiao.testing.network.nodes import Nodes
from huabiao.testing.network.run import settle

NOTE = {"digests": [bytes(32)]}


def govern(nodes: Nodes, id_: str, **change: Any) -> None:
    """A change that one operator may decide in a network to try out."""
    keys = open_identity(nodes.homes["org-1"], "operator", "intl")
    with Remote(nodes.url("org-1")) as city:
        outcome = city.send(
            keys,
            call("governance", "propose", id_, **change),
            call("governance", "approve", id_),
        )
    assert outcome.accepted, outcome


def go_to(nodes: Nodes, height: int) -> None:
    """Blocks until a height, through a door that has not stopped."""
    keys = open_identity(nodes.homes["org-1"], "operator", "intl")
    with Remote(nodes.url("org-1")) as city:
        while nodes.height("org-1") < height:
            assert city.send(keys, call("evidence", "notarize", **NOTE)).accepted


def test_software_is_replaced_node_by_node_before_its_height(tmp_path: Path) -> None:
    nodes = Nodes(Manifest(), tmp_path / "net", [])
    try:
        nodes.start_all()
        parameters = [300_000, 2_000_000, 4_000, 2**24, NEWEST + 1, 6]
        govern(nodes, "up", action="set_parameters", parameters=parameters)
        assert f"protocol {NEWEST + 1}" in " ".join(nodes.health("org-1")["alerts"])
        for name in ("org-1", "org-2", "org-3"):
            nodes.upgrade(name)
            until(lambda name=name: nodes.height(name) >= 1)
        go_to(nodes, 8)
        said = until(lambda: " ".join(nodes.health("org-4")["alerts"]))
        assert "Install the newer software" in said
        assert nodes.height("org-4") == 5
        nodes.upgrade("org-4")
        until(lambda: nodes.height("org-4") >= 8)
    finally:
        nodes.close()


@pytest.mark.long
def test_a_contract_is_replaced_at_a_height(tmp_path: Path) -> None:
    (evidence,) = [s for s in shipped_sources() if "class Evidence(" in s]
    louder = evidence.replace('self.emit("notarised"', 'self.emit("notarised_anew"')
    nodes = Nodes(Manifest(), tmp_path / "net", [])
    try:
        nodes.start_all()
        govern(nodes, "up", action="install_contract", source=louder, active_from=5)
        go_to(nodes, 6)
        settle(nodes.manifest, nodes, lambda line: None)
        with Remote(nodes.url("org-4")) as city:
            for height, name in ((4, "notarised"), (5, "notarised_anew")):
                block = city.get(f"/api/blocks/{height}")
                assert f'"{name}"' in str(block).replace("'", '"'), block
    finally:
        nodes.close()
