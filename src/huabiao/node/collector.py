"""
Python's cyclic collector, set for a process that serves for months.

A full collection goes through everything a node has loaded, some 400,000 objects, for
the sake of hardly any garbage: what an envelope leaves behind has no cycles and goes
without it. So what is there once the doors are open is set aside for good, and what
comes after is gone through less often: garbage in cycles, which an exception may leave,
waits for 50,000 new containers instead of 700. A block of a thousand envelopes has
20,000 while it is run; they go when it is done, and need not be gone through before.
"""

import gc

THRESHOLDS = 50_000, 10, 10


def settle() -> None:
    """Called once, when what stays for as long as the process has been loaded."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
