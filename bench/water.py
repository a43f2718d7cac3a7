"""
A day of minute readings from a thousand stations: 1,440,000 of them through a node.

A real node over HTTP. Each station's device signs an hour of readings at a time, and a
few gateways upload them, many stations' hours in one envelope. Measured are the time to
final, the node's CPU, the growth of the block log and of the state, and how long the
read model takes to follow. At the end each station's entry is read back and checked.

    python -m bench.water --stations 1000 --hours 24 --json
"""

import argparse
import asyncio
import json
import random
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from bench.ledger import PORT, post, start_node
from bench.machine import children_cpu, machine, percentiles
from huabiao.client.remote import Remote
from huabiao.client.signing import call, sign_envelope
from huabiao.client.wallets import open_identity
from huabiao.contracts.parts.series import statement
from huabiao.crypto.envelope import Call
from huabiao.crypto.keys import Keys, generate

WATER, MINUTE, HOUR, READINGS = "water_monitoring", 60_000, 3_600_000, 60
CALLS, CONNECTIONS = 100, 4
"""Stations' hours in one envelope, and envelopes on their way at once."""


def hour_of(chain: str, device: Keys, station: str, start: int) -> Call:
    """An hour of a river's level in millimetres: it drifts by a few."""
    steps = [random.randrange(1_000, 1_500)]
    steps += [random.randrange(-3, 4) for _ in range(READINGS - 1)]
    said = statement(chain, WATER, station, start, steps)
    return call(
        WATER, "report", station, start=start, steps=steps, sign=device.sign(said)
    )


async def install(
    http: httpx.AsyncClient, chain: str, bureau: Keys, devices: dict[str, Keys],
    since: int, hours: int,
) -> None:  # fmt: skip
    """Register every device."""
    grant = call("governance", "grant_role", "bench", scenario=WATER, role="bureau",
                 account=bureau.account)  # fmt: skip
    calls = [grant] + [
        call(WATER, "install", station, key=device.public, operator=bureau.account,
             seconds=60, since=since, until=since + (hours + 1) * HOUR, limit=9_000)
        for station, device in devices.items()
    ]  # fmt: skip
    for at in range(0, len(calls), 500):
        outcomes = await post(
            http, [sign_envelope(chain, bureau, calls[at : at + 500])]
        )
        assert outcomes[0].accepted, outcomes


async def upload(http: httpx.AsyncClient, envelopes: list[bytes]) -> list[float]:
    """Post one after the other over a few connections; seconds to final of each."""
    waits, left = [], envelopes[::-1]

    async def connection() -> None:
        while left:
            envelope, started = left.pop(), time.monotonic()
            outcomes = await post(http, [envelope])
            waits.append(time.monotonic() - started)
            assert outcomes[0].accepted, outcomes

    await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
    return waits


async def drive(home: Path, suite: str, stations: int, hours: int, pid: int) -> Any:
    base = f"http://127.0.0.1:{PORT}"
    async with httpx.AsyncClient(base_url=base, timeout=300) as http:
        chain = (await http.get("/api/status")).json()["chain"]
        bureau = open_identity(home, "operator", suite)
        devices = {f"s{n}": generate(f"s{n}", suite) for n in range(stations)}
        since = (int(time.time() * 1000) - hours * HOUR) // MINUTE * MINUTE
        await install(http, chain, bureau, devices, since, hours)
        before = log_bytes(home), children_cpu(pid)
        waits: list[float] = []
        elapsed = 0.0
        for hour in range(hours):
            start = since + hour * HOUR
            hours_of = [hour_of(chain, d, s, start) for s, d in devices.items()]
            envelopes = [
                sign_envelope(chain, bureau, hours_of[at : at + CALLS])
                for at in range(0, stations, CALLS)
            ]
            started = time.monotonic()
            waits += await upload(http, envelopes)
            elapsed += time.monotonic() - started
        usage = children_cpu(pid) - before[1]
        readings = stations * hours * READINGS
        started = time.monotonic()
        token = Remote(base).token(bureau)["token"]
        http.headers["authorization"] = f"Bearer {token}"
        entries = await check(http, stations, hours)
        return {
            "stations": stations, "hours": hours, "readings": readings,
            "seconds": round(elapsed, 1),
            "readings_a_second": round(readings / elapsed),
            "envelope_seconds_to_final": percentiles(waits),
            "node_cpu_us_a_reading": round(usage * 1e6 / readings, 1),
            "log_bytes_a_reading": round((log_bytes(home) - before[0]) / readings, 2),
            "state_bytes_a_station": entries,
            "read_model_s": round(time.monotonic() - started, 1),
        }  # fmt: skip


async def check(http: httpx.AsyncClient, stations: int, hours: int) -> int:
    """Each station has read all; the bytes of one entry."""
    height = (await http.get("/api/status")).json()["height"]
    while (await http.get(f"/api/blocks/{height}")).status_code != 200:
        await asyncio.sleep(0.1)
    taken, after, size = 0, "", 0
    path = f"/api/scenarios/{WATER}/parts/readings"
    asked = {"limit": 200, "stored": True}
    while after is not None:
        answer = await http.get(
            path, params=asked | ({"after": after} if after else {})
        )
        answer.raise_for_status()
        page = answer.json()
        for each in page["entries"]:
            taken += each["entry"]["taken"]
            size = len(each["stored"]) // 2
        after = page["next"]
    assert taken == stations * hours * READINGS, taken
    return size


def log_bytes(home: Path) -> int:
    return sum(file.stat().st_size for file in (home / "blocks").rglob("*"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--suite", choices=["intl", "sm"], default="intl")
    parser.add_argument("--stations", type=int, default=1_000)
    parser.add_argument("--hours", type=int, default=24)
    parser.add_argument("--seconds", help="taken by all benchmarks; not used here")
    parser.add_argument("--json", action="store_true", help="JSON only, last line")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="huabiao-bench-") as folder:
        home = Path(folder)
        node = start_node(home, given.suite)
        try:
            report = asyncio.run(
                drive(home, given.suite, given.stations, given.hours, node.pid)
            )
        finally:
            node.terminate()
            node.wait(30)
    report = {"machine": machine(), "suite": given.suite} | report
    print(json.dumps(report, indent=None if given.json else 1))


if __name__ == "__main__":
    main()
