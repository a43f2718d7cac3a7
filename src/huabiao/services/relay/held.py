"""
What is left alone for a while: packets that were just carried, or were refused.

A door's lists may be a block old, so what was carried is not carried again at once. A
packet that the other chain refuses is tried again later and later, and alone: nobody's
packet holds up those of others.
"""

import time
from collections.abc import Callable

from huabiao.crypto.envelope import Call

CARRIED_S, FIRST_S, LONGEST_S = 3.0, 1.0, 120.0
MOST_HELD = 20_000


def name_of(call: Call) -> str:
    """ "receive haidian.7" or "end haidian.7"; "" for what is no packet's."""
    if call.contract != "packets":
        return ""
    return f"{'receive' if call.operation == 'receive' else 'end'} {call.key}"


class Held:
    """Names of packets, until when, and how long they were held last."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._held: dict[str, tuple[float, float]] = {}

    def names(self) -> set[str]:
        """Those that are held now."""
        now = self._clock()
        return {name for name, (until, _) in self._held.items() if until > now}

    def carried(self, name: str) -> None:
        self._hold(name, CARRIED_S, 0.0)

    def refused(self, name: str) -> float:
        """Hold a refused packet, twice as long as the last time; gives the seconds."""
        last = self._held.get(name, (0.0, 0.0))[1]
        seconds = min(max(2 * last, FIRST_S), LONGEST_S)
        self._hold(name, seconds, seconds)
        return seconds

    def is_suspect(self, name: str) -> bool:
        """Whether it was refused before, and so goes alone."""
        return self._held.get(name, (0.0, 0.0))[1] > 0

    def _hold(self, name: str, seconds: float, last: float) -> None:
        self._held.pop(name, None)
        while len(self._held) >= MOST_HELD:
            self._held.pop(next(iter(self._held)))
        self._held[name] = self._clock() + seconds, last
