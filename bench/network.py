"""
Several members under load: complete nodes behind CometBFT, on this machine.

For each (members, suite) a network is brought up with `huabiao up --engine cometbft`,
with doors, state, receipts and read model. Envelopes signed beforehand by 200 clients
go to every member's door, at an offered rate and then as fast as they are answered;
then batches of digests under one signature. Before and after, in the same run,
CometBFT's own kvstore in Go is loaded over its own RPC: no signatures, no state root,
no disk log. `saturation` is the best rate whose p95 is within two seconds, and
`of_the_kvstore` its ratio to the mean of the two.

At the end every member must hold the same block at each height, and as many accepted
envelopes as clients were told.

    python -m bench.network --seconds 10 --json [--members 1,4] [--suite intl,sm]
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import msgspec

from bench.kvstore import measure_kvstore
from bench.ledger import post, sign_many
from bench.machine import cpu_by_step, machine, percentiles
from bench.network_members import (
    WIRE,
    Nodes,
    compare,
    footprint,
    read_model_lag,
    summed,
)
from huabiao.client.remote import HEADERS, outcomes_in
from huabiao.client.signing import call, sign_envelope
from huabiao.client.wallets import open_identity
from huabiao.crypto.keys import Keys, generate

CLIENTS, BATCH, CONNECTIONS, RECORDS = 200, 100, 6, 10_000
WARM = 1_500, 10.0
"""A second, for so long, before anything is counted: kernels are loaded by then."""
OFFERED = {1: (4_000, 9_000), 4: (1_500, 3_000, 4_000)}
PROMPT_S = 2.0
OFFERED_PQ, MOST_PQ = (300, 900), 900
"""Of ML-DSA-65, whose signatures take the load generator long to make."""


async def drive(nodes: Nodes, suite: str, seconds: float) -> dict[str, Any]:
    """Offered rates, saturation, batches; then everything is compared."""
    chain = nodes.facts["chain"]
    clients = [generate(f"client {n}", suite) for n in range(CLIENTS)]
    report: dict[str, Any] = {"members": nodes.members, "suite": suite, "offered": []}
    limits = httpx.Limits(max_connections=400, keepalive_expiry=2.0)
    async with httpx.AsyncClient(timeout=120, limits=limits) as http:
        await grant(http, nodes, chain, clients, suite)
        warm = min(WARM[0], OFFERED_PQ[0] if suite == "pq" else WARM[0]), WARM[1]
        accepted = (await load(http, nodes, chain, clients, *warm))["accepted"]
        await read_model_lag(http, nodes)
        before, started = accepted, time.monotonic()
        cpu = cpu_by_step(nodes.process.pid)
        wire = await summed(http, nodes, WIRE)
        rates = OFFERED_PQ if suite == "pq" else OFFERED.get(nodes.members, (1_000,))
        for rate in [*rates, 0]:
            found = await load(http, nodes, chain, clients, rate, seconds)
            accepted += found["accepted"]
            report["offered"].append(found)
            found["read_model_behind_s"] = await read_model_lag(http, nodes)
        used = cpu_by_step(nodes.process.pid)
        each = max(accepted - before, 1) * nodes.members
        report["cpu_us_an_envelope_a_member"] = round(
            (sum(used.values()) - sum(cpu.values())) * 1e6 / each, 1
        )
        report["cpu_us_by_step"] = {
            step: round((spent - cpu.get(step, 0.0)) * 1e6 / each, 1)
            for step, spent in sorted(used.items())
        }
        sent = await summed(http, nodes, WIRE) - wire
        report["wire_bytes_an_envelope_a_member"] = round(sent / each)
        report["batches"] = await batches(http, nodes, chain, clients, seconds)
        report["same_blocks"] = await compare(http, nodes)
        report["seconds"] = round(time.monotonic() - started, 1)
    report["accepted"] = accepted
    report |= footprint(nodes, accepted)
    return report


async def grant(
    http: httpx.AsyncClient, nodes: Nodes, chain: str, clients: list[Keys], suite: str
) -> None:
    operator = open_identity(nodes.home, "operator", suite)
    grants = [
        call("governance", "grant_role", "bench", scenario="hazardous_waste",
             role="generator", account=client.account)
        for client in clients
    ]  # fmt: skip
    envelope = sign_envelope(chain, operator, grants)
    granted = await post(http, [envelope], nodes.urls[0])
    if not granted[0].accepted:
        raise SystemExit(f"no roles: {granted}")


def most_of(client: Keys, members: int) -> int:
    """Envelopes a second to have ready for who sends as fast as it is answered."""
    return MOST_PQ if len(client.public) > 64 else 20_000 // members


async def load(
    http: httpx.AsyncClient, nodes: Nodes, chain: str, clients: list[Keys],
    rate: int, seconds: float,
) -> dict[str, Any]:  # fmt: skip
    """Envelopes at a rate (0: as fast as they are answered) over all doors."""
    most = rate or most_of(clients[0], nodes.members)
    prepared = sign_many(chain, clients, int(most * seconds) // BATCH * BATCH)
    bodies = [
        msgspec.msgpack.encode(prepared[i : i + BATCH])
        for i in range(0, len(prepared), BATCH)
    ]
    waits: list[float] = []
    codes: dict[str, int] = {}
    started = time.monotonic()

    async def send(number: int, body: bytes) -> None:
        before = time.monotonic()
        address = f"{nodes.urls[number % nodes.members]}/api/envelopes"
        response = await http.post(address, content=body, headers=HEADERS)
        if response.status_code != 200:  # such as a full node, which says so at once
            code = f"http {response.status_code}"
            codes[code] = codes.get(code, 0) + BATCH
            await asyncio.sleep(0 if rate else 1)
            return
        for each in outcomes_in(response.content):
            codes[each.code] = codes.get(each.code, 0) + 1
        waits.append(time.monotonic() - before)

    if rate:
        await _open_loop(bodies, send, rate, started)
    else:
        await _closed_loop(bodies, send, nodes.members, started + seconds)
    elapsed = time.monotonic() - started
    accepted = codes.pop("ok", 0)
    return {
        "offered_a_second": rate or "as answered",
        "accepted": accepted,
        "committed_a_second": round(accepted / elapsed),
        "seconds_to_final": percentiles(waits),
        "others": codes,
    }


async def _open_loop(
    bodies: Sequence[bytes], send: Any, rate: int, started: float
) -> None:
    sending = []
    for number, body in enumerate(bodies):
        due = started + number * BATCH / rate
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        sending.append(asyncio.create_task(send(number, body)))
    await asyncio.gather(*sending)


async def _closed_loop(
    bodies: list[bytes], send: Any, members: int, end: float
) -> None:
    left = iter(enumerate(bodies))

    async def connection() -> None:
        for number, body in left:
            await send(number, body)
            if time.monotonic() > end:
                return

    await asyncio.gather(*(connection() for _ in range(CONNECTIONS * members)))


async def batches(
    http: httpx.AsyncClient, nodes: Nodes, chain: str, clients: list[Keys],
    seconds: float,
) -> dict[str, Any]:  # fmt: skip
    """Digests of files under one signature, to every door in turn."""
    chunks = [os.urandom(32_000) for _ in range(RECORDS // 1_000)]
    waits: list[float] = []
    done, started = 0, time.monotonic()

    async def connection(number: int) -> None:
        nonlocal done
        client = clients[number % len(clients)]
        while time.monotonic() - started < seconds:
            before = time.monotonic()
            made = call("evidence", "notarize", digests=chunks)
            envelope = sign_envelope(chain, client, [made])
            url = nodes.urls[number % nodes.members]
            (outcome,) = await post(http, [envelope], url)
            if not outcome.accepted:
                raise SystemExit(f"a batch was refused: {outcome}")
            done += RECORDS
            waits.append(time.monotonic() - before)

    await asyncio.gather(*(connection(n) for n in range(4 * nodes.members)))
    return {
        "records": done,
        "records_a_second": round(done / (time.monotonic() - started)),
        "seconds_to_final": percentiles(waits),
    }


def measure(
    members: int, suites: Sequence[str], seconds: float, kvstore: bool
) -> list[dict[str, Any]]:
    """A network of each suite; the kvstore before, between and after, since a machine
    is not as fast in one minute as in the next."""
    runs = [measure_kvstore(members, seconds)] if kvstore else []
    for suite in suites:
        with tempfile.TemporaryDirectory(prefix="huabiao-net-") as folder:
            nodes = Nodes(Path(folder) / "net", members, suite)
            try:
                found = asyncio.run(drive(nodes, suite, seconds))
            finally:
                nodes.stop()
        within = [each for each in found["offered"] if is_prompt(each)]
        rates = [each["committed_a_second"] for each in within]
        found["saturation"] = max(rates, default=0)
        runs.append(found)
        if kvstore:
            runs.append(measure_kvstore(members, seconds))
            around = [each["committed_a_second"] for each in (runs[-3], runs[-1])]
            found["of_the_kvstore"] = round(2 * found["saturation"] / sum(around), 3)
        print(json.dumps(found), file=sys.stderr, flush=True)
    return runs


def is_prompt(found: dict[str, Any]) -> bool:
    """Whether 95 of 100 envelopes were final within PROMPT_S."""
    return bool(found["seconds_to_final"].get("p95", PROMPT_S + 1) <= PROMPT_S)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", default="1,4")
    parser.add_argument("--suite", default="intl,sm")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--no-kvstore", action="store_true")
    parser.add_argument("--json", action="store_true", help="JSON only, last line")
    options = parser.parse_args()
    runs = []
    for members in map(int, options.members.split(",")):
        suites = options.suite.split(",")
        runs += measure(members, suites, options.seconds, not options.no_kvstore)
    parameters = {
        "seconds": options.seconds, "clients": CLIENTS, "batch": BATCH,
        "connections_a_member": CONNECTIONS, "records_a_batch": RECORDS,
    }  # fmt: skip
    report = {"bench": "network", "machine": machine(), "parameters": parameters,
              "runs": runs}  # fmt: skip
    print(json.dumps(report, indent=None if options.json else 1))


if __name__ == "__main__":
    main()
