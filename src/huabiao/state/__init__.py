"""
What a member keeps on disk: the authenticated state, and the log it is rebuilt from.

- `state`: State: get, apply, flush, prove.
- `node`, `rows`: a node by itself, and all of them in memory.
- `tree`, `leaf`, `changes`: a batch of writes in, what it changes and a new root out.
- `residence`: which nodes are in memory; `cache`: which values.
- `prepared`, `flushing`, `freezing`: what waits for the disk, and how it gets there.
- `store`, `pile`: what is on disk; `reading`, `checking`: reading it at a point.
- `cleaning`: how the disk of what is no longer needed is given back.
- `opening`: is the store there, ours, whole, of this format and suite.
- `blocklog`: BlockLog: append-only, one fdatasync a block, the point of no return.
- `segment`, `recovery`: one file of the log, and what opening checks and repairs.
- `faults`: what can go wrong, each with a sentence that says what to do.
"""

from huabiao.state.blocklog import BlockLog
from huabiao.state.faults import (
    DiskFull,
    LogBusy,
    LogDamaged,
    NotRetained,
    StateDamaged,
    StorageFault,
)
from huabiao.state.state import State

__all__ = [
    "BlockLog",
    "DiskFull",
    "LogBusy",
    "LogDamaged",
    "NotRetained",
    "State",
    "StateDamaged",
    "StorageFault",
]
