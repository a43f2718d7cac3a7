"""
A member's machine is lost, or every machine at once: the network goes on from backups
that were taken while it ran under load, and forgets nothing from before them.
"""

import hashlib
import shutil
import threading
import time
from pathlib import Path

import pytest
from commanding import huabiao, until

from huabiao.client.port import Outcome
from huabiao.client.remote import Remote
from huabiao.client.signing import call
from huabiao.client.wallets import open_identity
from huabiao.testing.network.checks import read_log, same_blocks
from huabiao.testing.network.manifest import Manifest
from huabiao.testing.network.nodes import Nodes


class Load:
    """A client of one node that notarises without pause."""

    def __init__(self, nodes: Nodes, name: str) -> None:
        self.city = Remote(nodes.url(name))
        self.keys = open_identity(nodes.homes[name], "operator", "intl")
        self.told: list[Outcome] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._go, daemon=True)
        self._thread.start()

    def _go(self) -> None:
        while not self._stop.is_set():
            digest = hashlib.sha256(str(time.time_ns()).encode()).digest()
            said = call("evidence", "notarize", digests=[digest])
            self.told.append(self.city.send(self.keys, said))

    def more(self, count: int) -> None:
        goal = len(self.told) + count
        until(lambda: len(self.told) >= goal)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(20)


def serving(folder: Path) -> Nodes:
    nodes = Nodes(Manifest(), folder, [])
    for name in nodes.manifest.nodes:
        nodes.start(name)
    for name in nodes.manifest.nodes:
        nodes.wait_until_serving(name)
    return nodes


def back_up(nodes: Nodes, name: str, tmp_path: Path) -> int:
    file = str(tmp_path / f"{name}.backup")
    made = huabiao("backup", "--home", str(nodes.homes[name]), "-o", file)
    return int(made["height"])


def restore(nodes: Nodes, name: str, tmp_path: Path) -> None:
    """From its backup into a new home; the old one is gone but for the passphrase."""
    old, new = nodes.homes[name], tmp_path / "again" / name
    told = huabiao("restore", str(tmp_path / f"{name}.backup"), "--home", str(new))
    assert told["engine"] and "重复投票" in told["sentence"]
    shutil.copy(old / "passphrase", new / "passphrase")
    shutil.rmtree(old)
    nodes.homes[name] = new
    nodes.start(name)
    nodes.wait_until_serving(name)


def check(nodes: Nodes, told: list[Outcome]) -> None:
    """The logs agree, everything told is where it was told, every replay is well."""
    logs = [read_log(name, home) for name, home in nodes.homes.items()]
    same_blocks(logs)
    for outcome in told:
        for log in logs:
            places = [place[:2] for place in log.receipts.get(outcome.envelope, [])]
            assert places == [(outcome.height, outcome.index)], (log.name, outcome)
    for name, home in nodes.homes.items():
        assert huabiao("replay", "--home", str(home))["ok"], name


def test_one_member_comes_back_from_a_live_backup(tmp_path: Path) -> None:
    nodes = serving(tmp_path / "net")
    try:
        load = Load(nodes, "org-1")
        load.more(10)
        before = back_up(nodes, "org-2", tmp_path)
        load.more(5)
        nodes.kill("org-2")
        load.more(5)
        restore(nodes, "org-2", tmp_path)
        load.more(5)
        load.stop()
        top = load.told[-1].height
        assert top > before
        until(lambda: nodes.height("org-2") >= top)
        # It votes: with another member away nothing goes on without it.
        nodes.kill("org-3")
        load = Load(nodes, "org-1")
        load.more(3)
        load.stop()
        nodes.start("org-3")
        nodes.wait_until_serving("org-3")
        top = load.told[-1].height
        until(lambda: all(nodes.height(n) >= top for n in nodes.manifest.nodes))
    finally:
        nodes.close()
    check(nodes, load.told)


@pytest.mark.long
def test_a_network_comes_back_when_every_machine_was_lost(tmp_path: Path) -> None:
    nodes = serving(tmp_path / "net")
    try:
        load = Load(nodes, "org-1")
        load.more(10)
        acknowledged = list(load.told)
        heights = {}
        for name in nodes.manifest.nodes:
            heights[name] = back_up(nodes, name, tmp_path)
            load.more(3)
        load.stop()
        for name in nodes.manifest.nodes:
            nodes.kill(name)
        # The newest first; each other one only when the one before has caught up, or
        # three that know less would decide again what the newest already has.
        newest = heights["org-4"]
        assert newest > heights["org-1"] >= acknowledged[-1].height
        for name in reversed(nodes.manifest.nodes):
            restore(nodes, name, tmp_path)
            until(lambda name=name: nodes.height(name) >= newest - 1)
        load = Load(nodes, "org-2")
        load.more(5)
        load.stop()
        top = load.told[-1].height
        until(lambda: all(nodes.height(n) >= top for n in nodes.manifest.nodes))
    finally:
        nodes.close()
    check(nodes, [*acknowledged, *load.told])
