"""Whole segments leave a log from below, and come back; a crash hurts nobody."""

from pathlib import Path

import pytest

from huabiao.state import BlockLog
from huabiao.state.recovery import write_start
from huabiao.state.tail import LogTail, extent
from huabiao.state.whole import lay_back, remove_below

PAYLOADS = {height: bytes([height]) * 300 for height in range(1, 21)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    log = BlockLog.open(tmp_path / "blocks", segment_bytes=1_000)
    for height, payload in PAYLOADS.items():
        log.append(height, payload)
    log.close()
    return tmp_path / "blocks"


def held(folder: Path) -> dict[int, bytes]:
    log = BlockLog.open(folder, segment_bytes=1_000)
    found = dict(log.blocks(1))
    log.close()
    return found


def test_segments_below_a_height_go_and_the_log_goes_on(folder: Path) -> None:
    before = sum(path.stat().st_size for path in folder.glob("*.log"))
    start, freed = remove_below(folder, 12)
    assert 1 < start <= 12 and freed
    assert before - freed == sum(path.stat().st_size for path in folder.glob("*.log"))
    assert held(folder) == {h: p for h, p in PAYLOADS.items() if h >= start}
    assert extent(folder) == (start, 20)
    log = BlockLog.open(folder)
    log.append(21, b"the next")
    assert (log.first, log.height, log.read(21)) == (start, 21, b"the next")
    log.close()
    assert LogTail(folder).read(start - 1) is None
    assert remove_below(folder, 12) == (start, 0), "nothing is left to remove"


def test_a_crash_between_start_and_removal_leaves_a_log_that_opens(
    folder: Path,
) -> None:
    second = sorted(folder.glob("*.log"))[1]
    start = int(second.stem[7:])
    write_start(folder, start)  # and then the power went
    assert min(held(folder)) == start and extent(folder)[0] == start
    assert remove_below(folder, 1)[0] == start
    assert sorted(folder.glob("*.log"))[0] == second


def test_a_lost_first_segment_is_still_missed(folder: Path) -> None:
    remove_below(folder, 12)
    sorted(folder.glob("*.log"))[0].unlink()
    with pytest.raises(Exception, match="is missing"):
        held(folder)


def test_what_was_removed_comes_back(folder: Path) -> None:
    start, _ = remove_below(folder, 20)
    older = [PAYLOADS[height] for height in range(1, start)]
    with pytest.raises(ValueError):
        lay_back(folder, 1, older[:-1], 1_000)
    assert min(held(folder)) == start, "a part of them changes nothing"
    assert lay_back(folder, 1, older, 1_000) == start - 1
    assert held(folder) == PAYLOADS and extent(folder) == (1, 20)
