"""
A recall over a hundred thousand lots: how fast they are named, and that none is sold.

A real node over HTTP. Lots are made in layers; each lot of a layer is mixed of two of
the layer above, so that all of them descend from one. Lots are sold; a lot without
descendants is recalled, and lots are sold again: what a sale pays for looking upward
once more. Then the ancestor of all is recalled: every descendant is named by the read
model, and a sale of any of them is refused.

    python -m bench.recall --lots 100000 --json
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
from huabiao.client.signing import call, sign_envelope
from huabiao.client.wallets import create, open_identity
from huabiao.crypto.envelope import Call
from huabiao.crypto.keys import Keys

FOOD, GTIN, CALLS, WIDENING = "food_trace", "09506000134352", 400, 10
ROOT_GRAMS = 10**14
SALES = 50


def lot(layer: int, number: int) -> str:
    return f"01/{GTIN}/10/L{layer}-{number}"


def layers(lots: int) -> list[int]:
    """How many lots each layer has: ten times the one above, until there are enough."""
    found, made = [1], 0
    while made < lots:
        found.append(min(found[-1] * WIDENING, lots - made))
        made += found[-1]
    return found


def made_of(layer: int, number: int, above: int) -> Call:
    """A lot that is mixed of two of the layer above; lighter by a gram."""
    grams = ROOT_GRAMS // 100**layer
    parents = sorted({number % above, (number * 7 + 1) % above})
    taken = [[lot(layer - 1, parent), grams, ""] for parent in parents]
    whole = grams * len(taken) - 1
    return call(
        FOOD, "make", lot(layer, number), product="x", grams=whole, inputs=taken
    )


async def build(
    http: httpx.AsyncClient, chain: str, keys: Keys, sizes: list[int]
) -> float:
    started = time.monotonic()
    first = call(FOOD, "make", lot(0, 0), product="x", grams=ROOT_GRAMS, inputs=[])
    other = call(FOOD, "make", lot(9, 9), product="x", grams=1, inputs=[])
    await accepted(http, [sign_envelope(chain, keys, [first, other])])
    for layer, count in enumerate(sizes[1:], 1):
        above = sizes[layer - 1]
        for start in range(0, count, CALLS * 8):
            envelopes = []
            for at in range(start, min(start + CALLS * 8, count), CALLS):
                numbers = range(at, min(at + CALLS, count))
                calls = [made_of(layer, number, above) for number in numbers]
                envelopes.append(sign_envelope(chain, keys, calls))
            await accepted(http, envelopes)
    return time.monotonic() - started


async def accepted(http: httpx.AsyncClient, envelopes: list[bytes]) -> None:
    outcomes = await post(http, envelopes)
    refused = [each for each in outcomes if not each.accepted]
    assert not refused, refused[0]


async def timed(http: httpx.AsyncClient, path: str) -> tuple[Any, float]:
    started = time.monotonic()
    answer = await http.get(path)
    answer.raise_for_status()
    return answer.json(), time.monotonic() - started


async def drive(home: Path, suite: str, lots: int, pid: int) -> dict[str, Any]:
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{PORT}", timeout=300
    ) as http:
        chain = (await http.get("/api/status")).json()["chain"]
        keys, operator = (
            create(home, "food", suite),
            open_identity(home, "operator", suite),
        )
        roles = ("producer", "processor", "retailer", "inspector")
        grants = [
            call("governance", "grant_role", "bench", scenario=FOOD, role=role,
                 account=keys.account)
            for role in roles
        ]  # fmt: skip
        await accepted(http, [sign_envelope(chain, operator, grants)])
        sizes = layers(lots)
        building = await build(http, chain, keys, sizes)
        await timed(http, f"/api/epcis/descendants/{lot(len(sizes) - 1, 0)}")
        quiet = await sales(http, chain, keys, sizes, "ok")
        other = [call(FOOD, "order", lot(9, 9), reason="bench")]
        await accepted(http, [sign_envelope(chain, keys, other)])
        looking = await sales(http, chain, keys, sizes, "ok")
        recalled = [call(FOOD, "order", lot(0, 0), reason="bench")]
        await accepted(http, [sign_envelope(chain, keys, recalled)])
        path = f"/api/epcis/descendants/{lot(0, 0)}"
        count, counting = await timed(http, f"{path}?limit=0")
        before = children_cpu(pid)
        named, naming = await timed(http, f"{path}?limit=200000")
        usage = children_cpu(pid) - before
        assert count["count"] == len(named["lots"]) == lots, (count, lots)
        refused = await sales(http, chain, keys, sizes, "trace.recalled")
    return {
        "lots": lots, "layers": sizes, "building_s": round(building, 1),
        "made_a_second": round(lots / building),
        "count_and_digest_s": round(counting, 2), "all_named_s": round(naming, 2),
        "all_named_cpu_s": round(usage, 2),
        "sale_s": quiet, "sale_after_another_recall_s": looking,
        "refused_sale_s": refused,
    }  # fmt: skip


async def sales(
    http: httpx.AsyncClient, chain: str, keys: Keys, sizes: list[int], code: str
) -> dict[str, float]:
    """Sales of lots of the last layer, one after the other, and how each ends."""
    random.seed(1)
    waits = []
    for _ in range(SALES):
        name = lot(len(sizes) - 1, random.randrange(sizes[-1]))
        envelope = sign_envelope(chain, keys, [call(FOOD, "sell", name, grams=1)])
        started = time.monotonic()
        (outcome,) = await post(http, [envelope])
        waits.append(time.monotonic() - started)
        assert outcome.code == code, outcome
    return percentiles(waits)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--suite", choices=["intl", "sm"], default="intl")
    parser.add_argument("--lots", type=int, default=100_000)
    parser.add_argument("--seconds", help="taken by all benchmarks; not used here")
    parser.add_argument("--json", action="store_true", help="JSON only, last line")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="huabiao-bench-") as folder:
        home = Path(folder)
        node = start_node(home, given.suite)
        try:
            report = asyncio.run(drive(home, given.suite, given.lots, node.pid))
        finally:
            node.terminate()
            node.wait(30)
    report = {"machine": machine(), "suite": given.suite} | report
    print(json.dumps(report, indent=None if given.json else 1))


if __name__ == "__main__":
    main()
