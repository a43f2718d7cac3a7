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
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench.machine import machine, percentiles
from huabiao.client.port import BlockView
from huabiao.codec import encode
from huabiao.crypto.envelope import Call
from huabiao.ledger.block import open_block, receipts_of
from huabiao.proofs.header import header_hash
from huabiao.services.index import Index, Wanted, store
from huabiao.services.index.layouts import column_value
from huabiao.services.index.rows import Batch
from huabiao.services.index.tables import CALL_BITS, HEIGHT_SHIFT
from huabiao.testing import City

WASTE, CODE = "hazardous_waste", "900-041-49"
IN_A_BLOCK = 500
ROWS_AT_ONCE, ACCOUNTS, ASKED = 50_000, 10_000, 500
DESCRIPTION = {
    "name": "bench", "record": "Load", "indexes": ["generator"], "parts": {},
    "records": {"Load": {"fields": {
        "code": {"kind": "Text"}, "declared": {"kind": "Kilograms"},
        "generator": {"kind": "Party"}, "carrier": {"kind": "Party"},
        "changed": {"kind": "Count"},
    }}},
}  # fmt: skip


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
    index.empty()
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


class Writing(Index):
    """An index into whose tables rows are written that no chain made."""

    def write(self, batch: Batch, height: int) -> None:
        with self._writer.transaction():
            store.write_batch(self._writer, batch, self._layouts)
        self._next_version, self._height = batch.next_version, height


def account_of(number: int) -> bytes:
    return sha256(b"account %d" % (number % ACCOUNTS)).digest()[:20]


def written(number: int, changed: int) -> bytes:
    """A record as the chain holds it, of the size of a hazardous-waste manifest."""
    plain = [CODE, 1000 + number, account_of(number), account_of(number + 1), changed]
    return encode(["moving" if changed else "drafted", changed + 1, plain])


def fill(index: Writing, records: int) -> float:
    """Records of ACCOUNTS accounts, every tenth changed once more; seconds it took."""
    index.add_blocks([], {"bench": DESCRIPTION})
    begin, height, done, told = time.perf_counter(), 0, 0, records // 20
    while done < records:
        height += 1
        first = index._next_version
        batch = Batch(first)
        base = height << HEIGHT_SHIFT
        envelopes = []
        for number in range(done, min(done + ROWS_AT_ONCE, records)):
            envelopes.append((number, 0))
            if number % 10 == 9:
                envelopes.append((number - 5, 1))
        for place, (number, changed) in enumerate(envelopes):
            add_envelope(batch, base | place << CALL_BITS, number, changed)
        hash_ = sha256(b"block %d" % height).digest()
        batch.blocks.append(
            (height, 1_790_000_000_000 + height, hash_, place + 1, 0, first)
        )
        index.write(batch, height)
        done += ROWS_AT_ONCE
        if done >= told:
            spent = time.process_time() / done * 1e6
            print(f"{done} records, {spent:.1f} us of CPU each", file=sys.stderr)
            told += records // 20
    return time.perf_counter() - begin


def add_envelope(batch: Batch, step: int, number: int, changed: int) -> None:
    """One envelope of one call that writes one record and tells one event."""
    id_, sender = envelope_id(number, changed), account_of(number + changed)
    key = f"r{number:09}"
    operation = "collect" if changed else "draft"
    batch.add_writes(step, sender, [(f"bench/record/{key}", written(number, changed))])
    batch.add_call((step, "bench", operation, key, "ok", None, "drafted",
                    id_, sender, 1, 0, "ok", ""))  # fmt: skip
    batch.events.append((step, 0, "bench", operation, key, b"\x80"))


def envelope_id(number: int, changed: int) -> bytes:
    return sha256(b"envelope %d %d" % (number, changed)).digest()


def answers(address: Any, records: int) -> dict[str, Any]:
    """Milliseconds of the questions that doors ask, each of something else."""
    index = Writing(address)
    index.empty()
    seconds = fill(index, records)
    some = [random.randrange(records) for _ in range(ASKED)]
    top = index.height << HEIGHT_SHIFT
    asks: dict[str, Callable[[int], Any]] = {
        "history_of_a_record": lambda n: index.history("bench", f"r{n:09}"),
        "history_of_an_account": lambda n: index.account_history(account_of(n)),
        "envelope_by_id": lambda n: index.locate(envelope_id(n, 0).hex()),
        "records_in_a_state": lambda n: index.records(
            "bench", Wanted(state="moving", after=f"r{n:09}")
        ),
        "own_records": lambda n: index.records("bench", Wanted(sender=account_of(n))),
        "sorted_by_a_field": lambda n: index.records(
            "bench",
            Wanted(sort="-generator", after=f"{column_value(account_of(n)).hex()}~"),
        ),
        "counts": lambda n: index.counts("bench"),
        "events_from_a_height": lambda n: index.events((top * n // records, 0), 100),
    }
    found = {name: timed([partial(ask, n) for n in some]) for name, ask in asks.items()}
    assert len(index.history("bench", "r000000004")) == 2
    assert sum(index.counts("bench").values()) == records
    index.close()
    return {
        "records": records,
        "accounts": ACCOUNTS,
        "written_a_second": round(records / seconds),
        "milliseconds": found,
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
    parser.add_argument("--records", type=float, default=1e6)
    parser.add_argument("--folder", type=Path, help="where files are made")
    parser.add_argument("--url", help="a PostgreSQL database instead of SQLite files")
    parser.add_argument("--seconds", help="of no use here: the records say how long")
    parser.add_argument("--json", action="store_true", help="said always")
    options = parser.parse_args()
    result: dict[str, Any] = {"machine": machine()}
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        there = Path(folder)
        if options.follow:
            address = options.url or there / "follow.sqlite"
            result["follow"] = follow(there, address, int(options.follow))
        if options.records:
            address = options.url or there / "answers.sqlite"
            result["answers"] = answers(address, int(options.records))
    json.dump(result, sys.stdout)
    print()


if __name__ == "__main__":
    random.seed(1)
    main()
