"""
A relay between an embedded chain and one on CometBFT, where a block's certificate comes
with the blocks after it: what is not certified yet is waited for, never guessed.
"""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from crossing_city import GREETINGS
from relay_town import (
    HUABIAO,
    Served,
    connect,
    lay_out,
    relay_of,
    running,
    serving,
    wait_until,
)

from huabiao.client.remote import Remote
from huabiao.client.wallets import open_identity
from huabiao.codec import decode
from huabiao.node.catalogue import shipped_sources
from huabiao.node.network import Network, Organisation
from huabiao.node.network import lay_out as lay_out_network
from huabiao.testing.ports import free_ports

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]
PATIENCE_S = 150


class Apart(Served):
    """A chain in a process of its own, seen over HTTP alone."""

    def keys(self, name):
        if name not in self.opened:
            self.opened[name] = open_identity(self.home, name, "sm", make=True)
        return self.opened[name]

    def read(self, key):
        with Remote(self.url) as city:
            stored = city.state_proofs({key: "value"}).entries[0].value
        return None if stored is None else decode(stored)


@contextmanager
def on_cometbft(name, folder) -> Iterator[Apart]:
    p2p, rpc, door = free_ports(3)
    alone = Organisation("office", p2p=p2p, rpc=rpc, door=door)
    network = Network("sm", name, 1, [alone])
    (laid,) = lay_out_network(network, folder, [*shipped_sources(), GREETINGS])
    home, url = laid.home.folder, f"http://127.0.0.1:{door}"
    process = subprocess.Popen(
        [*HUABIAO, "up", "--home", str(home)], env=os.environ,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_until(lambda: answers(url), PATIENCE_S)
        yield Apart(name, home, url, None)
    finally:
        process.terminate()
        process.wait(60)


def answers(url):
    try:
        return httpx.get(f"{url}/api/health", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def test_packets_cross_between_the_engines_both_ways(tmp_path):
    homes = lay_out(tmp_path, {"beijing": "intl"})
    with (
        serving("beijing", homes["beijing"]) as beijing,
        on_cometbft("tianjin", tmp_path / "network") as tianjin,
    ):
        connect(beijing, tianjin)
        number = beijing.greet("tianjin", "hello")
        back = tianjin.greet("beijing", "hello back")
        late = beijing.greet("tianjin", "nobody takes this", within=2_000)
        timeout = beijing.read(f"packets/sent/tianjin.{late}")[5]
        wait_until(lambda: time.time() * 1000 > timeout)
        relay, heard = relay_of(tmp_path / "keys", beijing.url, tianjin.url)
        with running(relay):
            wait_until(
                lambda: (
                    beijing.state(f"tianjin.{number}") == "acknowledged"
                    and tianjin.state(f"beijing.{back}") == "acknowledged"
                    and beijing.state(f"tianjin.{late}") == "timed_out"
                ),
                PATIENCE_S,
            )
        refused = [each["refused"] for each in relay.figures()["chains"]]
        assert refused == [0, 0], heard.lines
