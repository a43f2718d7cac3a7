"""
The read model: how fast it follows, and how fast it answers at many records.

    python -m bench.index [--records 1e6] [--follow 20000] [--folder DIR] [--url URL]

`follow` takes blocks that a real ledger made, envelopes that open a record and move it,
and counts envelopes and rows a second through `Index.add_blocks`. `answers` writes
--records records straight into the tables, through the index's own writer, and asks
for the history of records and accounts, for lists and for envelopes, each at random.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench.machine import machine, percentiles
from huabiao.client.port import BlockView
from huabiao.crypto.envelope import Call
from huabiao.ledger.block import open_block, receipts_of
from huabiao.proofs.header import header_hash
from huabiao.services.index import Index
from huabiao.testing import City

WASTE, CODE = "hazardous_waste", "900-041-49"
IN_A_BLOCK = 500


def lived(folder: Path, envelopes: int) -> Iterator[BlockView]:
    """Blocks of a real ledger: each record drafted in one and collected in the next."""
    city = City(folder)
    plant, truck = city.cast("plant"), city.cast("truck")
    city.grant(WASTE, "generator", plant)
    city.grant(WASTE, "carrier", truck)
    for number in range(envelopes // IN_A_BLOCK // 2):
        ids = [f"m{number}-{n}" for n in range(IN_A_BLOCK)]
        drafts = [Call(WASTE, "draft", i, {"waste_code": CODE, "declared": 1000})
                  for i in ids]  # fmt: skip
        moves = [Call(WASTE, "collect", i, {"weighed": 990}) for i in ids]
        city.block(*[city.envelope(plant, call) for call in drafts])
        city.block(*[city.envelope(truck, call) for call in moves])
    ledger = city.ledger
    for height in range(1, ledger.height + 1):
        header, logged, opened = open_block(ledger.log.read(height), ledger.digest)
        hash_ = header_hash(ledger.digest, logged.header)
        yield BlockView(header, hash_, logged.certificate, opened, receipts_of(logged))
    city.close()


def follow(folder: Path, address: Any, envelopes: int) -> dict[str, Any]:
    """Envelopes a second into an empty index, by CPU and by the clock on the wall."""
    blocks = list(lived(folder / "city", envelopes))
    index = Index(address)
    wall, cpu = time.perf_counter(), time.process_time()
    for block in blocks:
        index.add_block(block)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    index.close()
    taken = sum(len(block.envelopes) for block in blocks)
    return {
        "envelopes": taken,
        "envelopes_in_a_block": IN_A_BLOCK,
        "envelopes_a_second": round(taken / wall),
        "cpu_us_an_envelope": round(cpu / taken * 1e6, 1),
    }


def timed(asks: list[Callable[[], Any]]) -> dict[str, Any]:
    """Milliseconds of each question."""
    took = []
    for ask in asks:
        begin = time.perf_counter()
        ask()
        took.append((time.perf_counter() - begin) * 1000)
    return percentiles(took) | {"most": round(max(took), 3)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--follow", type=float, default=20_000)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    result: dict[str, Any] = {"machine": machine()}
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        there = Path(folder)
        result["follow"] = follow(there, there / "f.sqlite", int(options.follow))
    json.dump(result, sys.stdout)
    print()


if __name__ == "__main__":
    random.seed(1)
    main()
