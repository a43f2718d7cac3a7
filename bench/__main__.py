"""All benchmarks one after another, each in a process of its own: `make bench`."""

import argparse
import subprocess
import sys

RUNS = (
    ("bench.crypto",),
    ("bench.ledger", "--suite", "intl"),
    ("bench.ledger", "--suite", "sm"),
    ("bench.ledger", "--suite", "pq"),
    ("bench.network", "--members", "1,4"),
    ("bench.gateway",),
    ("bench.crossing",),
    ("bench.console",),
    ("bench.identity",),
    ("bench.growth",),
    ("bench.index",),
    ("bench.recall", "--lots", "20000"),
    ("bench.water", "--hours", "2"),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", default="10", help="for each benchmark")
    seconds = parser.parse_args().seconds
    worst = 0
    for module, *options in RUNS:
        print(f"== {module} {' '.join(options)}", flush=True)
        command = [sys.executable, "-m", module, *options, "--seconds", seconds]
        worst = max(worst, subprocess.call([*command, "--json"]))
    return worst


if __name__ == "__main__":
    sys.exit(main())
