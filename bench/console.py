"""
The console with people at work: how long its pages take to answer.

A city with many records, and so many people, each with a connection of his own and a
pause between two pages: most of them signed in, some acting as well as reading. Half
are parties of what they read. The load comes from this machine; a page is counted from
the request to its last byte. Every answer must be a page of the right kind.

    python -m bench.console --people 200 --records 20000 --seconds 20 --json
    python -m bench.console --people 200 --records 1000000 --home DIR --seconds 120

Records are made by real envelopes of two hundred calls, ten at once: some thousands a
second, most of it the ledger's own work. With --home the filled city is kept, and the
next run with as many records finds it there. `cpu_ms_by_page` is what the node and its
processes spend on one page while nobody else asks for any.
"""

import argparse
import asyncio
import json
import random
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import msgspec

from bench.machine import children_cpu, machine, percentiles, resident_mib
from huabiao.client.remote import Answered, Remote
from huabiao.client.signing import call, sign_envelope
from huabiao.client.wallets import open_identity
from huabiao.crypto.keys import Keys
from huabiao.testing.ports import free_port

SCENARIO, CALLS, ENVELOPES = "hazardous_waste", 200, 10
AIM_S, ASKED_ALONE = 0.3, 40
NAMES = (None, "plant", "truck", "plant", "bureau")
"""Whose key each of the people has; the first is signed out."""
PAGES = (
    ("overview", "/"),
    ("catalogue", "/scenarios"),
    ("scenario", f"/scenarios/{SCENARIO}"),
    ("scenario, one state", f"/scenarios/{SCENARIO}?state=moving"),
    ("record", f"/scenarios/{SCENARIO}/{{record}}"),
    ("blocks", "/blocks"),
    ("directory", "/directory"),
    ("my page", "/me"),
)
SUPERVISED = (
    ("supervision", "/supervision"),
    ("case", f"/supervision/{SCENARIO}/{{record}}"),
)


def measure(given: argparse.Namespace) -> dict[str, Any]:
    """Bring up the city, fill it, let people work, report."""
    report: dict[str, Any] = {
        "machine": machine(),
        "parameters": {"people": given.people, "records": given.records,
                       "seconds": given.seconds, "pause_s": given.pause},
    }  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="huabiao-bench-") as folder:
        home = given.home or Path(folder)
        command = [sys.executable, "-m", "huabiao", "up", "--home", str(home), "--json"]
        node = subprocess.Popen(
            [*command, "--port", str(free_port()), "--story", "none"],
            stdout=subprocess.PIPE,
        )
        try:
            assert node.stdout is not None
            url = json.loads(node.stdout.readline())["url"]
            with Remote(url) as city:
                report |= measure_city(city, home, node.pid, given)
        finally:
            node.send_signal(signal.SIGTERM)
            node.wait(600)
    return report


def measure_city(
    city: Remote, home: Path, pid: int, given: argparse.Namespace
) -> dict[str, Any]:
    """What one city shows: the cost of a page alone, then people at work."""
    started = time.monotonic()
    crowd = fill(city, home, given.records)
    filled = round(time.monotonic() - started, 1)
    working = Working(city, crowd, given.records, given.seconds, given.pause)
    sign_in(working)
    alone = cpu_by_page(working, pid)
    before = children_cpu(pid)
    found = asyncio.run(work(working, given.people))
    cores = (children_cpu(pid) - before) / found["seconds"]
    return {
        "seconds_to_fill": filled, "cpu_ms_by_page": alone, **found,
        "cpu_cores": round(cores, 2), "memory_mib": resident_mib(pid),
    }  # fmt: skip


def fill(city: Remote, home: Path, records: int) -> dict[str, Keys]:
    """Drafted loads of one generator, every second one collected by one carrier; those
    that an earlier run left in this home are not made again."""
    operator = open_identity(home, "operator", city.suite_name)
    roles = {"generator": "plant", "carrier": "truck", "supervisor": "bureau"}
    crowd = {
        name: open_identity(home, name, city.suite_name, make=True)
        for name in roles.values()
    }
    outcome = city.send(
        operator,
        *(call("governance", "grant_role", "bench", scenario=SCENARIO, role=role,
               account=crowd[name].account) for role, name in roles.items()),
    )  # fmt: skip
    assert outcome.accepted, outcome
    wait_for_index(city)
    for start in range(records_in(city), records, CALLS * ENVELOPES):
        ids = [
            f"load-{n}" for n in range(start, min(start + CALLS * ENVELOPES, records))
        ]
        post(city, crowd["plant"], [
            call(SCENARIO, "draft", id_, waste_code="900-041-49", declared=1000)
            for id_ in ids
        ])  # fmt: skip
        post(city, crowd["truck"], [
            call(SCENARIO, "collect", id_, weighed=1000) for id_ in ids[::2]
        ])  # fmt: skip
    wait_for_index(city)
    return crowd


def records_in(city: Remote) -> int:
    """How many loads of `fill` there are: the acts of an earlier run have other ids."""
    first, beyond = 0, 1
    while has_load(city, beyond - 1):
        first, beyond = beyond, 2 * beyond
    while beyond - first > 1:
        middle = (first + beyond) // 2
        if has_load(city, middle - 1):
            first = middle
        else:
            beyond = middle
    return first


def has_load(city: Remote, number: int) -> bool:
    try:
        city.get(f"/api/scenarios/{SCENARIO}/records/load-{number}")
    except Answered as answer:
        if answer.status != 404:
            raise
        return False
    return True


def sign_in(at: "Working") -> None:
    """Everybody's cookie, as the page /me gives it for a session's token."""
    for name, keys in at.crowd.items():
        token = {"token": at.city.token(keys)["token"]}
        at.cookies[name] = dict(httpx.post(at.city.url + "/me", data=token).cookies)


def cpu_by_page(at: "Working", pid: int) -> dict[str, float]:
    """CPU in milliseconds of the node and its processes for one page of each kind, as
    a supervisor sees it; after a first one that warms up."""
    cost = {}
    with httpx.Client(
        base_url=at.city.url, cookies=at.cookies["bureau"], timeout=60
    ) as browser:
        for kind, address in PAGES + SUPERVISED:
            browser.get(address.format(record="load-0"))
            before = children_cpu(pid)
            for number in range(ASKED_ALONE):
                record = f"load-{number * at.records // ASKED_ALONE}"
                answer = browser.get(address.format(record=record))
                assert answer.status_code == 200, (address, answer.status_code)
            spent = children_cpu(pid) - before
            cost[kind] = round(1000 * spent / ASKED_ALONE, 1)
    return cost


def wait_for_index(city: Remote) -> None:
    """Until the read model has followed to the newest block."""
    while b"\nhuabiao_index_lag_blocks 0\n" not in city.octets("/api/metrics"):
        time.sleep(0.2)


def post(city: Remote, keys: Keys, calls: list[Any]) -> None:
    """Many calls, CALLS an envelope; each must be accepted."""
    envelopes = [
        sign_envelope(city.chain, keys, calls[start : start + CALLS])
        for start in range(0, len(calls), CALLS)
    ]
    for outcome in city.submit(envelopes):
        assert outcome.accepted, outcome


@dataclass
class Working:
    """Who works, for how long, and what was seen of it so far, in seconds."""

    city: Remote
    crowd: dict[str, Keys]
    records: int
    seconds: float
    pause: float
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    waits: dict[str, list[float]] = field(default_factory=dict)
    acted: list[float] = field(default_factory=list)
    started: float = 0.0


async def work(at: Working, people: int) -> dict[str, Any]:
    """Everybody opens a page, reads it for a while, and opens another."""
    at.started = time.monotonic()
    await asyncio.gather(*(person(at, number) for number in range(people)))
    elapsed = time.monotonic() - at.started
    every = [wait for each in at.waits.values() for wait in each]
    return {
        "seconds": round(elapsed, 1),
        "pages": len(every),
        "pages_a_second": round(len(every) / elapsed, 1),
        "seconds_to_answer": percentiles(every),
        "slowest_s": round(max(every), 3),
        "share_within_300_ms": round(sum(w <= AIM_S for w in every) / len(every), 4),
        "by_page": {kind: percentiles(at.waits[kind]) for kind in sorted(at.waits)},
        "acts": len(at.acted),
        "seconds_to_act": percentiles(at.acted),
    }


async def person(at: Working, number: int) -> None:
    """One of the people: one in five signed out, one in ten acts after each page."""
    chance = random.Random(number)
    name = NAMES[number % len(NAMES)]
    pages = PAGES + (SUPERVISED if name == "bureau" else ())
    cookies = at.cookies[name] if name else {}
    async with httpx.AsyncClient(
        base_url=at.city.url, cookies=cookies, timeout=60
    ) as browser:
        await asyncio.sleep(chance.random() * at.pause)
        while time.monotonic() - at.started < at.seconds:
            kind, address = chance.choice(pages)
            record = f"load-{chance.randrange(at.records)}"
            before = time.monotonic()
            answer = await browser.get(address.format(record=record))
            at.waits.setdefault(kind, []).append(time.monotonic() - before)
            assert answer.status_code == 200, (address, answer.status_code)
            assert "<h1>" in answer.text, address
            if number % 10 == 1:
                at.acted.append(await act(at.city, browser, at.crowd["plant"]))
            pause = chance.expovariate(1 / at.pause)
            await asyncio.sleep(min(pause, at.started + at.seconds - time.monotonic()))


async def act(city: Remote, browser: httpx.AsyncClient, keys: Keys) -> float:
    """Draft one more load; how long until it was final."""
    drafted = call(SCENARIO, "draft", f"new-{secrets.token_hex(8)}",
                   waste_code="900-041-49", declared=1000)  # fmt: skip
    envelope = sign_envelope(city.chain, keys, [drafted])
    before = time.monotonic()
    answer = await browser.post(
        "/api/envelopes", content=msgspec.msgpack.encode([envelope]),
        headers={"content-type": "application/octet-stream"},
    )  # fmt: skip
    assert [each["code"] for each in answer.json()] == ["ok"], answer.text
    return time.monotonic() - before


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--pause", type=float, default=10, help="between two pages, s")
    parser.add_argument("--json", action="store_true", help="JSON only, last line")
    parser.add_argument("--home", type=Path, help="keep the filled city here")
    given = parser.parse_args()
    report = measure(given)
    print(json.dumps(report, indent=None if given.json else 1))


if __name__ == "__main__":
    main()
