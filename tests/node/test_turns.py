"""The read model yields to blocks while it is on time, and not when it is late."""

import os
import threading

import pytest

from huabiao.node.turns import LATE_S, NICENESS, Turns


class Behind:
    """So many seconds behind."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def behind_s(self) -> float:
        return self.seconds


def priority() -> int:
    """The niceness of the thread that asks."""
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def test_a_step_is_quiet_on_time_and_not_when_late_and_quiet_again() -> None:
    own, blocks = priority(), Behind(0)
    turns, quiet = Turns(blocks), max(own, NICENESS)
    assert turns.take(priority) == quiet
    blocks.seconds = LATE_S + 1
    assert turns.take(priority) == own
    blocks.seconds = LATE_S - 1
    assert turns.take(priority) == quiet
    assert priority() == own


def test_what_a_step_raises_is_heard() -> None:
    def failing() -> int:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        Turns(Behind(0)).take(failing)
