"""
The read model: how fast it follows, and how fast it answers at many records.

    python -m bench.index [--records 1e7] [--folder DIR] [--url URL]

Blocks of `bench.index_chain` go through `Index.add_blocks`, as many at once as a
follower that is behind takes. Then each question that doors ask is asked of records and
accounts at random: `warm`, and on SQLite `cold` too, where the file is thrown out of
the system's memory before every question. At 10⁷ records it takes 6 GB of disk, in a
folder that it empties again, and says how far it is.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path
from typing import Any

from bench.index_chain import (
    ACCOUNTS,
    BUSIEST,
    IN_A_BLOCK,
    WASTE,
    Chain,
    account_of,
    envelope_id,
    opened,
    record_of,
    sender_of,
)
from bench.machine import machine, percentiles
from huabiao.services.index import Index, Wanted
from huabiao.services.index.index import BATCH_ENVELOPES
from huabiao.services.index.layouts import column_value
from huabiao.services.index.questions import first_step

ASKED_WARM, ASKED_COLD, TOLD = 500, 100, 20
Ask = Callable[[Index, int], Any]


def load(index: Index, chain: Chain, records: int) -> dict[str, Any]:
    """Take in the chain; CPU of the index's part, and of each part of the way."""
    index.empty()
    begin, waiting, envelopes, taken, spent = time.monotonic(), [], 0, 0, 0.0
    parts, told, told_spent = [], 0, 0.0
    step = records // TOLD
    for logged in chain.blocks(records):
        before = time.process_time()
        waiting.append(opened(logged, chain))
        envelopes += len(waiting[-1].envelopes)
        if envelopes >= BATCH_ENVELOPES:
            index.add_blocks(waiting)
            taken, waiting, envelopes = taken + envelopes, [], 0
        spent += time.process_time() - before
        if taken - told >= step:
            parts.append(round((spent - told_spent) / (taken - told) * 1e6, 1))
            told, told_spent = taken, spent
            print(f"{taken} envelopes, {parts[-1]} us of CPU each", file=sys.stderr)
    before = time.process_time()
    index.add_blocks(waiting)
    taken, spent = taken + envelopes, spent + time.process_time() - before
    return {
        "envelopes": taken,
        "envelopes_in_a_block": IN_A_BLOCK,
        "envelopes_at_once": BATCH_ENVELOPES,
        "cpu_us_an_envelope": round(spent / taken * 1e6, 1),
        "cpu_us_along_the_way": parts,
        "seconds_with_making_blocks": round(time.monotonic() - begin),
    }


def questions(records: int, height: int) -> dict[str, Ask]:
    """What doors ask, of record number n."""

    def far_back(n: int) -> tuple[int, int]:
        return max(1, height * n // records), 0

    return {
        "history_of_a_record": lambda i, n: i.history(WASTE, record_of(n)),
        "history_of_an_account": lambda i, n: i.account_history(sender_of(n | 1)),
        "history_of_an_account_far_back": lambda i, n: i.account_history(
            sender_of(n | 1), before=far_back(n)
        ),
        "history_of_the_busiest": lambda i, n: i.account_history(account_of(BUSIEST)),
        "history_of_the_busiest_far_back": lambda i, n: i.account_history(
            account_of(BUSIEST), before=far_back(n)
        ),
        "envelope_by_id": lambda i, n: i.locate(envelope_id(n, 0).hex()),
        "records_in_a_state": lambda i, n: i.records(
            WASTE, Wanted(state="moving", after=record_of(n))
        ),
        "own_records": lambda i, n: i.records(WASTE, Wanted(sender=sender_of(n | 1))),
        "own_records_far_on": lambda i, n: i.records(
            WASTE, Wanted(sender=sender_of(n | 1), after=record_of(n))
        ),
        "records_of_the_busiest_far_on": lambda i, n: i.records(
            WASTE, Wanted(sender=account_of(BUSIEST), after=record_of(n))
        ),
        "sorted_by_a_field": lambda i, n: i.records(
            WASTE,
            Wanted(sort="-generator", after=f"{column_value(sender_of(n)).hex()}~"),
        ),
        "counts": lambda i, n: i.counts(WASTE),
        "events_from_a_height": lambda i, n: i.events(
            (first_step(far_back(n)[0]), 0), 100
        ),
    }


def warm(index: Index, asks: dict[str, Ask], records: int) -> dict[str, Any]:
    """Milliseconds of each question, one after another on one index."""
    some = [random.randrange(records) for _ in range(ASKED_WARM)]
    return {
        name: timed(lambda: nullcontext(index), ask, some) for name, ask in asks.items()
    }


def cold(path: Path, asks: dict[str, Ask], records: int) -> dict[str, Any]:
    """The same, each on a file that the system does not hold in memory."""
    some = [random.randrange(records) for _ in range(ASKED_COLD)]
    return {name: timed(lambda: closing(forgotten(path)), ask, some)
            for name, ask in asks.items()}  # fmt: skip


def forgotten(path: Path) -> Index:
    """The index opened again after its file was thrown out of the page cache."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return Index(path)


def timed(
    open_: Callable[[], AbstractContextManager[Index]], ask: Ask, some: list[int]
) -> dict[str, Any]:
    """Milliseconds by the clock and of CPU; the most too."""
    took, cpu = [], []
    for n in some:
        with open_() as index:
            begin, spent = time.perf_counter(), time.process_time()
            ask(index, n)
            took.append((time.perf_counter() - begin) * 1000)
            cpu.append((time.process_time() - spent) * 1000)
    return percentiles(took) | {"most": round(max(took), 3), "cpu": percentiles(cpu)}


def measured(folder: Path, url: str | None, records: int) -> dict[str, Any]:
    """Load, then ask."""
    path = folder / "index.sqlite"
    chain = Chain(folder / "city")
    index = Index(url or path, lambda: chain.founding)
    found: dict[str, Any] = {"records": records, "accounts": ACCOUNTS}
    found["following"] = load(index, chain, records)
    asks = questions(records, index.height)
    assert len(index.history(WASTE, record_of(4))) == 2
    assert len(index.account_history(account_of(BUSIEST), before=(3, 0))) == 50
    assert sum(index.counts(WASTE).values()) == records
    found["warm_ms"] = warm(index, asks, records)
    index.close()
    if not url:
        found["bytes_an_envelope"] = round(
            path.stat().st_size / found["following"]["envelopes"]
        )
        found["cold_ms"] = cold(path, asks, records)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--records", type=float, default=1e6)
    parser.add_argument("--folder", type=Path, help="where files are made")
    parser.add_argument("--url", help="a PostgreSQL database instead of SQLite files")
    parser.add_argument("--seconds", help="of no use here: the records say how long")
    parser.add_argument("--json", action="store_true", help="said always")
    options = parser.parse_args()
    result: dict[str, Any] = {"machine": machine()}
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        result |= measured(Path(folder), options.url, int(options.records))
    json.dump(result, sys.stdout)
    print()


if __name__ == "__main__":
    random.seed(1)
    main()
