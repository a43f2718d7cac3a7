"""
Erasing: the vault follows the chain and does what it was asked there.

    asked (on the chain) → key destroyed → object deleted → confirmed (on the chain)

The request on the chain comes first: it is the durable order, signed by the owner or
the person, and from then on nothing is opened. The confirmation comes last: the chain
never says "erased" while a key still exists. Killed between any two steps, the vault
finds the request still standing at its next start and does the rest; destroying twice
does no harm. A backup brings keys of erased values back: they are destroyed again at
the start, and as the chain of a restored node comes along.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from huabiao.client.port import Busy, Port
from huabiao.client.signing import call, sign_envelope
from huabiao.codec import decode
from huabiao.services.vault.vault import Vault

MOST_AT_ONCE = 100
PAUSE_SECONDS, RETRY_SECONDS, CATCH_UP_SECONDS = 0.5, 5.0, 2.0
ERASED_AT = 10
"""Where `erased_at` stands in what the contract `privacy` has of a value."""
ORPHAN_MS = 86_400_000
"""Kept for a day without a word on the chain: its envelope can come no more."""

FAILING = (
    "保险库暂不能执行删除，正在重试，请查日志。"
    " The vault cannot erase at the moment and tries again; see the log."
)

log = logging.getLogger("huabiao.vault")


class Entries(Protocol):
    """The part of the read model that is asked."""

    def entries(
        self, contract: str, part: str, prefix: str, after: str = "", limit: int = 50
    ) -> list[tuple[str, bytes]]: ...

    def wait_for(self, height: int, seconds: float) -> Any: ...


class Follower(Port, Protocol):
    """A port whose node shows alerts to people."""

    alerts: list[str]


def erase_asked(vault: Vault, port: Port, index: Entries) -> int:
    """Destroy and confirm what the chain asks of this vault; how many."""
    prefix, after, done = f"{vault.account.hex()}/", "", 0
    while asked := index.entries(
        "privacy", "asked", prefix, after=after, limit=MOST_AT_ONCE
    ):
        after = asked[-1][0]
        names = [key.removeprefix(prefix) for key, _ in asked]
        # The read model may be a block behind: what was confirmed is asked no more.
        names = [name for name in names if port.read(f"privacy/asked/{prefix}{name}")]
        for name in names:
            vault.destroy(name)
        done += _confirm(vault, port, names)
    return done


def _confirm(vault: Vault, port: Port, names: list[str]) -> int:
    if not names:
        return 0
    signer = vault.signing.of(port.suite_name)
    envelopes = [
        sign_envelope(port.chain, signer, [call("privacy", "confirm_erasure", name)])
        for name in names
    ]
    outcomes = asyncio.run(port.submit(envelopes))
    for name, outcome in zip(names, outcomes, strict=True):
        if not outcome.accepted:
            log.warning("erasure of %s not confirmed: %s", name, outcome.code)
    return sum(outcome.accepted for outcome in outcomes)


def sweep_orphans(vault: Vault, port: Port, now_ms: int) -> int:
    """Destroy what was kept for an envelope that never came to the chain."""
    orphans = [
        name
        for name in vault.older_than(now_ms - ORPHAN_MS)
        if port.read(f"privacy/kept/{name}") is None
    ]
    for name in orphans:
        vault.destroy(name)
    return len(orphans)


def destroy_erased(vault: Vault, port: Port) -> int:
    """
    Destroy again what the chain says was erased: keys that a backup brought back.

    A confirmation stands on the chain, so nobody asks for it any more.
    """
    found = [name for name in vault.names() if _is_erased(port, name)]
    for name in found:
        vault.destroy(name)
    if found:
        log.warning("%d keys of erased values were here again: destroyed", len(found))
    return len(found)


def _is_erased(port: Port, name: str) -> bool:
    stored = port.read(f"privacy/kept/{name}")
    return stored is not None and decode(stored)[ERASED_AT] is not None


def erase_as_before(vault: Vault, port: Port) -> int:
    """
    In a home from a backup, until the chain has come to the time of the restore: by
    then it has told of everything that the vault erased before it was lost.
    """
    restored_at = vault.restored_at()
    if restored_at is None:
        return 0
    newest = port.block(port.height)
    done = destroy_erased(vault, port)
    if newest is not None and newest.header.time >= restored_at:
        vault.forget_restore()
    return done


class Eraser:
    """The thread of a vault that follows the chain; `close` waits for its end."""

    def __init__(self, vault: Vault, port: Follower, index: Entries) -> None:
        self._vault, self._port, self._index = vault, port, index
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="vault", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join(10)

    def _follow(self) -> None:
        vault, port, index = self._vault, self._port, self._index
        stop, alerts = self._stop, port.alerts
        _until_done(lambda: sweep_orphans(vault, port, _now()), stop, alerts)
        _until_done(lambda: destroy_erased(vault, port), stop, alerts)
        height = -1
        while not stop.is_set():
            if port.height > height:
                height = port.height
                index.wait_for(height, CATCH_UP_SECONDS)
                _until_done(lambda: vault.signing.join_coming(port), stop, alerts)
                _until_done(lambda: erase_asked(vault, port, index), stop, alerts)
                _until_done(lambda: erase_as_before(vault, port), stop, alerts)
            port.wait_for(height + 1, PAUSE_SECONDS)


def _until_done(
    work: Callable[[], int], stop: threading.Event, alerts: list[str]
) -> None:
    """Work that is tried again until it succeeds; meanwhile an alert stands."""
    while not stop.is_set():
        try:
            work()
        except Busy:
            stop.wait(RETRY_SECONDS)
        except Exception:
            # Whatever it is (a full disk, a storage that is away), a request to erase
            # stays owed: the thread must not end.
            log.exception("the vault cannot erase")
            if FAILING not in alerts:
                alerts.append(FAILING)
            stop.wait(RETRY_SECONDS)
        else:
            if FAILING in alerts:
                alerts.remove(FAILING)
            return


def _now() -> int:
    return int(time.time() * 1000)
