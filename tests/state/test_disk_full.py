"""A full disk: a sentence, nothing lost, and it goes on when there is room."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from textbook_trees import sha256, state_proof, state_root

from huabiao.state import BlockLog, DiskFull, State

MIB = 2**20


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Path]:
    """A file system of its own; skips where only root may mount, and we are not."""
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)],
        capture_output=True,
    )
    if made.returncode:
        pytest.skip("no right to mount a small file system here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill_up(folder: Path) -> Path:
    """Take all the room that is left."""
    ballast = folder / "ballast"
    with pytest.raises(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    return ballast


def test_log(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 2 * MIB) as disk:
        log = BlockLog.open(disk / "log", segment_bytes=400_000)
        appended = 0
        with pytest.raises(DiskFull, match="MiB left.*make room"):
            while True:
                log.append(appended + 1, bytes([appended % 256]) * 100_000)
                appended += 1
        assert 10 < appended == log.height
        with pytest.raises(DiskFull):
            log.append(appended + 1, bytes(200_000))
        assert log.read(appended) == bytes([(appended - 1) % 256]) * 100_000
        ballast = fill_up(disk)
        with pytest.raises(DiskFull):
            log.append(appended + 1, bytes(5000))
        ballast.unlink()
        log.append(appended + 1, b"there is room again")
        log.close()
        log = BlockLog.open(disk / "log")
        assert (log.height, log.notices) == (appended + 1, [])
        assert log.read(log.height) == b"there is room again"
        log.close()


def test_log_where_not_even_a_new_segment_has_room(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", MIB) as disk:
        log = BlockLog.open(disk / "log", segment_bytes=1)
        log.append(1, b"first")
        ballast = fill_up(disk)
        with pytest.raises(DiskFull):
            log.append(2, b"second")
        ballast.unlink()
        log.append(2, b"second")
        assert [payload for _, payload in log.blocks(1)] == [b"first", b"second"]
        log.close()
        assert BlockLog.open(disk / "log").height == 2


def test_log_under_a_limit_on_file_size(tmp_path: Path) -> None:
    """Needs no rights: the system refuses to make the file longer (EFBIG)."""
    script = f"""
import resource
from pathlib import Path
from huabiao.state import BlockLog, DiskFull
log = BlockLog.open(Path({str(tmp_path)!r}))
log.append(1, b"first")
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, resource.RLIM_INFINITY))
try:
    log.append(2, bytes(20_000))
except DiskFull as full:
    print(full)
resource.setrlimit(
    resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
)
log.append(2, b"second")
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert "The disk is full" in done.stdout
    log = BlockLog.open(tmp_path)
    assert [payload for _, payload in log.blocks(1)] == [b"first", b"second"]
    assert log.notices == []
    log.close()


@pytest.mark.parametrize("wait", [True, False])
def test_state(tmp_path: Path, wait: bool) -> None:
    with small_disk(tmp_path / "disk", 4 * MIB) as disk:
        state = State.open(disk / "state", sha256)
        held = {b"%d" % n: b"first" for n in range(100)}
        first = dict(held)
        state.apply(1, dict(held))
        state.flush()
        ballast = fill_up(disk)
        more = {b"%d" % n: bytes(100) for n in range(50, 5000)}
        state.apply(2, dict(more))
        with pytest.raises(DiskFull, match="the state: .* left"):
            state.flush(wait=wait)
            state.flush(wait=True)  # the background's error comes at the next call
        assert (state.height, state.flushed_height) == (2, 1)
        assert state.get(b"60") == bytes(100)
        state.apply(3, {b"60": b"third"})
        ballast.unlink()
        held |= more
        held[b"60"] = b"third"
        assert state.root == state_root(sha256, held)
        state.flush()
        assert state.flushed_height == 3
        for key in (b"60", b"99", b"4000"):
            value, proof, _ = state.prove(key, 1)
            assert value == first.get(key)
            assert proof == state_proof(sha256, first, key)
        state.close()
        again = State.open(disk / "state", sha256)
        assert (again.height, again.root) == (3, state_root(sha256, held))
        assert again.check() == 5000
        again.close()


def test_state_under_a_limit_on_file_size(tmp_path: Path) -> None:
    """Needs no rights; the first part of what is written may be there already."""
    script = f"""
import resource
from hashlib import sha256
from pathlib import Path
from huabiao.state import DiskFull, State
def digest(data):
    return sha256(data).digest()
state = State.open(Path({str(tmp_path)!r}), digest)
state.apply(1, {{b"a": b"1"}})
state.flush()
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
state.apply(2, {{b"%d" % n: bytes(100) for n in range(3000)}})
for wait in (True, False, True):
    try:
        state.flush(wait=wait)
    except DiskFull as full:
        print(full)
assert state.flushed_height == 1
state.apply(3, {{b"a": b"3", b"5": None}})
resource.setrlimit(
    resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
)
state.flush()
assert state.retained_heights() == [0, 1, 2, 3]
assert state.value_at(b"5", 2) == bytes(100)
assert state.check() == 3000
state.close()
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert "The disk is full, cannot write the state" in done.stdout
    state = State.open(tmp_path, sha256)
    assert (state.height, state.get(b"a"), state.get(b"5")) == (3, b"3", None)
    state.close()
