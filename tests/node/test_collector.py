"""What a node has loaded is set aside; garbage in cycles goes all the same."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from huabiao.node.collector import THRESHOLDS, settle


class Knot:
    """An object that only the cyclic collector can free."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def settled() -> Iterator[list[int]]:
    loaded: list[int] = []
    before = gc.get_threshold()
    settle()
    yield loaded
    gc.unfreeze()
    gc.set_threshold(*before)


def test_what_was_loaded_is_not_gone_through_again(settled: list[int]) -> None:
    later: list[int] = []
    seen = {id(each) for each in gc.get_objects()}
    assert id(settled) not in seen and id(later) in seen


def test_garbage_in_cycles_still_goes(settled: list[int]) -> None:
    knot = weakref.ref(Knot())
    for _ in range(2 * THRESHOLDS[0]):
        Knot()
    assert settled == [] and knot() is None
