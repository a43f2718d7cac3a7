"""
A thousand departments at once against the data gateway: a real PostgreSQL table of a
million rows, each request signed, checked against its own grant, sealed to its reader
and receipted on the chain before the rows leave.

Twice: each client at its own pace, so many requests a second in all; then each client
again as soon as it is answered. The load comes from this process, over connections that
stay open; requests are signed before the clock starts. Afterwards a sample is opened
and held against the table, and the chain's count of receipts must be the number of
answers.

    python -m bench.gateway --seconds 10 --clients 1000 --rows 1000000 --json
"""

import argparse
import asyncio
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.gateway_city import OWNER, TABLE
from bench.ledger import children_cpu
from bench.machine import machine, percentiles
from huabiao.client.fetching import open_rows, sign_fetch
from huabiao.client.remote import Remote, Unreachable
from huabiao.client.signing import call
from huabiao.client.wallets import open_identity
from huabiao.crypto.keys import Keys, generate

PORT = 18_766
COLUMNS = ["id", "full_name", "district", "born"]
ROWS_A_FETCH, START_SECONDS = 20, 120
DAY_MS = 86_400_000


def measure(seconds: float, clients: int, rows: int, rate: int) -> dict[str, Any]:
    """Bring up the city, agree on a grant a client, load it, check, report."""
    report: dict[str, Any] = {
        "machine": machine(),
        "parameters": {
            "seconds": seconds, "clients": clients, "table_rows": rows,
            "rows_a_fetch": ROWS_A_FETCH, "offered_a_second": rate, "suite": "intl",
        },
    }  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="huabiao-bench-") as folder:
        home = Path(folder)
        home.chmod(0o755)  # PostgreSQL runs as an account of its own
        words = [str(home), str(PORT), str(rows)]
        node = subprocess.Popen([sys.executable, "-m", "bench.gateway_city", *words])
        try:
            with wait_for(node) as city:
                readers = agree(city, home, clients)
                paced = asyncio.run(drive(city, readers, seconds, rows, rate))
                report["at_the_offered_rate"] = paced
                report["saturated"] = asyncio.run(drive(city, readers, seconds, rows))
                answered = paced["answered"] + report["saturated"]["answered"]
                report["checked"] = check(city, home, answered)
            cpu = children_cpu(node.pid) * 1e6 / max(1, answered)
            report["cpu_us_a_request_with_setup"] = round(cpu)
        finally:
            node.send_signal(signal.SIGINT)
            node.wait(60)
    return report


def wait_for(node: "subprocess.Popen[bytes]") -> Remote:
    city = Remote(f"http://127.0.0.1:{PORT}")
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and node.poll() is None:
        try:
            city.status()
            return city
        except Unreachable:
            time.sleep(0.2)
    raise SystemExit("the city did not come up")


def agree(city: Remote, home: Path, clients: int) -> list[tuple[Keys, str]]:
    """Scan the table into the directory; a request and a grant for every client."""
    scan = [
        str(Path(sys.executable).with_name("huabiao")), "directory", "scan",
        (home / "database.url").read_text(), "--department", OWNER,
        "--home", str(home), "--url", city.url,
    ]  # fmt: skip
    subprocess.run(scan, check=True, stdout=subprocess.DEVNULL)
    operator = open_identity(home, "operator", "intl")
    owner = open_identity(home, OWNER, "intl")
    readers = [(generate(f"reader {n}", "intl"), f"grant-{n}") for n in range(clients)]
    now = int(time.time() * 1000)
    terms = [
        COLUMNS, [], now, now + DAY_MS, 1_000_000, ROWS_A_FETCH, 10_000_000,
        "interface",
    ]  # fmt: skip
    for start in range(0, clients, 100):
        part = readers[start : start + 100]
        roles = [
            call("governance", "grant_role", "bench", scenario="sharing",
                 role="department", account=reader.account)
            for reader, _ in part
        ]  # fmt: skip
        assert city.send(operator, *roles).accepted
        for reader, grant in part:
            asked = call(
                "sharing", "request", grant, table=TABLE, purpose="benchmark",
                legal_basis="none", terms=terms,
            )  # fmt: skip
            outcome = city.send(reader, asked)
            assert outcome.accepted, outcome
        grants = [call("sharing", "approve", grant, terms=terms) for _, grant in part]
        outcome = city.send(owner, *grants)
        assert outcome.accepted, outcome
    return readers


def prepare(
    city: Remote,
    readers: list[tuple[Keys, str]],
    seconds: float,
    rows: int,
    chance: random.Random,
) -> list[tuple[Keys, list[int], list[bytes]]]:
    """Signed requests for each client, and the first row that each asks for."""
    each = max(3, int(seconds * 1_500 / len(readers)) + 2)
    prepared = []
    for keys, grant in readers:
        wanted = [chance.randrange(1, rows) for _ in range(each)]
        fetches = [
            sign_fetch(
                city.chain, keys, grant, COLUMNS, [("id", "ge", [str(start)])],
                ROWS_A_FETCH,
            )
            for start in wanted
        ]  # fmt: skip
        prepared.append((keys, wanted, fetches))
    return prepared


async def drive(
    city: Remote,
    readers: list[tuple[Keys, str]],
    seconds: float,
    rows: int,
    rate: int = 0,
) -> dict[str, Any]:
    """
    Every client fetches again and again over a connection of its own: at `rate`
    requests a second in all, or where that is 0, as soon as it is answered.
    """
    pause = len(readers) / rate if rate else 0.0
    chance = random.Random(rate)
    prepared = prepare(city, readers, seconds, rows, chance)
    waits: list[float] = []
    failures: list[bytes] = []
    samples: list[tuple[Keys, int, bytes]] = []
    started = time.monotonic()

    async def client(keys: Keys, wanted: list[int], fetches: list[bytes]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
        due = started + pause * chance.random()
        for start, raw in zip(wanted, fetches, strict=True):
            if max(due, time.monotonic()) - started > seconds:
                break
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            before = due if rate else time.monotonic()  # when it would have asked
            due += pause
            status, body = await post(reader, writer, raw)
            if status == 200:
                waits.append(time.monotonic() - before)
                samples.append((keys, start, body))
            else:
                failures.append(body)
        writer.close()

    await asyncio.gather(*(client(*each) for each in prepared))
    elapsed = time.monotonic() - started
    if failures:
        raise SystemExit(f"{len(failures)} refused, such as {failures[0][:300]!r}")
    check_rows(chance.sample(samples, min(50, len(samples))), rows)
    return figures(waits, elapsed) | {"ran_out_of_requests": elapsed < seconds}


def figures(waits: list[float], elapsed: float) -> dict[str, Any]:
    return {
        "answered": len(waits),
        "requests_a_second": round(len(waits) / elapsed),
        "seconds_to_answer": percentiles(waits),
    }


def check_rows(samples: list[tuple[Keys, int, bytes]], rows: int) -> None:
    """What some clients were sent opens with their keys, and is what they asked for."""
    for keys, start, body in samples:
        ids = [row[0] for row in open_rows(keys, body).rows]
        assert ids == list(range(start, min(start + ROWS_A_FETCH, rows + 1))), ids


async def post(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, raw: bytes
) -> tuple[int, bytes]:
    """One POST over a kept connection: a thin client, for it shares the machine."""
    head = (
        "POST /api/sharing/fetch HTTP/1.1\r\nhost: 127.0.0.1\r\n"
        f"content-type: application/octet-stream\r\ncontent-length: {len(raw)}\r\n\r\n"
    )
    writer.write(head.encode() + raw)
    answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = int(answer.partition("content-length:")[2].partition("\r\n")[0])
    return int(answer.split(" ", 2)[1]), await reader.readexactly(length)


def check(city: Remote, home: Path, answered: int) -> dict[str, Any]:
    """Every answer has its receipt on the chain, by the owner's own count."""
    owner = city.as_(open_identity(home, OWNER, "intl"))
    fetches, after = 0, None
    while True:
        page = owner.get("/api/scenarios/sharing/records", after=after, limit=200)
        fetches += sum(each["fields"]["fetches"] for each in page["records"])
        after = page["next"]
        if after is None:
            break
    assert fetches == answered, (fetches, answered)
    return {"receipts_on_chain": fetches, "height": city.status()["height"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--clients", type=int, default=1_000)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rate", type=int, default=500, help="offered a second")
    parser.add_argument("--json", action="store_true", help="JSON only, last line")
    arguments = parser.parse_args()
    report = measure(
        arguments.seconds, arguments.clients, arguments.rows, arguments.rate
    )
    print(json.dumps(report, indent=None if arguments.json else 1))


if __name__ == "__main__":
    main()
