"""The state against a dictionary, and its roots against the tree built from nothing."""

from pathlib import Path
from random import Random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from textbook_trees import sha256, state_proof, state_root

from huabiao.proofs import radix
from huabiao.state import NotRetained, State
from huabiao.state.reading import items

Pairs = dict[bytes, bytes]


def apply(held: Pairs, writes: dict[bytes, bytes | None]) -> None:
    for key, value in writes.items():
        if value is None:
            held.pop(key, None)
        else:
            held[key] = value


Keys = st.integers(0, 150).map(lambda n: b"key %d" % n) | st.binary(
    min_size=1, max_size=6
)
LongKeys = st.integers(438, 1200).map(lambda n: b"k" * n)
Values = st.binary(max_size=50)
Growing = st.dictionaries(Keys | LongKeys, Values, max_size=90)
Shrinking = st.lists(Keys | LongKeys, max_size=90).map(lambda keys: dict.fromkeys(keys))


def batch(
    seed: int, among: int, size: int, deleting: float
) -> dict[bytes, bytes | None]:
    """A batch as large as hypothesis would seldom draw: nodes part and merge."""
    draw = Random(seed)
    return {
        b"key %d" % draw.randrange(among): (
            None if draw.random() < deleting else draw.randbytes(draw.randrange(9))
        )
        for _ in range(size)
    }


Batches = (
    Growing
    | Shrinking
    | st.builds(
        batch,
        st.integers(0, 2**32),
        st.sampled_from([34, 40, 150, 600]),
        st.sampled_from([1, 1, 2, 30, 150, 600]),
        st.sampled_from([0.0, 0.1, 0.5, 1.0]),
    )
)


class AgainstADictionary(RuleBasedStateMachine):
    """Blocks, flushes, reopenings in any order; the dictionary is always right."""

    folder: Path

    @initialize(
        budget=st.sampled_from([1, 2**16, 2**29]),
        file_bytes=st.sampled_from([1, 20_000, 2**27]),
        history_bytes=st.sampled_from([1, 100_000, 2**30]),
        start=st.sampled_from([0, 33, 700]),
    )
    def begin(
        self, budget: int, file_bytes: int, history_bytes: int, start: int
    ) -> None:
        AgainstADictionary.count += 1
        self.place = self.folder / str(AgainstADictionary.count)
        self.settings = {
            "memory_budget": budget,
            "file_bytes": file_bytes,
            "history_bytes": history_bytes,
        }
        self.held = dict[bytes, bytes]()
        self.past: dict[int, Pairs] = {0: {}}
        self.state = self.opened()
        self.block(batch(start, 40 if start == 33 else 1000, start, 0.0))
        self.flush(wait=True)

    count = 0

    def opened(self) -> State:
        return State.open(self.place, sha256, retained=4, **self.settings)

    @rule(writes=Batches)
    def block(self, writes: dict[bytes, bytes | None]) -> None:
        root = self.state.apply(self.state.height + 1, writes)
        apply(self.held, writes)
        assert root == state_root(sha256, self.held)
        self.past[self.state.height] = dict(self.held)

    @rule(
        seed=st.integers(0, 2**32),
        sizes=st.lists(st.sampled_from([1, 2, 30, 600]), min_size=2, max_size=6),
        deleting=st.sampled_from([0.1, 0.5, 1.0]),
        flushing=st.booleans(),
    )
    def several(
        self, seed: int, sizes: list[int], deleting: float, flushing: bool
    ) -> None:
        for size in sizes:
            among = 40 if len(self.held) < 60 else 1000
            self.block(batch(seed + size, among, size, deleting))
            if flushing:
                self.flush(wait=False)

    @rule(wait=st.booleans())
    def flush(self, wait: bool) -> None:
        self.state.flush(wait=wait)

    @rule()
    def maybe_flush(self) -> None:
        self.state.maybe_flush()

    @rule(flush=st.booleans())
    def reopen(self, flush: bool) -> None:
        self.state.close(flush=flush)
        self.state = self.opened()
        self.held = dict(self.past[self.state.height])

    @rule()
    def check(self) -> None:
        assert self.state.check() == len(self.held)
        for height in self.state.retained_heights():
            point = self.state.store.point_at(height)
            then = self.past[height]
            assert point is not None and point.count == len(then)
            assert dict(items(self.state.store, point)) == then
        newest = self.state.store.points[-1]
        needed = sum(4 + len(key) + len(value) for key, value in then.items())
        assert newest.value_bytes == needed

    @rule(key=Keys | LongKeys, which=st.integers(0, 20))
    def prove(self, key: bytes, which: int) -> None:
        heights = self.state.retained_heights()  # what the background has done so far
        height = heights[which % len(heights)]
        then = self.past[height]
        try:
            value, proof, at = self.state.prove(key, height)
            assert value == self.state.value_at(key, height)
        except NotRetained:  # the background has swept it meanwhile
            assert height not in self.state.retained_heights()
            return
        assert (value, at) == (then.get(key), height)
        assert proof == state_proof(sha256, then, key)
        assert radix.verify(sha256, state_root(sha256, then), key, value, proof)

    @rule(prefix=st.binary(max_size=5) | st.just(b"key 1"))
    def items(self, prefix: bytes) -> None:
        found = list(self.state.items(prefix))
        assert dict(found) == {
            key: value for key, value in self.held.items() if key.startswith(prefix)
        }
        assert found == sorted(found)
        assert len(found) == len(dict(found))

    @invariant()
    def newest(self) -> None:
        if hasattr(self, "state"):
            assert self.state.root == state_root(sha256, self.held)
            for key in [*list(self.held)[:3], b"absent"]:
                assert self.state.get(key) == self.held.get(key)

    def teardown(self) -> None:
        if hasattr(self, "state"):
            self.state.close()


def test_any_sequence_agrees_with_a_dictionary(tmp_path: Path) -> None:
    AgainstADictionary.folder = tmp_path
    run_state_machine_as_test(
        AgainstADictionary,
        settings=settings(
            max_examples=80,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
