"""
Python's cyclic collector, set for a process that serves for months.

A full collection goes through everything a node has loaded, some 400,000 objects, for
the sake of hardly any garbage: what an envelope leaves behind has no cycles and goes
without it. So what is there once the doors are open is set aside for good, and what
comes after is gone through less often: garbage in cycles, which an exception may leave,
waits for 5,000 new containers instead of 700.
"""

import gc

THRESHOLDS = 5_000, 10, 10


def settle() -> None:
    """Called once, when what stays for as long as the process has been loaded."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
