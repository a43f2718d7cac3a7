"""
One browser's way to a provider and back.

    cookie    head ‖ HMAC(key, "flow" ‖ 0 ‖ provider ‖ 0 ‖ head);  head: 16 random bytes
              and the end, 8 bytes of milliseconds
    state, nonce, code_verifier    HMAC(key, their name ‖ 0 ‖ provider ‖ 0 ‖ head)

The key is random and lasts as long as the process. So the server remembers nothing of
a way that was begun, and a stranger cannot fill its memory; who comes back without the
cookie that began it, or a second time, has not begun it (RFC 6749 §10.12, RFC 9700
§4.7). code_verifier and its challenge: RFC 7636 §4.1, §4.2 (S256).
"""

import hmac
import secrets
import threading
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

LIFETIME_MS, MOST_USED, LONGEST_COOKIE = 300_000, 10_000, 200
HEAD, TAG = 24, 32


class NotBegun(Exception):
    """This browser did not begin the way that it comes back from, or it is over."""

    def __init__(self) -> None:
        super().__init__(
            "登录不是由此浏览器发起，或已超时、已用过。请重新登录。"
            " This browser did not begin this sign-in, or it is over: sign in again."
        )


@dataclass(frozen=True)
class Flow:
    """What goes to the provider and must come back from it."""

    provider: str
    state: str
    nonce: str
    verifier: str

    @property
    def challenge(self) -> str:
        return _text(sha256(self.verifier.encode()).digest())


class Flows:
    """The ways of one process. Thread safe."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock, self._key = clock, secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._used: dict[bytes, int] = {}

    def begin(self, provider: str) -> tuple[str, Flow]:
        """A cookie for the browser, and what the provider is sent."""
        head = secrets.token_bytes(16) + (self._now() + LIFETIME_MS).to_bytes(8, "big")
        return _text(head + self._made("flow", provider, head)), self._flow(
            provider, head
        )

    def finish(self, cookie: str, provider: str, state: str) -> Flow:
        """The way that a cookie began, once, where the state is its own; NotBegun."""
        try:
            given = urlsafe_b64decode(cookie[:LONGEST_COOKIE] + "==")
        except ValueError:
            raise NotBegun from None
        head, tag, now = given[:HEAD], given[HEAD:], self._now()
        fits = len(given) == HEAD + TAG and hmac.compare_digest(
            tag, self._made("flow", provider, head)
        )
        if not fits or int.from_bytes(head[16:], "big") < now:
            raise NotBegun
        flow = self._flow(provider, head)
        if not hmac.compare_digest(state.encode(), flow.state.encode()):
            raise NotBegun
        with self._lock:
            self._used = {h: end for h, end in self._used.items() if end >= now}
            if head in self._used or len(self._used) >= MOST_USED:
                raise NotBegun
            self._used[head] = int.from_bytes(head[16:], "big")
        return flow

    def mark(self, name: str) -> str:
        """What shows that a question of this name was put for whoever holds it."""
        return _text(self._made("mark", name, b""))

    def is_marked(self, name: str, mark: str) -> bool:
        return hmac.compare_digest(mark.encode(), self.mark(name).encode())

    def _flow(self, provider: str, head: bytes) -> Flow:
        state, nonce, verifier = (
            _text(self._made(name, provider, head))
            for name in ("state", "nonce", "code_verifier")
        )
        return Flow(provider, state, nonce, verifier)

    def _made(self, name: str, provider: str, head: bytes) -> bytes:
        message = b"\x00".join((name.encode(), provider.encode(), head))
        return hmac.digest(self._key, message, "sha256")

    def _now(self) -> int:
        return int(self._clock() * 1000)


def _text(made: bytes) -> str:
    return urlsafe_b64encode(made).rstrip(b"=").decode()
