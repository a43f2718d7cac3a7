"""No process of a node outlives it, even where the node is killed."""

import contextlib
import os
import signal


def end_with_parent(parent: int = 0) -> None:
    """Called in a child: SIGTERM when the thread that began it ends (Linux prctl(2)).

    With the parent's process id: end now if it was killed before this was reached.
    """
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
    if parent and os.getppid() != parent:
        os._exit(1)
