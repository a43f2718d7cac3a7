"""The tail: what a process beside the writer reads of the log."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huabiao.state import BlockLog
from huabiao.state.faults import LogDamaged
from huabiao.state.tail import LogTail

SMALL = 4_096


@pytest.fixture
def log(tmp_path: Path) -> Iterator[BlockLog]:
    written = BlockLog.open(tmp_path / "blocks", segment_bytes=SMALL)
    yield written
    written.close()


def payload(height: int) -> bytes:
    return height.to_bytes(4, "big") * (1 + height * 37 % 200)


def test_a_tail_follows_across_segments_while_the_log_grows(log: BlockLog) -> None:
    tail = LogTail(log.folder)
    seen = []
    for height in range(1, 200):
        log.append(height, payload(height))
        if height % 7 == 0:
            seen += tail.blocks(len(seen) + 1, height)
    assert len(log.segments) > 5
    assert seen == [(h, payload(h)) for h in range(1, 197)]
    tail.close()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 120), min_size=1, max_size=20))
def test_any_height_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, heights: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("log") / "blocks"
    log = BlockLog.open(folder, segment_bytes=SMALL)
    for height in range(1, 121):
        log.append(height, payload(height))
    tail = LogTail(folder)
    assert [tail.read(h) for h in heights] == [payload(h) for h in heights]
    tail.close()
    log.close()


def test_what_the_log_no_longer_has_is_none(log: BlockLog) -> None:
    for height in range(1, 60):
        log.append(height, payload(height))
    log.segments[0].path.unlink()
    tail = LogTail(log.folder)
    assert tail.read(1) is None
    assert tail.read(59) == payload(59)
    tail.close()


def test_a_flipped_bit_is_noticed(log: BlockLog) -> None:
    for height in range(1, 4):
        log.append(height, payload(height))
    path, (at, end) = log.segments[0].path, log.segments[0].span(2)
    with path.open("r+b") as file:
        file.seek((at + end) // 2)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 1]))
    tail = LogTail(log.folder)
    assert tail.read(1) == payload(1)
    with pytest.raises(LogDamaged, match="doctor"):
        tail.read(2)
    tail.close()
