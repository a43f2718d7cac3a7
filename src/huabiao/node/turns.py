"""
Whose turn it is on cores that are all full: blocks go first, the read model after.

The index may be a moment late, an envelope may not. So a step of following runs in a
thread of a low priority: on cores that are all full it has a tenth of a turn. That
alone would let it fall behind for as long as they are. So once it is LATE_S behind,
steps run at the process's own priority until it has caught up.
"""

import contextlib
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

NICENESS, LATE_S = 10, 10.0


class Followed(Protocol):
    """What says how far behind one is; DurableBlocks does."""

    def behind_s(self) -> float: ...


class Turns:
    """Runs steps one after another, each in the thread that it deserves."""

    def __init__(self, blocks: Followed) -> None:
        self._blocks = blocks
        self._quiet = ThreadPoolExecutor(1, "index, quiet", _be_nice)

    def take(self, step: Callable[[], int]) -> int:
        """Run one step; what it returns or raises."""
        if self._blocks.behind_s() > LATE_S:
            return step()
        return self._quiet.submit(step).result()


def _be_nice() -> None:
    """Lower the priority of this thread alone; Linux has one for each."""
    with contextlib.suppress(OSError):
        thread = threading.get_native_id()
        niceness = max(NICENESS, os.getpriority(os.PRIO_PROCESS, thread))
        os.setpriority(os.PRIO_PROCESS, thread, niceness)
