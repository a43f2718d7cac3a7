"""
The network that bench/network.py loads, and what its members say of themselves.
"""

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from bench.machine import resident_mib

PORT = 9_180  # the engines' are 18,600 above: below those that Linux hands out
WIRE = "huabiao_peer_sent_bytes_total{"


class Nodes:
    """A network that runs, by the addresses of its doors."""

    def __init__(self, home: Path, members: int, suite: str) -> None:
        command = [
            sys.executable, "-m", "huabiao", "up", "--home", str(home), "--json",
            "--engine", "cometbft", "--validators", str(members),
            "--port", str(PORT), "--suite", suite,
        ]  # fmt: skip
        self.home, self.members = home, members
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("the network did not come up")
        self.facts = json.loads(line)
        self.urls = [node["url"] for node in self.facts["nodes"]]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(90)


async def summed(http: httpx.AsyncClient, nodes: Nodes, metric: str) -> float:
    """The sum over all members, and over what it is labelled by, of a metric."""
    total = 0.0
    for url in nodes.urls:
        for line in (await http.get(f"{url}/api/metrics")).text.splitlines():
            if line.startswith(metric):
                total += float(line.rpartition(" ")[2])
    return total


async def read_model_lag(http: httpx.AsyncClient, nodes: Nodes) -> float:
    """Seconds until every read model shows the newest block."""
    began = time.monotonic()
    for url in nodes.urls:
        while (
            "huabiao_index_lag_blocks 0\n"
            not in (await http.get(f"{url}/api/metrics")).text
        ):
            await asyncio.sleep(0.1)
    return round(time.monotonic() - began, 1)


async def compare(http: httpx.AsyncClient, nodes: Nodes) -> int:
    """How many blocks every member holds alike; ends the run where two differ."""
    lowest = 0
    for _ in range(100):
        statuses = [(await http.get(f"{u}/api/status")).json() for u in nodes.urls]
        heights = {each["height"] for each in statuses}
        lowest = min(heights)
        if len(heights) == 1:
            break
        await asyncio.sleep(0.1)
    for height in {*range(1, lowest, max(1, lowest // 40)), lowest}:
        hashes = set()
        for url in nodes.urls:
            hashes.add((await http.get(f"{url}/api/blocks/{height}")).json()["hash"])
        if len(hashes) != 1:
            raise SystemExit(f"members differ at height {height}: {hashes}")
    return lowest


def footprint(nodes: Nodes, accepted: int) -> dict[str, Any]:
    """Disk and memory a member, at the end of the run."""
    homes = [Path(each["home"]) for each in nodes.facts["nodes"]]
    disk = sum(
        file.stat().st_blocks * 512 for file in homes[0].rglob("*") if file.is_file()
    )
    return {
        "disk_bytes_an_envelope_a_member": round(disk / max(accepted, 1)),
        "resident_mib_a_member": resident_mib(nodes.process.pid) // nodes.members,
    }
