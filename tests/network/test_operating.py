"""
What operators see of a network: health, status, metrics, doctor, with real nodes whose
organisations have Chinese names.
"""

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from commanding import until

from huabiao.testing.network.manifest import Manifest
from huabiao.testing.network.nodes import Nodes

OWN, OTHER = "市大数据中心", "交通局"


@dataclass(frozen=True)
class Named(Manifest):
    """Two organisations; each is needed for a block."""

    validators: int = 2

    @property
    def nodes(self) -> list[str]:
        return [OWN, OTHER]


def figures(nodes: Nodes, name: str) -> dict[str, float]:
    """Each sample of a node's metrics, its labels as they are written."""
    text = httpx.get(f"{nodes.url(name)}/api/metrics", trust_env=False).text
    found = re.findall(r"^huabiao_(\S+) (\S+)$", text, re.MULTILINE)
    return {series: float(value) for series, value in found}


def huabiao(nodes: Nodes, *words: str) -> str:
    command = [sys.executable, "-m", "huabiao", *words, "--home", str(nodes.homes[OWN])]
    return subprocess.run(command, capture_output=True, text=True, timeout=60).stdout


def test_operators_see_their_network(tmp_path: Path) -> None:
    nodes = Nodes(Named(), tmp_path / "net", [])
    try:
        for name in (OWN, OTHER):
            nodes.start(name)
        for name in (OWN, OTHER):
            nodes.wait_until_serving(name)
        connected(nodes, tmp_path)
        well = {each["about"]: each for each in doctor(nodes)}
        ports = [each for about, each in well.items() if "port" in about]
        assert len(ports) == 3
        assert all(each["ok"] and "own" in each["sentence"] for each in ports)
        nodes.kill(OTHER)
        alone(nodes)
    finally:
        nodes.close()


def doctor(nodes: Nodes) -> list[dict[str, Any]]:
    told: dict[str, Any] = json.loads(huabiao(nodes, "doctor", "--json"))
    found: list[dict[str, Any]] = told["findings"]
    return found


def connected(nodes: Nodes, tmp_path: Path) -> None:
    """Both vote, and each names the other with what went between them."""
    until(lambda: [p["name"] for p in nodes.health(OWN)["peers"]] == [OTHER])
    file = tmp_path / "file"
    file.write_text("notarised")
    huabiao(nodes, "notarize", str(file))
    until(lambda: nodes.height(OWN) == nodes.height(OTHER) == 1)
    first = figures(nodes, OWN)
    assert first["height"] == first["blocks_total"] == first["peers"] == 1
    assert first['envelopes_total{code="ok"}'] == 1
    assert first["engine_up"] == 1 and first["catching_up"] == 0
    sent = f'peer_sent_bytes_total{{peer="{OTHER}"}}'
    assert until(lambda: figures(nodes, OWN)[sent] > first[sent] > 0)
    assert 'envelopes_total{code="ok"}' not in figures(nodes, OTHER)
    assert figures(nodes, OWN)['resident_memory_bytes{process="engine"}'] > 2**20
    health = nodes.health(OWN)
    assert health["ok"] and health["lag"] <= 1 and health["disk_free"] > 0
    shown = huabiao(nodes, "status")
    assert f"peers 1: {OTHER}" in shown and "警报" not in shown


def alone(nodes: Nodes) -> None:
    """Without the other no block comes, and everything says whom it waits for."""
    said = until(lambda: " ".join(nodes.health(OWN)["alerts"]))
    assert OTHER in said and not nodes.health(OWN)["ok"]
    found = figures(nodes, OWN)
    assert found["peers"] == 0 and found["alerts"] == 1
    assert found["last_block_age_seconds"] > 8
    shown = huabiao(nodes, "status")
    assert "peers 0: —" in shown and f"等待 {OTHER}" in shown
