"""Cleaning: disk stays bounded while the same keys are written for ever."""

from pathlib import Path
from random import Random

import pytest
from textbook_trees import sha256, state_proof, state_root

from huabiao.state import State, StateDamaged
from huabiao.state.cleaning import NODES_FACTOR, VALUES_FACTOR

FILE, HISTORY = 30_000, 60_000


def opened(folder: Path, budget: int) -> State:
    return State.open(
        folder,
        sha256,
        memory_budget=budget,
        retained=3,
        history_bytes=HISTORY,
        file_bytes=FILE,
    )


def used(folder: Path, name: str) -> int:
    return sum(file.stat().st_size for file in folder.glob(f"{name}-*.pile"))


@pytest.mark.parametrize("budget", [1, 2**29])
def test_disk_is_bounded_through_many_rounds(tmp_path: Path, budget: int) -> None:
    draw, held, floors = Random(budget), dict[bytes, bytes](), set[tuple[int, int]]()
    past: dict[int, dict[bytes, bytes]] = {0: {}}
    state = opened(tmp_path, budget)
    for height in range(1, 400):
        writes = {b"%d" % draw.randrange(600): draw.randbytes(200) for _ in range(30)}
        held |= writes
        assert state.apply(height, dict(writes)) == state_root(sha256, held)
        state.flush()
        past[height] = dict(held)
        newest = state.store.points[-1]
        floors.add((newest.nodes_floor, newest.values_floor))
        if height % 57 == 0:
            state.close()
            state = opened(tmp_path, budget)
        slack = 2 * FILE + HISTORY
        assert used(tmp_path, "nodes") < 2 * NODES_FACTOR * newest.node_bytes + slack
        assert used(tmp_path, "values") < 2 * VALUES_FACTOR * newest.value_bytes + slack
        key = b"%d" % draw.randrange(650)
        for point in state.retained_heights():
            value, proof, _ = state.prove(key, point)
            assert value == past[point].get(key)
            assert proof == state_proof(sha256, past[point], key)
        assert state.get(key) == held.get(key)
    assert len({nodes for nodes, _ in floors}) > 10
    assert len({values for _, values in floors}) > 10
    assert state.check() == len(held)
    state.close()


def test_growth_alone_cleans_no_values(tmp_path: Path) -> None:
    """What is all needed is not written again."""
    state = opened(tmp_path, 2**29)
    for height in range(1, 200):
        state.apply(height, {b"%d %d" % (height, n): bytes(100) for n in range(30)})
        state.flush()
    newest = state.store.points[-1]
    assert newest.values_floor == 0
    assert newest.values_end == newest.value_bytes == used(tmp_path, "values")
    state.close()


def test_a_lost_value_stops_the_cleaning_with_a_sentence(tmp_path: Path) -> None:
    state = opened(tmp_path, 1)
    state.apply(1, {b"%d" % n: bytes(100) for n in range(300)})
    state.flush()
    first = next(tmp_path.glob("values-*.pile"))
    first.write_bytes(first.read_bytes()[:5_000])
    state.store.values.maps.clear()
    with pytest.raises(StateDamaged, match="value .* is missing"):
        for height in range(2, 200):
            state.apply(height, {b"%d" % n: bytes(100) for n in range(280)})
            state.flush()
    state.close(flush=False)
