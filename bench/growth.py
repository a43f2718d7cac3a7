"""
What a write costs as the state grows: time, memory, disk, and the size of a proof.

    python bench/growth.py [--seconds 120] [--max 1e6] [--suite intl|sm] [--json]

At 10^4, 10^5, 10^6, 3 * 10^6 and 10^7 keys it measures rounds of twelve blocks of 5,000
writes and a flush; half of the writes go to random keys that are there, half to new
ones, values of 100 bytes. `apply_us` is the CPU of the block's own thread; `whole_us`
is the CPU of the whole process, the flushes and their cleaning included; `wall_us` is
what a clock on the wall says. Above 10^5 each round has one beside it in a second state
of 10^5 keys, so that both meet the same machine: `apply_ratio` and `whole_ratio` are
the medians of what single rounds give.

Its own results are checked: the root at 10^4 keys against one made from the keys alone,
proofs of presence and absence at each size, the root of the reopened store against the
root in memory. It stops where --seconds ends and says at which size.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from huabiao.proofs import radix
from huabiao.state import State

BLOCK, VALUE_BYTES, BLOCKS_MEASURED, ROUNDS = 5_000, 100, 12, 5
FILLING = 50_000
"""Writes of a block that only fills."""
SIZES = (10**4, 10**5, 10**6, 3 * 10**6, 10**7)
REFERENCE = 10**5
MIB = 2**20


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def digest_named(suite: str) -> Callable[[bytes], bytes]:
    if suite == "intl":
        return sha256
    from huabiao.crypto import suite as suite_named

    return suite_named(suite).digest


def machine() -> dict[str, Any]:
    model = "?"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    return {
        "processor": model,
        "cores": len(os.sched_getaffinity(0)),
        "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // MIB,
        "python": platform.python_version(),
        "system": platform.platform(),
    }


def memory_mib() -> dict[str, int]:
    """Memory of this process; LMDB's pages are the file's and can be taken back."""
    status = dict(
        line.split(":", 1)
        for line in Path("/proc/self/status").read_text().splitlines()
        if ":" in line
    )
    return {
        "anonymous_mib": int(status["RssAnon"].split()[0]) // 1024,
        "mapped_file_mib": int(status["RssFile"].split()[0]) // 1024,
    }


def key_of(number: int) -> bytes:
    """Keys as a contract makes them: a name, a part, and an identity."""
    return (
        b"hazardous_waste/manifests/" + sha256(number.to_bytes(8))[:10].hex().encode()
    )


def root_of(digest: Callable[[bytes], bytes], held: dict[bytes, bytes]) -> bytes:
    """The root as the format says, from keys and values and nothing else."""

    def node(entries: list[bytes], depth: int) -> bytes:
        if len(entries) <= 32:
            return digest(b"\0" + b"".join(entries)) if entries else bytes(32)
        parts: list[list[bytes]] = [[] for _ in range(16)]
        for entry in entries:
            parts[entry[depth // 2] >> (0 if depth % 2 else 4) & 15].append(entry)
        return digest(b"\1" + b"".join(node(part, depth + 1) for part in parts))

    return node(sorted(digest(k) + digest(b"\2" + v) for k, v in held.items()), 0)


class Growth:
    """One state that grows, and the clock that stops it."""

    def __init__(self, state: State, seconds: float, budget: int) -> None:
        self.budget = budget
        self.state, self.end = state, time.monotonic() + seconds
        self.keys, self.random = 0, random.Random(7)
        self.held: dict[bytes, bytes] = {}
        """What should be there, as long as it is little."""

    def late(self) -> bool:
        return time.monotonic() > self.end

    def block(self, old: int, new: int) -> int:
        """One block of writes; how many there were."""
        writes: dict[bytes, bytes] = {}
        for _ in range(old):
            key = key_of(self.random.randrange(self.keys))
            writes[key] = self.random.randbytes(VALUE_BYTES)
        for number in range(self.keys, self.keys + new):
            writes[key_of(number)] = self.random.randbytes(VALUE_BYTES)
        self.keys += new
        before = time.thread_time()
        self.state.apply(self.state.height + 1, dict(writes))
        self.applied_us = (time.thread_time() - before) / len(writes) * 1e6
        if self.keys <= SIZES[0]:
            self.held |= writes
        return len(writes)

    def grow(self, size: int) -> bool:
        """Add keys up to a size; False if the time ended before."""
        while self.keys < size and not self.late():
            self.block(0, min(FILLING, size - self.keys))
            self.state.maybe_flush()
        return self.keys >= size

    def round(self) -> dict[str, float]:
        """What a write costs now, in microseconds."""
        applied, outside, written = [], 0.0, 0
        cpu, wall = time.process_time(), time.monotonic()
        for _ in range(BLOCKS_MEASURED):
            before = time.thread_time()
            written += self.block(BLOCK // 2, BLOCK // 2)
            applied.append(self.applied_us)
            outside += time.thread_time() - before
            outside -= self.applied_us * 1e-6 * BLOCK
            self.state.maybe_flush()
        self.state.flush()
        spent, passed = time.process_time() - cpu, time.monotonic() - wall
        return {
            "apply_us": median(applied),
            "whole_us": (spent - outside) / written * 1e6,
            "wall_us": (passed - outside) / written * 1e6,
        }

    def measure(self, folder: Path) -> dict[str, Any]:
        """What a write costs at this size, and how that compares with 10^5 keys."""
        self.state.flush()
        if self.keys == SIZES[0] and self.state.root != root_of(
            self.state.digest, self.held
        ):
            raise SystemExit("the root is not the one made from the keys")
        size, rounds, beside = self.keys, [], []
        for _ in range(ROUNDS if size > REFERENCE else 1):
            if size > REFERENCE:
                beside.append(self.reference_round(folder.parent))
            rounds.append(self.round())
        figures = {name: median(each[name] for each in rounds) for name in rounds[0]}
        for name in ("apply", "whole") if beside else ():
            ratios = [
                own[f"{name}_us"] / other[f"{name}_us"]
                for own, other in zip(rounds, beside, strict=True)
            ]
            figures[f"{name}_ratio"] = median(ratios)
            figures[f"{name}_ratio_most"] = max(ratios)
        disk = sum(file.stat().st_blocks * 512 for file in folder.iterdir())
        needed = sum(needed for needed, _ in self.state.sizes().values())
        return {
            "keys": size,
            **{name: round(figure, 2) for name, figure in figures.items()},
            "budget_mib": self.budget // MIB,
            **memory_mib(),
            "disk_mib": disk // MIB,
            "disk_bytes_per_key": disk // self.keys,
            "needed_mib": needed // MIB,
            **self.check(),
        }

    def reference_round(self, folder: Path) -> dict[str, float]:
        """The same round in a state of 10^5 keys, all of it in memory."""
        kept, used = folder / "reference", folder / "beside"
        if not kept.exists():
            filled = Growth(self.opened(kept), 600, self.budget)
            filled.grow(REFERENCE)
            filled.state.close()
        shutil.copytree(kept, used)
        beside = Growth(self.opened(used), 600, self.budget)
        beside.keys = REFERENCE
        for number in range(REFERENCE):
            beside.state.get(key_of(number))
        costs = beside.round()
        beside.state.close()
        shutil.rmtree(used)
        return costs

    def opened(self, folder: Path) -> State:
        digest = self.state.digest
        return State.open(folder, digest, memory_budget=self.budget)

    def check(self) -> dict[str, Any]:
        """Proofs of presence and absence that verify, and what they cost."""
        state, sizes, proving, verifying = self.state, [], [], []
        for _ in range(200):
            number = self.random.randrange(self.keys * 11 // 10)
            key = key_of(number)
            start = time.perf_counter()
            value, proof, _ = state.prove(key)
            proven = time.perf_counter()
            if (value is None) != (number >= self.keys):
                raise SystemExit(f"key {number} of {self.keys}: value {value!r}")
            if not radix.verify(state.digest, state.root, key, value, proof):
                raise SystemExit(f"the proof of key {number} does not verify")
            verifying.append(time.perf_counter() - proven)
            proving.append(proven - start)
            sizes.append(len(proof))
        return {
            "proofs_verified": len(sizes),
            "proof_bytes_median": int(median(sizes)),
            "proof_bytes_most": max(sizes),
            "prove_us": round(median(proving) * 1e6, 1),
            "verify_us": round(median(verifying) * 1e6, 1),
        }


def run(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    digest = digest_named(options.suite)
    budget = options.memory * MIB
    state = State.open(folder, digest, memory_budget=budget)
    growth = Growth(state, options.seconds, budget)
    rows: list[dict[str, Any]] = []
    for size in SIZES:
        if size > options.max or not growth.grow(size):
            break
        rows.append(growth.measure(folder))
        if not options.json:
            print(json.dumps(rows[-1]), flush=True)
    reached, root = growth.keys, growth.state.root
    growth.state.close()
    again = State.open(folder, digest, memory_budget=budget)
    if again.root != root:
        raise SystemExit("the reopened store has another root")
    again.close()
    return {
        "bench": "growth",
        "machine": machine(),
        "parameters": {
            "seconds": options.seconds,
            "max_keys": int(options.max),
            "suite": options.suite,
            "memory_budget_mib": options.memory,
            "writes_per_block": BLOCK,
            "rounds": ROUNDS,
            "value_bytes": VALUE_BYTES,
        },
        "sizes": rows,
        "keys_at_end": reached,
        "stopped_by_time": growth.late(),
        "reopened_root_equal": True,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--max", type=float, default=1e6, help="keys to grow to")
    parser.add_argument("--suite", choices=["intl", "sm"], default="intl")
    parser.add_argument("--memory", type=int, default=512, help="state's budget in MiB")
    parser.add_argument("--folder", type=Path, help="where the store is made")
    parser.add_argument("--json", action="store_true", help="one JSON object only")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        result = run(options, Path(folder) / "state")
    json.dump(result, sys.stdout, indent=None if options.json else 2)
    print()


if __name__ == "__main__":
    main()
