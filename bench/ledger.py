"""
One complete node under load: ingress over HTTP, signature checks, contract, receipts,
events, state root, log fsync, state, read model.

The load comes from this process: envelopes signed beforehand by 200 clients and posted
in batches over a few connections; the node is a child process. In the same run the bare
signature check is timed on one core, before the node starts. Afterwards receipts are
counted, a proof is verified offline, and the read model must have followed.

    python -m bench.ledger --suite intl --seconds 10 --json
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import msgspec

from bench.machine import children_cpu, machine, percentiles
from huabiao.client.port import Outcome
from huabiao.client.remote import HEADERS, outcomes_in
from huabiao.client.signing import call, sign_envelope
from huabiao.client.wallets import open_identity
from huabiao.crypto import intl
from huabiao.crypto.keys import Keys, generate
from huabiao.crypto.suite import SUITES, Item, suite
from huabiao.proofs.verify import verify

CLIENTS, BATCH, CONNECTIONS = 200, 500, 8
PORT = 18_765
VALIDITY_MS = 240_000


def measure(suite_name: str, seconds: float, records: int) -> dict[str, Any]:
    """Run everything for one suite; returns the report."""
    report: dict[str, Any] = {
        "machine": machine(),
        "parameters": {
            "suite": suite_name, "seconds": seconds, "clients": CLIENTS,
            "batch": BATCH, "connections": CONNECTIONS, "records_a_batch": records,
        },
    }  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="huabiao-bench-") as folder:
        home = Path(folder)
        report["bare_verify_a_second_one_core"] = bare_verify_rate(suite_name)
        node = start_node(home, suite_name)
        try:
            report |= asyncio.run(drive(home, suite_name, seconds, records))
            usage = children_cpu(node.pid)
            report["cpu_us_an_envelope"] = round(
                usage * 1e6 / max(report["committed"], 1), 1
            )
        finally:
            node.terminate()
            node.wait(30)
        blocks = sum(f.stat().st_size for f in (home / "blocks").rglob("*"))
        report["log_bytes_total"] = blocks
    rate, bare = report["committed_a_second"], report["bare_verify_a_second_one_core"]
    report["ratio_to_bare_verify"] = round(rate / bare, 3)
    return report


def bare_verify_rate(suite_name: str) -> float:
    """
    Signatures checked a second on one core: of `intl` by libsodium, whatever is faster
    beside it, so that figures of different days compare; of `sm` as the node does.
    """
    chosen = suite(suite_name)
    check = verify_each if suite_name == "intl" else chosen.verify_many
    keys = [chosen.generate() for _ in range(8)]
    items = []
    for index in range(2_000):
        pair, message = keys[index % 8], index.to_bytes(200, "big")
        items.append((pair.public, message, chosen.sign(pair.secret, message)))
    check(items)  # tables and compilation
    started, rounds = time.process_time(), 0
    while time.process_time() - started < 2:
        assert check(items) == b"\x01" * len(items)
        rounds += 1
    return round(rounds * len(items) / (time.process_time() - started))


def verify_each(items: list[Item]) -> bytes:
    """By libsodium, one after another."""
    return bytes(intl.verify(*item) for item in items)


def start_node(home: Path, suite_name: str) -> "subprocess.Popen[bytes]":
    """A node in a process of its own, ready to serve."""
    command = [
        str(Path(sys.executable).with_name("huabiao")), "up", "--home", str(home),
        "--port", str(PORT), "--suite", suite_name, "--story", "none",
    ]  # fmt: skip
    node = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"http://127.0.0.1:{PORT}/api/health").status_code == 200:
                return node
        except httpx.TransportError:
            time.sleep(0.1)
    node.kill()
    raise SystemExit("the node did not come up within 60 s")


async def drive(
    home: Path, suite_name: str, seconds: float, records: int
) -> dict[str, Any]:
    """Single envelopes first, then signed batches of digests."""
    limits = httpx.Limits(max_connections=CONNECTIONS + 2)
    url = f"http://127.0.0.1:{PORT}"
    async with httpx.AsyncClient(base_url=url, timeout=120, limits=limits) as http:
        chain = (await http.get("/api/status")).json()["chain"]
        operator = open_identity(home, "operator", suite_name)
        clients = [generate(f"client {n}", suite_name) for n in range(CLIENTS)]
        grants = [
            call("governance", "grant_role", "bench", scenario="hazardous_waste",
                 role="generator", account=client.account)
            for client in clients
        ]  # fmt: skip
        granted = await post(http, [sign_envelope(chain, operator, grants)])
        assert granted[0].accepted, granted
        singles = await single_envelopes(http, chain, clients, seconds)
        batches = await signed_batches(http, chain, clients[0], seconds / 2, records)
        proof = await check(http, batches.pop("an_envelope"))
        status = (await http.get("/api/status")).json()
    return {**singles, "batches": batches, "proof": proof, "height": status["height"]}


async def single_envelopes(
    http: httpx.AsyncClient, chain: str, clients: list[Keys], seconds: float
) -> dict[str, Any]:
    """Individually signed drafts of a manifest, posted as fast as they are taken."""
    prepared = sign_many(chain, clients, int(seconds * 22_000) // BATCH * BATCH)
    batches = [prepared[i : i + BATCH] for i in range(0, len(prepared), BATCH)]
    encoded = [msgspec.msgpack.encode(batch) for batch in batches]
    waits: list[float] = []
    accepted = 0
    started = time.monotonic()

    async def connection() -> None:
        nonlocal accepted
        while encoded and time.monotonic() - started < seconds:
            body, before = encoded.pop(), time.monotonic()
            response = await http.post("/api/envelopes", content=body, headers=HEADERS)
            response.raise_for_status()
            accepted += sum(each.accepted for each in outcomes_in(response.content))
            waits.append(time.monotonic() - before)

    await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
    elapsed = time.monotonic() - started
    return {
        "committed": accepted,
        "committed_a_second": round(accepted / elapsed),
        "seconds_to_final": percentiles(waits),
        "envelope_bytes": len(prepared[0]),
        "ran_out": not encoded,
    }


def sign_many(chain: str, clients: list[Keys], count: int) -> list[bytes]:
    """Sign before the clock starts; the load generator must not be what is measured."""
    until = int(time.time() * 1000) + VALIDITY_MS
    made, run = [], os.urandom(4).hex()
    for index in range(count):
        draft = call(
            "hazardous_waste", "draft", f"bench-{run}-{index}",
            waste_code="900-041-49", declared=1_000,
        )  # fmt: skip
        client = clients[index % len(clients)]
        made.append(sign_envelope(chain, client, [draft], valid_until=until))
    return made


async def signed_batches(
    http: httpx.AsyncClient, chain: str, client: Keys, seconds: float, records: int
) -> dict[str, Any]:
    """Digests of files under one signature; each is provable alone."""
    joined = os.urandom(32 * records)
    chunks = [joined[i : i + 64_000] for i in range(0, len(joined), 64_000)]
    done, started = 0, time.monotonic()
    waits: list[float] = []
    while time.monotonic() - started < seconds:
        before = time.monotonic()
        envelopes = [
            sign_envelope(chain, client, [call("evidence", "notarize", digests=chunks)])
            for _ in range(8)
        ]
        outcomes = await post(http, envelopes)
        assert all(each.accepted for each in outcomes), outcomes[0]
        done += records * len(outcomes)
        waits.append(time.monotonic() - before)
    elapsed = time.monotonic() - started
    return {
        "an_envelope": outcomes[0].envelope,
        "records": done,
        "records_a_second": round(done / elapsed),
        "seconds_to_final": percentiles(waits),
    }


async def post(
    http: httpx.AsyncClient, envelopes: list[bytes], url: str = ""
) -> list[Outcome]:
    body = msgspec.msgpack.encode(envelopes)
    response = await http.post(f"{url}/api/envelopes", content=body, headers=HEADERS)
    response.raise_for_status()
    return outcomes_in(response.content)


async def check(http: httpx.AsyncClient, envelope: str) -> dict[str, Any]:
    """The read model knows the last batch, and a file of it verifies offline."""
    started = time.monotonic()
    while True:
        response = await http.get(f"/api/proofs/{envelope}.0")
        if response.status_code == 200:
            break
        if time.monotonic() - started > 120:
            raise SystemExit(f"the read model never showed {envelope}")
        await asyncio.sleep(0.1)
    behind = time.monotonic() - started
    trust, proof = (await http.get("/api/trust")).json(), response.content
    started, rounds = time.perf_counter(), 100
    for _ in range(rounds):
        verdict = verify(proof, trust)
        assert verdict.ok, verdict.sentence
    return {
        "bytes": len(proof),
        "verify_ms": round((time.perf_counter() - started) * 1000 / rounds, 3),
        "read_model_behind_seconds": round(behind, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--suite", choices=SUITES, default="intl")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--json", action="store_true", help="JSON only, last line")
    arguments = parser.parse_args()
    report = measure(arguments.suite, arguments.seconds, arguments.records)
    print(json.dumps(report, indent=None if arguments.json else 1))


if __name__ == "__main__":
    main()
