"""
What a node measures of itself: figures for its metrics, and what its disk has left.

Nothing here takes the engine's lock or walks the state, so that it answers at once also
under load. Nothing is personal: counts, sizes and organisations' names.
"""

import contextlib
import os
import re
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from huabiao.ledger.ledger import Ledger

LEAST_FREE, LEAST_SHARE = 2**30, 0.05
MOST_CODES = 200
_CODE = re.compile(r"[a-z0-9_.]{1,64}")


class Counts:
    """How many envelopes were answered with which code, since the node started."""

    def __init__(self) -> None:
        self._by_code: Counter[str] = Counter()
        self._lock = threading.Lock()

    def add(self, codes: Iterable[str]) -> None:
        with self._lock:
            for code, count in Counter(codes).items():
                self._by_code[self._bounded(code)] += count

    def _bounded(self, code: str) -> str:
        """Codes come from contracts: what is no code, or one too many, is "other"."""
        if code in self._by_code:
            return code
        fits = len(self._by_code) < MOST_CODES and _CODE.fullmatch(code)
        return code if fits else "other"

    def by_code(self) -> dict[str, int]:
        with self._lock:
            return dict(self._by_code)


def disk_left(folder: Path) -> tuple[int, int]:
    """Bytes free for this user in a folder's file system, and its size."""
    usage = shutil.disk_usage(folder)
    return usage.free, usage.total


def low_disk(folder: Path) -> str:
    """An alert where little is left; empty where there is enough."""
    free, total = disk_left(folder)
    if free >= LEAST_FREE and free >= total * LEAST_SHARE:
        return ""
    mebibytes, share = free // 2**20, 100 * free / max(total, 1)
    return (
        f"{folder} 所在磁盘只剩 {mebibytes} MiB（{share:.1f}%），写满后不再有新区块："
        "请腾出空间或扩容。"
        f" The disk of {folder} has {mebibytes} MiB left ({share:.1f} %); when it is"
        " full no block is made: free some space or enlarge it."
    )


def ledger_figures(ledger: Ledger) -> dict[str, Any]:
    """Sizes of log and state; the state's as of its last flush."""
    folder, state = ledger.log.folder, ledger.state
    free, total = disk_left(folder)
    return {
        "log_bytes": sum(each.path.stat().st_size for each in ledger.log.segments),
        "state_keys": state.tree.count,
        "state_bytes": sum(size for _, size in state.sizes().values()),
        "state_memory_bytes": state.tree.held + state.value_cache.young_bytes,
        "disk_free_bytes": free,
        "disk_size_bytes": total,
    }


def process_figures(engine: int) -> dict[str, Any]:
    """Memory and processor time of the node and, where it has one, its engine."""
    seconds, resident = {"node": time.process_time()}, {}
    with contextlib.suppress(OSError):  # no /proc, or it ended between two looks
        resident["node"] = _resident("self")
        if engine:
            seconds["engine"] = _seconds(engine)
            resident["engine"] = _resident(engine)
    return {"resident_bytes": resident, "cpu_seconds": seconds}


def _resident(process: int | str) -> int:
    """proc_pid_statm(5): the second number, in pages."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _seconds(process: int) -> float:
    """proc_pid_stat(5): utime and stime, fields 14 and 15, in ticks."""
    stat = Path(f"/proc/{process}/stat").read_text()
    fields = stat[stat.rindex(")") + 2 :].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def last_block_s(ledger: Ledger) -> float:
    """Seconds since the newest block's time."""
    return max(0.0, time.time() - ledger.time / 1000)
