"""
Challenges: what a verifier asks a holder to answer, once and soon.

A nonce is 16 random bytes, good for five minutes and for one presentation. At most so
many are open at once; the oldest go first, so that nobody can fill the memory.
"""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from huabiao.services.credentials.refusals import NotVerified

LIFE_S, MOST_OPEN, NONCE_BYTES = 300.0, 10_000, 16


class Challenges:
    """The open nonces of one verifier. Thread safe."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._open: OrderedDict[str, float] = OrderedDict()

    def issue(self) -> str:
        """A new nonce."""
        nonce = secrets.token_urlsafe(NONCE_BYTES)
        with self._lock:
            self._open[nonce] = self._clock() + LIFE_S
            while len(self._open) > MOST_OPEN:
                self._open.popitem(last=False)
        return nonce

    def use(self, nonce: str) -> None:
        """Take a nonce, for good; NotVerified if it is unknown, used or over."""
        with self._lock:
            end = self._open.pop(nonce, None)
        if end is None:
            raise NotVerified(
                "nonce.unknown",
                "随机数不是本方发出或已使用",
                "the nonce is not ours, or was used before",
            )
        if self._clock() > end:
            raise NotVerified(
                "nonce.over",
                "随机数已过期，请重新出示",
                "the nonce is over: present again",
            )
