"""SIGKILL at any moment: what was acknowledged is in the log, the state is whole."""

import random
import subprocess
import sys
from pathlib import Path

from textbook_trees import sha256, state_root

from huabiao.state import BlockLog, State
from huabiao.state.reading import items

CHILD = """
import random, sys
from hashlib import sha256
from pathlib import Path
from huabiao.state import BlockLog, State
folder = Path(sys.argv[1])
log = BlockLog.open(folder / "log", segment_bytes=20_000)
state = State.open(
    folder / "state", lambda data: sha256(data).digest(),
    retained=8, file_bytes=50_000, memory_budget=100_000,
)
while True:
    height = log.height + 1
    draw = random.Random(height)
    payload = draw.randbytes(draw.randrange(2000))
    log.append(height, payload)
    print(height, flush=True)
    while state.height < height:
        at = state.height + 1
        state.apply(at, {b"%d" % (n % 997): log.read(at) for n in range(at, at + 40)})
    state.maybe_flush()
"""


def test_killed_again_and_again(tmp_path: Path) -> None:
    draw = random.Random(1)
    acknowledged = 0
    for _ in range(12):
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(tmp_path)], stdout=subprocess.PIPE
        )
        assert child.stdout is not None
        for _ in range(draw.randrange(1, 60)):
            acknowledged = int(child.stdout.readline())
        child.kill()
        rest = child.stdout.read().split()
        child.wait()
        acknowledged = max([acknowledged, *map(int, rest)])
        log = BlockLog.open(tmp_path / "log")
        state = State.open(tmp_path / "state", sha256, retained=8)
        assert acknowledged <= log.height <= acknowledged + 1
        assert state.height <= log.height
        held: dict[bytes, bytes] = {}
        points = {point.height: point for point in state.store.points}
        for height, payload in log.blocks(1, state.height):
            assert payload == payload_of(height)
            held |= {b"%d" % (n % 997): payload for n in range(height, height + 40)}
            if height in points:
                assert dict(items(state.store, points[height])) == held
        assert state.root == state_root(sha256, held)
        assert state.check() == len(held)
        newest = state.store.points[-1]
        state.close()
        log.close()
    assert newest.nodes_floor and newest.values_floor  # it was cleaned meanwhile


def payload_of(height: int) -> bytes:
    draw = random.Random(height)
    return draw.randbytes(draw.randrange(2000))
