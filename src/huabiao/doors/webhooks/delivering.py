"""
Delivering: what is after a hook's cursor, posted until its receiver takes it.

1. Events are posted in batches, signed as Standard Webhooks 1.0 says (webhook-id,
   webhook-timestamp, webhook-signature: v1,BASE64).
2. An answer of 2xx moves the cursor; anything else is tried again after 1 s, 2 s, 4 s …
   an hour at most, and becomes a dead letter after MOST_TRIES.

A batch that is tried again has the same webhook-id and the same events, so that a
receiver can tell. What is sent is what the account may see at that time.
"""

import base64
import hmac
import json
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from huabiao.doors.city import City
from huabiao.doors.stream import Filter, cursor_of, place_of, read_events
from huabiao.doors.webhooks.hooks import Hook, Hooks
from huabiao.services import outgoing

PAUSE_S, AT_ONCE = 0.2, 8
log = logging.getLogger("huabiao.doors")
Post = Callable[[str, bytes, dict[str, str]], int]
Json = dict[str, Any]


def signature(secret: str, id_: str, timestamp: int, body: bytes) -> str:
    """HMAC-SHA-256 over id.timestamp.body (Standard Webhooks 1.0, symmetric)."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{id_}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


class Delivery:
    """Delivers the hooks of a node until it is closed; AT_ONCE receivers at a time."""

    def __init__(
        self, hooks: Hooks, city: City, post: Post = outgoing.post,
        clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self.hooks, self._city, self._post, self._clock = hooks, city, post, clock
        self._stop = threading.Event()
        self._busy: set[str] = set()
        self._workers = ThreadPoolExecutor(AT_ONCE, "webhooks")
        self._thread = threading.Thread(target=self._keep, name="webhooks", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def _keep(self) -> None:
        """Look when there is a new block, when a hook is due again, and after each
        batch that was taken, until nothing more is there."""
        seen, again = -1, False
        while not self._stop.is_set():
            height, now = self._city.index.height, self._clock()
            if height > seen or again or self.hooks.retries_due(now):
                hooks = [h for h in self.hooks.due(now) if h.id not in self._busy]
                self._busy |= {hook.id for hook in hooks}
                done = list(self._workers.map(self._worked, hooks))
                again, seen = any(done), height
            if not again:
                self._stop.wait(PAUSE_S)

    def _worked(self, hook: Hook) -> bool:
        try:
            return not self._stop.is_set() and self.deliver(hook)
        except Exception:  # the read model may be away: the next look finds it
            log.warning("webhook %s waits", hook.id, exc_info=True)
            return False
        finally:
            self._busy.discard(hook.id)

    def deliver(self, hook: Hook) -> bool:
        """One batch of a hook; whether it went on."""
        events, until = self._batch(hook)
        if until == hook.cursor:
            return False
        failure = self._send(hook, until, events) if events else ""
        if failure:
            self.hooks.failed(hook, until, failure, self._clock())
        else:
            self.hooks.delivered(hook, until)
        return not failure

    def _batch(self, hook: Hook) -> tuple[list[Json], str]:
        """The events after the cursor, and the cursor that they reach."""
        after = place_of(hook.cursor)
        wanted = Filter(hook.scenario, hook.record)
        events, reached = read_events(self._city, after, wanted, hook.account)
        if reached == after:
            return [], hook.cursor
        if not hook.until:
            return events, cursor_of(reached)
        end = place_of(hook.until)
        return [e for e in events if place_of(e["cursor"]) <= end], hook.until

    def _send(self, hook: Hook, until: str, events: list[Json]) -> str:
        """Nothing where the receiver took it, else what was wrong."""
        document = {"chain": self._city.port.chain, "events": events}
        body = json.dumps(document, ensure_ascii=False).encode()
        id_, now = f"{hook.id}.{hook.cursor}.{until}", int(self._clock())
        headers = {
            "content-type": "application/json",
            "webhook-id": id_,
            "webhook-timestamp": str(now),
            "webhook-signature": signature(hook.secret, id_, now, body),
        }
        try:
            status = self._post(hook.url, body, headers)
        except outgoing.NotAllowed as error:
            return str(error)
        except httpx.HTTPError as error:
            return f"没有应答 · no answer: {type(error).__name__}"
        return "" if 200 <= status < 300 else f"状态 · status {status}"

    def close(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(15)
        self._workers.shutdown(wait=True)
