"""Telling: what a relay says, without the same line about the same thing again soon."""

import threading
import time
from collections.abc import Callable

AGAIN_S, MOST_KNOWN = 30.0, 1_000


class Telling:
    """Passes lines on; `say` may be called from any thread."""

    def __init__(self, line: Callable[[str], None], again: float = AGAIN_S) -> None:
        self._line, self._again = line, again
        self._known: dict[str, tuple[str, float]] = {}
        self._lock = threading.Lock()

    def say(self, about: str, line: str) -> None:
        """Say it, unless it was said of this within the last `again` seconds."""
        now = time.monotonic()
        with self._lock:
            last, at = self._known.pop(about, ("", float("-inf")))
            again = line != last or now - at > self._again
            while len(self._known) >= MOST_KNOWN:
                self._known.pop(next(iter(self._known)))
            self._known[about] = line, now if again else at
        if again:
            self._line(line)
