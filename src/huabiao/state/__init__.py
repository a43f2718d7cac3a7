"""
What a member keeps on disk: the authenticated state, and the log it is rebuilt from.

- `state`: State: get, apply, flush, prove; overlays over a cache over LMDB.
- `tree`: the radix tree in motion: a batch of writes in, changed nodes and a root out.
- `overlay`, `cache`, `store`, `history`: where nodes and values are, newest to oldest.
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
