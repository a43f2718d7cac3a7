"""
Filing: many entries in one envelope, each answered when it is durable.

Entries gather for some milliseconds, and under load for as long as the envelopes before
them are on their way: each costs a signature, two files flushed and a block. An
envelope is all or nothing: when one call spoils it, each is filed by itself, so that a
grant that was revoked a moment ago stops nobody else's receipt.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from huabiao.client.port import Outcome
from huabiao.crypto.envelope import Call

GATHER_SECONDS = 0.004
MOST_TOGETHER, MOST_UNDER_WAY = 250, 2


class Entry(NamedTuple):
    """A call to file, and if it files a receipt, its id and the tags of its rows."""

    call: Call
    receipt: str = ""
    tags: Sequence[bytes] = ()


Submit = Callable[[Sequence[Entry]], Awaitable[Outcome]]
"""Signs entries into one envelope and waits until it is durable, or was refused."""


@dataclass
class _Waiting:
    entry: Entry
    done: "asyncio.Future[Outcome]"


class Filing:
    """One signer's queue. Lives in one event loop."""

    def __init__(self, submit: Submit) -> None:
        self._submit = submit
        self._waiting: list[_Waiting] = []
        self._timer: asyncio.TimerHandle | None = None
        self._under_way: set[asyncio.Task[None]] = set()

    async def file(self, entry: Entry) -> Outcome:
        """File an entry; returns when its envelope is durable, or was refused."""
        loop = asyncio.get_running_loop()
        waiting = _Waiting(entry, loop.create_future())
        self._waiting.append(waiting)
        if len(self._waiting) >= MOST_TOGETHER:
            self._go()
        elif self._timer is None and len(self._under_way) < MOST_UNDER_WAY:
            self._timer = loop.call_later(GATHER_SECONDS, self._go)
        return await waiting.done

    def _go(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._waiting and len(self._under_way) < MOST_UNDER_WAY:
            together = self._waiting[:MOST_TOGETHER]
            del self._waiting[:MOST_TOGETHER]
            task = asyncio.ensure_future(self._file_together(together))
            self._under_way.add(task)
            task.add_done_callback(self._next)

    def _next(self, ended: asyncio.Task[None]) -> None:
        """One is filed: those who came meanwhile have gathered."""
        self._under_way.discard(ended)
        self._go()

    async def _file_together(self, together: list[_Waiting]) -> None:
        try:
            outcome = await self._submit([each.entry for each in together])
        except Exception as error:
            for each in together:
                if not each.done.done():
                    each.done.set_exception(error)
            return
        if outcome.accepted or len(together) == 1:
            for each in together:
                if not each.done.done():
                    each.done.set_result(outcome)
            return
        await asyncio.gather(*(self._file_together([each]) for each in together))
