"""The state: any order of writes, genesis, history, threads, and its budget."""

from pathlib import Path
from threading import Event, Thread

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_state_model import Keys, Pairs, Values, apply, batch
from textbook_trees import sha256, state_proof, state_root

from huabiao.proofs import radix
from huabiao.state import DiskFull, NotRetained, State
from huabiao.state.rows import NONE, STORED


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(Keys, Values, max_size=150), st.randoms(use_true_random=False))
def test_root_depends_on_the_set_alone(
    tmp_path_factory: pytest.TempPathFactory, held: Pairs, random: object
) -> None:
    """One by one, all at once, or by way of keys that are removed again."""
    folder = tmp_path_factory.mktemp("state")
    one = State.open(folder / "one", sha256)
    other = State.open(folder / "other", sha256)
    for height, key in enumerate(held, 1):
        one.apply(height, {key: held[key]})
    extra = {b"extra %d" % n: b"" for n in range(100)}
    other.apply(1, {**extra, **held})
    other.apply(2, dict.fromkeys(extra))
    assert one.root == other.root == state_root(sha256, held)
    one.close()
    other.close()


def test_one_by_one_up_and_down(tmp_path: Path) -> None:
    """Every number of keys on the way, where nodes part and where they merge."""
    state = State.open(tmp_path, sha256)
    held: Pairs = {}
    steps = [(b"key %d" % n, b"%d" % n) for n in range(110)]
    changes = [*steps, *((key, None) for key, _ in steps)]
    for height, (key, value) in enumerate(changes, 1):
        apply(held, {key: value})
        assert state.apply(height, {key: value}) == state_root(sha256, held)
    assert state.root == radix.empty_root(sha256)
    state.close()


def test_every_retained_height_is_as_it_was(tmp_path: Path) -> None:
    state, held, past = State.open(tmp_path, sha256), {}, []
    for height in range(1, 31):
        for size in (400, 20):
            writes = batch(height + size, 700, size, 0.8 if height % 7 > 4 else 0.2)
            state.apply(state.height + 1, writes)
            apply(held, writes)
        state.flush()
        past.append((state.height, dict(held)))
    for height, then in past:
        for n in range(0, 700, 50):
            key = b"key %d" % (n + height % 50)
            value, proof, _ = state.prove(key, height)
            assert value == then.get(key)
            assert proof == state_proof(sha256, then, key)
    state.close()


def test_genesis_is_height_0(tmp_path: Path) -> None:
    state = State.open(tmp_path, sha256)
    root = state.apply(0, {b"a": b"1"})
    state.flush()
    state.apply(1, {b"a": b"2"})
    assert state.prove(b"a", 0)[0] == b"1"
    state.close(flush=False)
    again = State.open(tmp_path, sha256)
    assert (again.height, again.root, again.get(b"a")) == (0, root, b"1")
    with pytest.raises(ValueError, match="0 cannot be applied"):
        again.apply(0, {b"a": b"3"})
    again.close()


def test_what_is_prepared_is_seen_only_when_published(tmp_path: Path) -> None:
    state = State.open(tmp_path, sha256)
    first = state.prepare(1, {b"a": b"1"})
    rival = state.prepare(1, {b"a": b"2"})
    assert state.get(b"a") is None
    assert state.height == 0
    state.publish(first)
    assert (state.get(b"a"), state.root) == (b"1", first.root)
    with pytest.raises(ValueError, match="void"):
        state.publish(rival)
    state.close()


def test_a_height_that_is_gone_names_its_neighbours(tmp_path: Path) -> None:
    state = State.open(tmp_path, sha256, retained=3)
    for height in range(1, 11):
        state.apply(height, {b"key": b"%d" % height})
        if height % 2 == 0:
            state.flush()
    assert state.retained_heights() == [6, 8, 10]
    for gone in (0, 1, 4, 7, 9, 11):
        with pytest.raises(NotRetained, match="6.*8"):
            state.prove(b"key", gone)
        with pytest.raises(NotRetained):
            state.value_at(b"key", gone)
    assert [state.value_at(b"key", h) for h in (6, 8, 10)] == [b"6", b"8", b"10"]
    state.close()


def test_old_points_are_let_go(tmp_path: Path) -> None:
    """What is kept of the past is bounded by flush points, and by bytes."""
    state = State.open(tmp_path / "a", sha256, retained=5)
    small = State.open(tmp_path / "b", sha256, history_bytes=300_000)
    for height in range(1, 60):
        writes = {b"%d" % (n * height % 977): b"%d" % height for n in range(50)}
        for each in (state, small):
            each.apply(height, dict(writes))
            each.flush()
    assert len(state.retained_heights()) == 5
    assert 2 <= len(small.retained_heights()) < 20
    for each in (state, small):
        oldest = each.store.points[0]
        value, proof, _ = each.prove(b"50", oldest.height)
        assert radix.verify(sha256, oldest.root, b"50", value, proof)
        each.close()


def test_what_was_prepared_before_nodes_left_memory_counts(tmp_path: Path) -> None:
    state, held = State.open(tmp_path, sha256, memory_budget=1), batch(1, 900, 700, 0.0)
    state.apply(1, dict(held))
    prepared = state.prepare(2, {b"key 1": b"new"})
    state.flush()  # and all that it has written leaves memory
    state.flushing.failure = DiskFull("the next call is to hear of it, not this one")
    state.publish(prepared)
    with pytest.raises(DiskFull, match="the next call"):
        state.maybe_flush()
    assert state.root == prepared.root == state_root(sha256, held | {b"key 1": b"new"})
    state.flush()
    assert state.get(b"key 1") == b"new"
    assert state.check() == len(held | {b"key 1": b"new"})
    state.close()


def test_readers_see_whole_blocks(tmp_path: Path) -> None:
    """Threads prove while blocks are applied and flushed: never half a block."""
    state = State.open(tmp_path, sha256, memory_budget=2**16)
    keys = [b"key %d" % n for n in range(200)]
    roots: dict[int, bytes] = {0: state.root}
    stop, wrong = Event(), list[str]()

    def read(offset: int) -> None:
        at = offset
        while not stop.is_set():
            key, at = keys[at % 200], at + 7
            value, proof, height = state.prove(key)
            expected = None if height == 0 else b"%d" % height
            while height not in roots and not stop.is_set():
                pass  # the applying thread is about to write it down
            if value != expected:
                wrong.append(f"{key!r} at {height}: {value!r}")
            elif height in roots and not radix.verify(
                sha256, roots[height], key, value, proof
            ):
                wrong.append(f"{key!r} at {height}: proof")

    threads = [Thread(target=read, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for height in range(1, 60):
        writes = dict.fromkeys(keys, b"%d" % height)
        roots[height] = state.apply(height, writes)
        state.maybe_flush()
    stop.set()
    for thread in threads:
        thread.join()
    assert not wrong
    state.close()


def residents(state: State) -> int:
    """Leaves and inner nodes in memory: what the slots of all rows say."""
    return int(np.isin(state.tree.rows.children, (NONE, STORED), invert=True).sum())


def test_a_small_budget_is_kept(tmp_path: Path) -> None:
    state = State.open(tmp_path, sha256, memory_budget=2**20)
    for height in range(1, 21):
        writes = {b"%d %d" % (height, n): bytes(100) for n in range(500)}
        state.apply(height, dict(writes))
        state.maybe_flush()
    state.flush()
    assert state.tree.held < 2**20
    assert state.value_cache.young_bytes < 2**20
    assert residents(state) < 2**20 / 200
    assert all(state.get(b"%d 7" % height) == bytes(100) for height in range(1, 21))
    state.close()


def test_check_finds_nothing_wrong(tmp_path: Path) -> None:
    state = State.open(tmp_path, sha256)
    state.apply(1, {b"%d" % n: b"" for n in range(2000)})
    assert state.check() == 2000
    state.close()
