"""The block log: what was appended is there, or the log says where it is damaged."""

import os
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huabiao.state import BlockLog, LogBusy, LogDamaged


def filled(folder: Path, blocks: int, segment_bytes: int = 2**20) -> list[bytes]:
    """A closed log with some blocks; gives their payloads."""
    log = BlockLog.open(folder, segment_bytes=segment_bytes)
    payloads = [b"block %d " % n * n for n in range(1, blocks + 1)]
    for height, payload in enumerate(payloads, 1):
        log.append(height, payload)
    log.close()
    return payloads


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("blocks-*.log"))


def torn_files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("torn-*.bin"))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.binary(max_size=300), max_size=4), max_size=20), st.data())
def test_what_was_appended_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    blocks: list[list[bytes]],
    data: st.DataObject,
) -> None:
    folder = tmp_path_factory.mktemp("log")
    log = BlockLog.open(folder, segment_bytes=data.draw(st.integers(1, 900)))
    for height, parts in enumerate(blocks, 1):
        log.append(height, parts if len(parts) != 1 else parts[0])
        if data.draw(st.booleans()):
            log.close()
            log = BlockLog.open(folder, segment_bytes=400)
    assert (log.first, log.height) == (min(1, len(blocks)), len(blocks))
    expected = [(h, b"".join(parts)) for h, parts in enumerate(blocks, 1)]
    assert list(log.blocks(1)) == expected
    assert list(log.blocks(3, 5)) == expected[2:5]
    assert [log.read(height) for height, _ in expected] == [p for _, p in expected]
    assert log.notices == []
    log.close()


def test_many_buffers_and_large_blocks(tmp_path: Path) -> None:
    log = BlockLog.open(tmp_path)
    parts = [os.urandom(700) for _ in range(3000)]
    log.append(1, parts)
    log.append(2, b"")
    assert log.read(1) == b"".join(parts)
    assert log.read(2) == b""
    log.close()


def test_heights_come_one_after_another(tmp_path: Path) -> None:
    log = BlockLog.open(tmp_path)
    for wrong in (0, 2):
        with pytest.raises(ValueError, match="next block is 1"):
            log.append(wrong, b"")
    log.append(1, b"")
    for wrong in (1, 3):
        with pytest.raises(ValueError, match="next block is 2"):
            log.append(wrong, b"")
    with pytest.raises(KeyError, match="only 1 to 1"):
        log.read(2)
    log.close()


def test_a_log_may_begin_later(tmp_path: Path) -> None:
    """A member that starts from a snapshot has no earlier blocks."""
    log = BlockLog.open(tmp_path, start=1000)
    log.append(1000, b"first here")
    log.close()
    log = BlockLog.open(tmp_path)
    assert (log.first, log.height, log.read(1000)) == (1000, 1000, b"first here")
    log.append(1001, b"")
    log.close()


def test_one_process_writes(tmp_path: Path) -> None:
    payloads = filled(tmp_path, 3)
    log = BlockLog.open(tmp_path)
    with pytest.raises(LogBusy, match="Another process"):
        BlockLog.open(tmp_path)
    reader = BlockLog.open(tmp_path, readonly=True)
    assert [payload for _, payload in reader.blocks(1)] == payloads
    with pytest.raises(ValueError, match="read-only"):
        reader.append(4, b"")
    log.close()


def test_progress_ends_at_the_whole(tmp_path: Path) -> None:
    filled(tmp_path, 50, segment_bytes=1000)
    heard: list[tuple[int, int]] = []
    log = BlockLog.open(tmp_path, on_progress=lambda *each: heard.append(each))
    assert (
        heard[-1][0] == heard[-1][1] == sum(f.stat().st_size for f in files(tmp_path))
    )
    assert all(before < after for before, after in pairwise(heard))
    log.close()


def test_torn_at_every_byte(tmp_path: Path) -> None:
    """However much of the last record the disk has, the log goes on without it."""
    payloads = filled(tmp_path, 4)
    [file] = files(tmp_path)
    whole = file.read_bytes()
    log = BlockLog.open(tmp_path)
    start, end = log.segments[0].span(4)
    log.close()
    for cut in range(start + 1, end):
        file.write_bytes(whole[:cut])
        log = BlockLog.open(tmp_path)
        assert log.height == 3
        assert "height 4" in log.notices[0]
        [name] = torn_files(tmp_path)
        assert (tmp_path / name).read_bytes() == whole[start:cut]
        (tmp_path / name).unlink()
        log.append(4, payloads[3])
        assert [payload for _, payload in log.blocks(1)] == payloads
        log.close()


def test_torn_with_zeros_behind(tmp_path: Path) -> None:
    """A file system may have made the file longer before it had the bytes."""
    filled(tmp_path, 4)
    [file] = files(tmp_path)
    whole = file.read_bytes()
    log = BlockLog.open(tmp_path)
    start, end = log.segments[0].span(4)
    log.close()
    for cut in range(start, end):
        for zeros in (end - cut, end - cut + 4096):
            if whole[cut:end] == bytes(end - cut):
                continue
            file.write_bytes(whole[:cut] + bytes(zeros))
            log = BlockLog.open(tmp_path)
            assert (log.height, len(log.notices)) == (3, 1)
            log.close()
            for name in torn_files(tmp_path):
                (tmp_path / name).unlink()


def test_torn_twice_keeps_both(tmp_path: Path) -> None:
    filled(tmp_path, 2)
    [file] = files(tmp_path)
    for _ in range(2):
        with file.open("ab") as end:
            end.write(b"half")
        BlockLog.open(tmp_path).close()
    assert torn_files(tmp_path) == ["torn-3-1.bin", "torn-3-2.bin"]


@pytest.mark.parametrize("held", [0, 1, 27])
def test_a_segment_that_was_just_begun(tmp_path: Path, held: int) -> None:
    payloads = filled(tmp_path, 6, segment_bytes=1)
    last = files(tmp_path)[-1]
    last.write_bytes(last.read_bytes()[:held])
    log = BlockLog.open(tmp_path, segment_bytes=1)
    assert log.height == 5
    log.append(6, payloads[5])
    log.close()
    log = BlockLog.open(tmp_path)
    assert [payload for _, payload in log.blocks(1)] == payloads
    log.close()


@pytest.mark.parametrize("segment_bytes", [1, 150, 2**20])
def test_one_flipped_bit_anywhere_is_damage(tmp_path: Path, segment_bytes: int) -> None:
    """Of a record that was acknowledged, the last one too: never taken for torn."""
    filled(tmp_path, 5, segment_bytes)
    for file in files(tmp_path):
        whole = file.read_bytes()
        for at in range(len(whole)):
            spoilt = bytearray(whole)
            spoilt[at] ^= 1 << at % 8
            file.write_bytes(spoilt)
            with pytest.raises(LogDamaged, match=f"{file.name}.*huabiao doctor"):
                BlockLog.open(tmp_path)
            assert file.read_bytes() == spoilt
        file.write_bytes(whole)
    assert torn_files(tmp_path) == []


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_flipped_bit(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("log")
    filled(folder, 8, 400)
    file = data.draw(st.sampled_from(files(folder)))
    held = bytearray(file.read_bytes())
    bit = data.draw(st.integers(0, len(held) * 8 - 1))
    held[bit // 8] ^= 1 << bit % 8
    file.write_bytes(held)
    with pytest.raises(LogDamaged):
        BlockLog.open(folder)


def test_the_damage_is_named(tmp_path: Path) -> None:
    filled(tmp_path, 5)
    log = BlockLog.open(tmp_path)
    at, _ = log.segments[0].span(3)
    log.close()
    [file] = files(tmp_path)
    held = bytearray(file.read_bytes())
    held[at + 40] ^= 1
    file.write_bytes(held)
    with pytest.raises(LogDamaged, match=rf"offset {at} of {file.name} \(height 3\)"):
        BlockLog.open(tmp_path)


def test_damage_while_running_is_seen_when_read(tmp_path: Path) -> None:
    filled(tmp_path, 5)
    log = BlockLog.open(tmp_path)
    at, _ = log.segments[0].span(3)
    [file] = files(tmp_path)
    held = bytearray(file.read_bytes())
    held[at + 40] ^= 1
    file.write_bytes(held)
    assert log.read(2)
    with pytest.raises(LogDamaged, match="Block 3"):
        log.read(3)
    with pytest.raises(LogDamaged, match="Block 3"):
        list(log.blocks(1))
    log.close()


@pytest.mark.parametrize("at", [1, 3, 5])
def test_missing_segment(tmp_path: Path, at: int) -> None:
    filled(tmp_path, 6, segment_bytes=1)
    files(tmp_path)[at - 1].unlink()
    with pytest.raises(LogDamaged, match=f"blocks {at} to {at} is missing"):
        BlockLog.open(tmp_path)


def test_cut_short_in_the_middle(tmp_path: Path) -> None:
    filled(tmp_path, 6, segment_bytes=1)
    file = files(tmp_path)[2]
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(LogDamaged, match=file.name):
        BlockLog.open(tmp_path)


def test_a_payload_that_looks_like_a_record_is_no_record(tmp_path: Path) -> None:
    """A stranger who sends a whole log as a payload cannot make a torn tail damage."""
    filled(tmp_path / "other", 5)
    hostile = files(tmp_path / "other")[0].read_bytes()
    log = BlockLog.open(tmp_path / "log")
    log.append(1, b"")
    log.append(2, hostile)
    log.close()
    [file] = files(tmp_path / "log")
    file.write_bytes(file.read_bytes()[:-1])
    log = BlockLog.open(tmp_path / "log")
    assert (log.height, len(log.notices)) == (1, 1)
    log.close()
