"""What a benchmark ran on, and percentiles of what it saw."""

import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def machine() -> dict[str, Any]:
    """Cores, memory, processor and Python of this machine."""
    model = ""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "memory_mb": pages >> 20,
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """p50, p95 and p99 of some values, rounded to three digits."""
    ordered = sorted(values)
    if not ordered:
        return {}

    def at(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 3)

    return {"p50": at(0.50), "p95": at(0.95), "p99": at(0.99)}


def family(pid: int) -> list[int]:
    """A process and everything below it, from /proc."""
    children: dict[int, list[int]] = {}
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                status = (process / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(status[1]), []).append(int(process.name))
    found, next_ = [pid], [pid]
    while next_:
        next_ = [child for each in next_ for child in children.get(each, [])]
        found += next_
    return found


def children_cpu(pid: int) -> float:
    """CPU seconds of a process and everything below it."""
    return sum(cpu_by_step(pid).values())


STEPS = (
    ("cometbft", "cometbft"),
    ("huabiao.node.read_model", "read model"),
    ("multiprocessing", "signature check"),
    ("huabiao", "doors, ledger, ABCI"),
)
"""What is in a process's command line, and what it does; the first that fits."""


def cpu_by_step(pid: int) -> dict[str, float]:
    """CPU seconds of a process and everything below it, by what each process does."""
    found: dict[str, float] = {}
    ticks = os.sysconf("SC_CLK_TCK")
    for each in family(pid):
        try:
            command = Path(f"/proc/{each}/cmdline").read_text().replace("\0", " ")
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        step = next((step for part, step in STEPS if part in command), "other")
        # Its own time, and that of its children that have ended.
        spent = sum(map(int, fields[11:15])) / ticks
        found[step] = found.get(step, 0.0) + spent
    return found


def resident_mib(pid: int) -> int:
    """Memory of a process and everything below it that is its own."""
    total = 0
    for each in family(pid):
        try:
            lines = Path(f"/proc/{each}/status").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if "RssAnon" in line)
    return total // 1024


def waited_for_cores() -> float:
    """Seconds since the machine's start in which some program was ready to run and had
    no core (Linux, /proc/pressure/cpu; 0 elsewhere): how busy everybody keeps it."""
    pressure = Path("/proc/pressure/cpu")
    if not pressure.exists():
        return 0.0
    return int(pressure.read_text().splitlines()[0].rpartition("=")[2]) / 1e6
