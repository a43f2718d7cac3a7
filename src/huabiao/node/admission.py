"""
Admission: how many envelopes may be under way at once, so that whoever is let in does
not wait long, and whoever is not hears so at once.

Time to final is what is under way divided by the rate (Little's law), and nobody knows
the rate of a network beforehand. So the limit follows the times that are seen, as a
sender follows a line's (AIMD; Chiu and Jain 1989): beyond TARGET_S it is cut to what of
the envelopes under way would have met it, at most once in that time; while more than
half of it is used and times are good, it grows. It covers the whole way, the check of
signatures included, and is asked before that check, so that a refusal costs little.

When it is crowded each signer has an equal share: a flood from one leaves room for the
next. What a signer claims to be is not known yet; a false claim ends with its check.
"""

import time
from collections.abc import Callable
from threading import Lock

from huabiao.engines.pool import MOST_WAITING, PoolFull

TARGET_S = 1.5
START, LEAST = 4_000, 400
MARGIN, GROWTH = 0.95, 0.2


class Admission:
    """Thread safe. `clock` in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, Lock()
        self.most, self.under_way = float(START), 0
        self._of_signer: dict[bytes, int] = {}
        self._cut_at = -TARGET_S

    def enter(self, signer: bytes, count: int) -> float:
        """Let so many envelopes in: the time, for `leave`. Raises PoolFull."""
        with self._lock:
            wanted, own = self.under_way + count, self._of_signer.get(signer, 0)
            if self.under_way and wanted > self.most:
                signers = len(self._of_signer) + (not own)
                if own + count > self.most / signers or wanted > 2 * self.most:
                    raise PoolFull
            self.under_way = wanted
            self._of_signer[signer] = own + count
        return self._clock()

    def leave(self, signer: bytes, count: int, entered: float) -> None:
        """They are final, or refused."""
        now = self._clock()
        with self._lock:
            used, took = self.under_way, now - entered
            self.under_way -= count
            left = self._of_signer.pop(signer) - count
            if left:
                self._of_signer[signer] = left
            if took <= TARGET_S:
                if 2 * used > self.most:
                    self.most = min(MOST_WAITING, self.most + GROWTH * count)
            elif entered > self._cut_at:  # what came before a cut tells nothing of it
                most = min(self.most, used) * MARGIN * TARGET_S / took
                self.most, self._cut_at = max(LEAST, most), now
