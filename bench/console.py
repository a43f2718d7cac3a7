"""
The console with people at work: how long its pages take to answer, and to be usable.

A city with many records (bench/console_city.py), and two hundred people, each with a
connection and a session of his own. They open a page, look at it for five to ten
seconds, and open another: about as long as a clerk reads a record or fills in a form,
which makes some 27 pages a second. One in five is signed out, one in five supervises,
one in ten acts after each page. Pages are drawn by the server and need no websocket; a
page is counted from the request to its last byte, and must be a page of its kind. The
load comes from this machine. Beside them a real Chromium tells when pages are usable
(bench/console_browser.py).

    python -m bench.console --people 200 --records 20000 --seconds 20 --json
    python -m bench.console --people 200 --records 1000000 --home DIR --seconds 120

With --home the filled city is kept, and the next run with as many records finds it
there. `cpu_ms_by_page` is what the node and its processes spend on one page while
nobody else asks for any. `share_short_of_cores` is the part of the time, while people
worked, in which something on this machine was ready to run and had no core: waits are
worth little where it is high.
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

from bench.console_city import CLERK, SCENARIO, accounts, fill, sign_in
from bench.machine import (
    children_cpu,
    machine,
    percentiles,
    resident_mib,
    waited_for_cores,
)
from huabiao.client.remote import Remote
from huabiao.client.signing import call, sign_envelope
from huabiao.crypto.address import show
from huabiao.crypto.keys import Keys
from huabiao.testing.ports import free_port

AIM_S, ASKED_ALONE = 0.3, 20
PAGES = (
    ("overview", "/"),
    ("catalogue", "/scenarios"),
    ("scenario", f"/scenarios/{SCENARIO}"),
    ("scenario, one state", f"/scenarios/{SCENARIO}?state=moving"),
    ("record", f"/scenarios/{SCENARIO}/{{record}}"),
    ("account", "/accounts/{account}"),
    ("blocks", "/blocks"),
    ("directory", "/directory"),
    ("my page", "/me"),
)
SUPERVISED = (
    ("supervision", "/supervision"),
    ("case", f"/supervision/{SCENARIO}/{{record}}"),
)
VIEWERS = {"nobody": None, "party": "plant", "stranger": CLERK, "supervisor": "bureau"}
"""Who looks at a page, and by which account."""


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
    crowd = fill(city, home, given.records, given.people)
    filled = round(time.monotonic() - started, 1)
    working = Working(city, crowd, given.records, given.seconds, given.pause)
    alone = {} if given.no_cpu else cpu_by_page(working, pid)
    people = [
        (name, sign_in(city, crowd[name]) if name else {})
        for name in accounts(given.people)
    ]
    before, waited, begun = children_cpu(pid), waited_for_cores(), time.monotonic()
    found = asyncio.run(work(working, people, given.browser))
    passed = time.monotonic() - begun
    cores = (children_cpu(pid) - before) / passed
    short = (waited_for_cores() - waited) / passed
    return {
        "seconds_to_fill": filled, "cpu_ms_by_page": alone, **found,
        "cpu_cores": round(cores, 2),
        "share_short_of_cores": round(short, 2),
        "memory_mib": resident_mib(pid),
    }  # fmt: skip


def cpu_by_page(at: "Working", pid: int) -> dict[str, dict[str, float]]:
    """CPU in milliseconds of the node and its processes for one page of each kind, by
    who looks at it; after a first one that warms up."""
    cost: dict[str, dict[str, float]] = {}
    for viewer, name in VIEWERS.items():
        cookies = sign_in(at.city, at.crowd[name]) if name else {}
        pages = PAGES + (SUPERVISED if viewer == "supervisor" else ())
        with httpx.Client(base_url=at.city.url, cookies=cookies, timeout=60) as browser:
            for kind, address in pages:
                browser.get(at.path(address, 0))
                before = children_cpu(pid)
                for number in range(ASKED_ALONE):
                    path = at.path(address, number * at.records // ASKED_ALONE)
                    answer = browser.get(path)
                    assert answer.status_code == 200, (path, answer.status_code)
                spent = 1000 * (children_cpu(pid) - before) / ASKED_ALONE
                cost.setdefault(kind, {})[viewer] = round(spent, 1)
    return cost


@dataclass
class Working:
    """Who works, for how long, and what was seen of it so far, in seconds."""

    city: Remote
    crowd: dict[str, Keys]
    records: int
    seconds: float
    pause: float
    waits: dict[str, list[float]] = field(default_factory=dict)
    acted: list[float] = field(default_factory=list)
    started: float = 0.0

    def path(self, address: str, number: int) -> str:
        """A page's path; of a record or an account, that of this number."""
        names = ("plant", "truck", "bureau", CLERK)
        account = show(self.crowd[names[number % len(names)]].account)
        return address.format(record=f"load-{number}", account=account)


async def work(
    at: Working, people: list[tuple[str | None, dict[str, str]]], browser: bool
) -> dict[str, Any]:
    """Everybody opens a page, reads it for a while, and opens another."""
    at.started = time.monotonic()
    watched = asyncio.create_task(watch(at)) if browser else None
    await asyncio.gather(
        *(person(at, number, *each) for number, each in enumerate(people))
    )
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
        "in_chromium": await watched if watched else None,
    }


async def watch(at: Working) -> Any:
    """What a real browser sees meanwhile."""
    token = await asyncio.to_thread(at.city.token, at.crowd[CLERK])
    given = {"url": at.city.url, "token": token["token"], "records": at.records,
             "seconds": at.seconds}  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.console_browser",
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    told, _ = await process.communicate(json.dumps(given).encode())
    return json.loads(told)


async def person(
    at: Working, number: int, name: str | None, cookies: dict[str, str]
) -> None:
    """One of the people: one in ten acts after each page."""
    chance = random.Random(number)
    supervises = name is not None and name.startswith("bureau")
    pages = PAGES + (SUPERVISED if supervises else ())
    # Without verify=False each of them would read all of the system's certificates.
    async with httpx.AsyncClient(
        base_url=at.city.url, cookies=cookies, timeout=60, verify=False
    ) as browser:
        await asyncio.sleep(chance.random() * at.pause)
        while time.monotonic() - at.started < at.seconds:
            kind, address = chance.choice(pages)
            path = at.path(address, chance.randrange(at.records))
            before = time.monotonic()
            answer = await browser.get(path)
            at.waits.setdefault(kind, []).append(time.monotonic() - before)
            assert answer.status_code == 200, (path, answer.status_code)
            assert "<h1>" in answer.text, path
            if name and number % 10 == 1:
                at.acted.append(await act(at.city, browser, at.crowd[name]))
            pause = at.pause * chance.uniform(2 / 3, 4 / 3)
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
    parser.add_argument("--pause", type=float, default=7.5, help="between pages, s")
    parser.add_argument("--json", action="store_true", help="JSON only, last line")
    parser.add_argument("--home", type=Path, help="keep the filled city here")
    parser.add_argument("--no-browser", dest="browser", action="store_false")
    parser.add_argument("--no-cpu", action="store_true", help="no pages alone before")
    given = parser.parse_args()
    report = measure(given)
    print(json.dumps(report, indent=None if given.json else 1))


if __name__ == "__main__":
    main()
