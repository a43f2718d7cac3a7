"""Rows and numbers of the tree in memory: used for a node, and then for another."""

from pathlib import Path

from test_state_model import Pairs, apply, batch
from textbook_trees import sha256, state_root

from huabiao.state import State


def used(state: State) -> tuple[int, int]:
    """Rows of inner nodes, and numbers of leaves, that are not free."""
    rows = state.tree.rows
    assert len(set(rows.free_rows)) == len(rows.free_rows)
    assert len(set(rows.free_leaves)) == len(rows.free_leaves)
    inners = len(rows.counts) - 1 - len(rows.free_rows)
    return inners, len(rows.leaves) - 2 - len(rows.free_leaves)


def test_rows_are_those_of_the_nodes_whatever_parts_and_merges(tmp_path: Path) -> None:
    state = State.open(tmp_path, sha256)
    held: Pairs = {}
    for height in range(1, 41):
        deleting = (0.0, 0.2, 0.9, 1.0)[height % 4]
        writes = batch(height, 3000, 1 + height % 7 * 300, deleting)
        apply(held, writes)
        assert state.apply(height, writes) == state_root(sha256, held)
        assert used(state) == (state.tree.inners, state.tree.leaves)
    state.apply(41, dict.fromkeys(held))
    assert used(state) == (0, 0)
    state.close()


def test_a_tree_that_comes_and_goes_takes_no_more_rows(tmp_path: Path) -> None:
    state = State.open(tmp_path, sha256)
    writes = {b"%d" % n: b"value" for n in range(4000)}
    taken = set()
    for height in range(1, 13, 2):
        state.apply(height, dict(writes))
        state.apply(height + 1, dict.fromkeys(writes))
        taken.add((len(state.tree.rows.counts), len(state.tree.rows.leaves)))
    assert len(taken) == 1
    state.close()


def test_what_leaves_memory_leaves_its_row(tmp_path: Path) -> None:
    state = State.open(tmp_path, sha256, memory_budget=2**20)
    for height in range(1, 31):
        state.apply(height, {b"%d %d" % (height, n): bytes(50) for n in range(500)})
        state.flush()
    inners, leaves = used(state)
    assert 0 < inners < state.tree.inners and 0 < leaves < state.tree.leaves
    state.close()
