"""
A gateway's process: attestor, carrier or both, step after step until it is stopped.

It keeps nothing that matters: killed at any moment and started again, it reads both
chains and goes on. What goes wrong is said once, and tried again, later each time.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from huabiao.client.port import Busy
from huabiao.client.remote import Answered, Unreachable
from huabiao.services.foreign.ethereum_rpc import NodeRefused, NodeUnreachable
from huabiao.services.foreign.home_side import NotCarried

LONGEST_WAIT_S = 60.0
PASSING = (
    Answered, Busy, NodeRefused, NodeUnreachable, NotCarried, Unreachable,
)  # fmt: skip


def try_all(acts: Sequence[Callable[[], None]]) -> None:
    """Do each, also where another fails, so that one message never holds up the rest;
    then raise what went wrong first. A side that does not answer ends it at once."""
    first: Exception | None = None
    for act in acts:
        try:
            act()
        except (NodeUnreachable, Unreachable, Busy):
            raise
        except PASSING as error:
            first = first or error
    if first is not None:
        raise first


class Worker(Protocol):
    """An attestor or a carrier."""

    def step(self) -> None: ...


def run(
    workers: Sequence[Worker],
    every_s: float,
    stop: threading.Event,
    say: Callable[[str], None],
) -> None:
    """Let each worker step, again and again."""
    wait, last = every_s, ""
    while not stop.is_set():
        told = ""
        for worker in workers:
            try:
                worker.step()
            except PASSING as error:
                told = str(error)
        if told and told != last:
            say(told)
        wait = min(max(every_s, 2 * wait), LONGEST_WAIT_S) if told else every_s
        last = told
        stop.wait(wait)
