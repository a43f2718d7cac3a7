"""
Crossings between two chains: from the block that sends to the block that acknowledges.

Two embedded chains and one relay, each in a process of its own; this process sends
greetings on the one at a steady rate. Both ends of a crossing are block times of the
sending chain, read from its log afterwards, so that nothing measured is this process's
own waiting. Beside it: the bytes of a proof, what a packet costs, and what one step of
a light client takes in each suite.

    python -m bench.crossing --seconds 10 --rate 200 --json
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from bench.crossing_steps import GREETINGS, step_costs
from bench.machine import children_cpu, machine, percentiles
from huabiao.client.remote import Remote
from huabiao.client.signing import call, sign_envelope
from huabiao.client.wallets import open_identity
from huabiao.ledger.block import open_block
from huabiao.ledger.genesis import decode_genesis
from huabiao.ledger.ledger import Ledger
from huabiao.testing.founding import found_home

PORTS = {"beijing": 18_771, "haidian": 18_772}
MOST, CALLS, HOUR_MS, PATIENCE_S = 1_000_000, 10, 3_600_000, 120
HUABIAO = [sys.executable, "-m", "huabiao"]


def url_of(chain: str) -> str:
    return f"http://127.0.0.1:{PORTS[chain]}"


def start(folder: Path, suites: dict[str, str]) -> "list[subprocess.Popen[bytes]]":
    """Both chains, served; they follow each other and have a route each way."""
    nodes = []
    for chain, suite in suites.items():
        home = found_home(folder / chain, chain, suite, [GREETINGS]).folder
        command = [*HUABIAO, "up", "--home", str(home), "--port", str(PORTS[chain])]
        nodes.append(subprocess.Popen(command, stdout=subprocess.DEVNULL))
    for chain in suites:
        wait_for(chain)
    for here, there in (("beijing", "haidian"), ("haidian", "beijing")):
        where = ["--home", str(folder / here), "--url", url_of(here)]
        words = ["chain", "follow", url_of(there)]
        run([*words, "--as", "operator", *where])
        run(["chain", "route", there, "--counterpart", here, "--most", str(MOST),
             "--as", "operator", *where])  # fmt: skip
    return nodes


def wait_for(chain: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{url_of(chain)}/api/health").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit(f"{chain} did not come up within 60 s")


def run(words: list[str]) -> None:
    subprocess.run([*HUABIAO, *words], check=True, stdout=subprocess.DEVNULL)


def send(folder: Path, suite: str, seconds: float, rate: int) -> int:
    """Greet at a rate, so many greetings an envelope; gives how many were sent."""
    keys = open_identity(folder / "beijing", "citizen", suite, make=True)
    sent, started = 0, time.monotonic()
    with Remote(url_of("beijing")) as city:
        while (passed := time.monotonic() - started) < seconds:
            due = int(passed * rate) - sent
            if due < CALLS:
                time.sleep(0.01)
                continue
            until = int(time.time() * 1000) + HOUR_MS
            greet = call("greetings", "greet", "", route="haidian", words=["你好"],
                         timeout=until)  # fmt: skip
            batch = [
                sign_envelope("beijing", keys, [greet] * CALLS)
                for _ in range(due // CALLS)
            ]
            for outcome in city.submit(batch):
                assert outcome.accepted, outcome
                sent += CALLS
    return sent


def wait_until_acknowledged(sent: int) -> None:
    """All of them; AssertionError where they do not come."""
    deadline = time.monotonic() + PATIENCE_S
    with Remote(url_of("beijing")) as city:
        while time.monotonic() < deadline:
            counts = city.get("/api/scenarios/packets/records", limit=1)["counts"]
            if counts.get("acknowledged", 0) >= sent:
                return
            time.sleep(0.2)
    raise AssertionError(f"not all of {sent} packets were acknowledged: {counts}")


def life_spans(home: Path) -> tuple[list[float], float, int]:
    """Seconds from a packet's block to its acknowledgement's, of each; seconds from the
    first to the last; the bytes of a proof."""
    genesis = decode_genesis((home / "genesis").read_bytes())
    ledger = Ledger(home, genesis)
    began: dict[str, int] = {}
    ended: dict[str, int] = {}
    proofs = []
    for height in range(1, ledger.log.height + 1):
        header, _, envelopes = open_block(ledger.log.read(height), ledger.digest)
        for each in (c for e in envelopes for c in e.body.calls):
            if each.operation == "acknowledge":
                ended.setdefault(each.key, header.time)
                proofs.append(len(each.arguments["proof"]))
            elif each.operation == "greet":
                began[f"haidian.{len(began) + 1}"] = header.time
    ledger.close()
    spans = [(ended[key] - at) / 1000 for key, at in began.items()]
    whole = (max(ended.values()) - min(began.values())) / 1000
    return spans, whole, sum(proofs) // len(proofs)


def measure(suites: dict[str, str], seconds: float, rate: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="huabiao-bench-") as name:
        folder = Path(name)
        nodes = start(folder, suites)
        command = [*HUABIAO, "relay", *map(url_of, suites), "--json"]
        command += ["--home", str(folder / "relay")]
        relay = subprocess.Popen(command, stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL)  # fmt: skip
        processes = dict(zip(["relay", *suites], [relay, *nodes], strict=True))
        try:
            before = {name: children_cpu(p.pid) for name, p in processes.items()}
            sent = send(folder, suites["beijing"], seconds, rate)
            wait_until_acknowledged(sent)
            cpu = {
                name: children_cpu(each.pid) - before[name]
                for name, each in processes.items()
            }
            relay.terminate()
            told = json.loads(relay.communicate(timeout=60)[0].splitlines()[-1])
        finally:
            for each in (relay, *nodes):
                each.terminate()
                each.wait(30)
        spans, whole, proof = life_spans(folder / "beijing")
    kept = ("chain", "envelopes", "refused", "bytes_a_packet", "cost_a_packet")
    return {
        "crossings": sent,
        "crossings_a_second": round(sent / whole, 1),
        "seconds_end_to_end": percentiles(spans),
        "proof_bytes": proof,
        "carrying": [{key: each[key] for key in kept} for each in told["chains"]],
        "cpu_ms_a_crossing": {
            name: round(1000 * spent / sent, 2) for name, spent in cpu.items()
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rate", type=int, default=200, help="greetings a second")
    parser.add_argument("--suites", default="intl,sm", help="of the two chains")
    parser.add_argument("--json", action="store_true", help="JSON only, last line")
    given = parser.parse_args()
    suites = dict(zip(PORTS, given.suites.split(","), strict=True))
    report = {
        "machine": machine(),
        "parameters": {"seconds": given.seconds, "rate": given.rate, "suites": suites},
        **measure(suites, given.seconds, given.rate),
        "light_client_step_cpu_ms": step_costs(),
    }
    print(json.dumps(report, ensure_ascii=False, indent=None if given.json else 1))


if __name__ == "__main__":
    main()
