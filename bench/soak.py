"""
A network at half its load for hours: memory and disk an envelope must stay level.

First the saturation is measured for a few seconds; then half of it is offered until the
time ends. Every minute the memory of all processes and the disk of one member are
noted, with the rate and the time to final. At the end every member must hold the same
blocks, and memory in the last quarter may not be more than a fifth above the second's.

    python -m bench.soak --hours 1 --json [--members 4] [--suite intl]
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from bench.machine import machine, resident_mib
from bench.network import CLIENTS, WARM, grant, load
from bench.network_members import Nodes, compare
from huabiao.crypto.keys import generate

SATURATION_S, SAMPLE_S = 15.0, 60.0
GROWTH_ALLOWED = 1.2


async def soak(nodes: Nodes, suite: str, hours: float) -> dict[str, Any]:
    """Samples, and what they say."""
    chain = nodes.facts["chain"]
    clients = [generate(f"client {n}", suite) for n in range(CLIENTS)]
    limits = httpx.Limits(max_connections=400, keepalive_expiry=2.0)
    samples: list[dict[str, Any]] = []
    async with httpx.AsyncClient(timeout=120, limits=limits) as http:
        await grant(http, nodes, chain, clients, suite)
        warmed = (await load(http, nodes, chain, clients, *WARM))["accepted"]
        first = await load(http, nodes, chain, clients, 0, SATURATION_S)
        rate = max(100, first["committed_a_second"] // 2)
        accepted, end = warmed + first["accepted"], time.monotonic() + hours * 3600
        while time.monotonic() < end:
            seconds = min(SAMPLE_S, end - time.monotonic())
            found = await load(http, nodes, chain, clients, rate, max(1.0, seconds))
            accepted += found["accepted"]
            samples.append(sample(nodes, accepted, found))
            print(json.dumps(samples[-1]), file=sys.stderr, flush=True)
        blocks = await compare(http, nodes)
    return {
        "saturation_a_second": first["committed_a_second"],
        "offered_a_second": rate,
        "accepted": accepted,
        "same_blocks": blocks,
        "samples": samples,
        **verdict(samples),
    }


def sample(nodes: Nodes, accepted: int, found: dict[str, Any]) -> dict[str, Any]:
    home = Path(nodes.facts["nodes"][0]["home"])
    files = [file for file in home.rglob("*") if file.is_file()]
    disk = 0
    for file in files:
        try:
            disk += file.stat().st_blocks * 512
        except FileNotFoundError:
            continue  # a segment that was let go of meanwhile
    return {
        "accepted": accepted,
        "committed_a_second": found["committed_a_second"],
        "seconds_to_final": found["seconds_to_final"],
        "others": found["others"],
        "resident_mib": resident_mib(nodes.process.pid),
        "disk_bytes_an_envelope": round(disk / accepted),
    }


def verdict(samples: list[dict[str, Any]]) -> dict[str, Any]:
    """Whether memory is level: the last quarter against the second."""
    quarter = max(1, len(samples) // 4)
    memory = [each["resident_mib"] for each in samples]
    second, last = memory[quarter : 2 * quarter] or memory, memory[-quarter:]
    growth = (sum(last) / len(last)) / (sum(second) / len(second))
    return {"memory_growth": round(growth, 3), "level": growth <= GROWTH_ALLOWED}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=1)
    parser.add_argument("--members", type=int, default=4)
    parser.add_argument("--suite", default="intl")
    parser.add_argument("--json", action="store_true", help="JSON only, last line")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="huabiao-soak-") as folder:
        nodes = Nodes(Path(folder) / "net", options.members, options.suite)
        try:
            found = asyncio.run(soak(nodes, options.suite, options.hours))
        finally:
            nodes.stop()
    report = {"bench": "soak", "machine": machine(), "hours": options.hours, **found}
    print(json.dumps(report, indent=None if options.json else 1))
    return 0 if found["level"] else 1


if __name__ == "__main__":
    sys.exit(main())
