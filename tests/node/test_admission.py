"""Whoever is let in does not wait long, at any rate of the network behind."""

import heapq
from collections import deque
from contextlib import suppress

import pytest

from huabiao.engines.pool import PoolFull
from huabiao.node.admission import LEAST, START, Admission

BLOCK_S = 0.3
SECONDS = 60


def played(rate: int, offered: float, post: int = 20) -> tuple[list[float], int]:
    """A network of so many envelopes a second, in blocks, offered a multiple of it by
    200 signers: seconds that posts took in the second half, and envelopes done."""
    now = 0.0
    admission = Admission(lambda: now)
    queue: deque[tuple[bytes, float]] = deque()
    times, done, arrived = [], 0, 0
    events = [(BLOCK_S, 1), (0.0, 0)]
    heapq.heapify(events)
    while events:
        now, is_block = heapq.heappop(events)
        if now > SECONDS:
            break
        if is_block:
            for _ in range(min(len(queue), int(rate * BLOCK_S) // post)):
                signer, entered = queue.popleft()
                admission.leave(signer, post, entered)
                if 2 * now > SECONDS:
                    times.append(now - entered)
                    done += post
            heapq.heappush(events, (now + BLOCK_S, 1))
        else:
            arrived += 1
            signer = (arrived % 200).to_bytes(2)
            with suppress(PoolFull):
                queue.append((signer, admission.enter(signer, post)))
            heapq.heappush(events, (now + post / (rate * offered), 0))
    return times, done


@pytest.mark.parametrize("rate", [300, 2_400, 20_000])
@pytest.mark.parametrize("offered", [0.8, 1.3, 2, 5])
def test_times_stay_short_and_the_network_busy(rate: int, offered: float) -> None:
    times, done = played(rate, offered)
    times.sort()
    assert times[int(len(times) * 0.95)] <= 2.0
    assert done >= 0.85 * min(offered, 1) * rate * SECONDS / 2


def test_a_flood_from_one_signer_leaves_room_for_others() -> None:
    admission = Admission(lambda: 0.0)
    with pytest.raises(PoolFull):
        for _ in range(START):
            admission.enter(b"flood", 10)
    flooded = admission.under_way
    admission.enter(b"citizen", 1)
    with pytest.raises(PoolFull):
        admission.enter(b"flood", 1)
    assert admission.under_way == flooded + 1


def test_a_single_large_batch_is_always_taken_by_an_idle_node() -> None:
    now = 0.0
    admission = Admission(lambda: now)
    for _ in range(20):
        entered = admission.enter(b"a", 1_000)
        now += 30.0
        admission.leave(b"a", 1_000, entered)
    assert admission.most == LEAST
    admission.enter(b"a", 5_000)
    with pytest.raises(PoolFull):
        admission.enter(b"a", 1)
