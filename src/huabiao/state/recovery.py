"""
Opening a block log: every record is read and checked, and a torn last one moved aside.

A crash can leave the last record of the last segment unfinished. It was never
acknowledged: its bytes go to `torn-<height>-<n>.bin` beside, for whoever wants to look.
Everything else that is not as it was written stops the opening.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from mmap import mmap
from pathlib import Path
from typing import IO

from huabiao.durable import PUBLIC, sync_folder, write_whole
from huabiao.state.faults import (
    NO_ROOM,
    LogBusy,
    LogDamaged,
    StorageFault,
    disk_full,
)
from huabiao.state.segment import (
    HEADER,
    Segment,
    is_torn,
    map_file,
    parse_header,
    record_length,
)

START = "start"
OnProgress = Callable[[int, int], None]


def lock_folder(folder: Path) -> IO[bytes]:
    """Hold the log for this process alone; LogBusy if another one has it."""
    file = (folder / "lock").open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise LogBusy(
            f"另一进程正在使用区块日志 {folder}。请先停止它，或换一个文件夹。"
            f" Another process is using the block log at {folder}."
            " Stop it first, or choose another folder."
        ) from error
    return file


def recover(
    folder: Path, notices: list[str], on_progress: OnProgress | None, *, repair: bool
) -> list[Segment]:
    """The segments of a folder with every record checked. Raises LogDamaged."""
    paths = segment_files(folder)
    total, checked = sum(path.stat().st_size for path in paths), 0
    segments: list[Segment] = []
    for path in paths:
        due = segments[-1].last + 1 if segments else _begins(folder, path)
        segment = _check(path, due, notices, last=path == paths[-1], repair=repair)
        checked += path.stat().st_size if path.exists() else 0
        if segment is not None:
            segments.append(segment)
        if on_progress is not None:
            on_progress(checked, total)
    return segments


def segment_files(folder: Path) -> list[Path]:
    """The segments from the log's start on; what lies below is on its way out or in
    (whole.py)."""
    paths = sorted(folder.glob(f"blocks-{'[0-9]' * 20}.log"))
    start = _begins(folder, paths[0]) if paths else 0
    return [path for path in paths if int(path.stem[7:]) >= start]


def _begins(folder: Path, first: Path) -> int:
    """The height that the log began with, else what its first file is named after."""
    try:
        return int((folder / START).read_text())
    except (OSError, ValueError):
        return int(first.stem[7:])


def write_start(folder: Path, height: int) -> None:
    """Note the height that a log begins with, so that a lost first file is missed."""
    write_whole(folder / START, f"{height}\n".encode(), PUBLIC)


def _check(
    path: Path, due: int, notices: list[str], *, last: bool, repair: bool
) -> Segment | None:
    """Read one segment; None if a crash left not even its header."""
    held = map_file(path)
    try:
        header = parse_header(bytes(held[: HEADER.size]))
        if header is None:
            if last and len(held) <= HEADER.size:
                if repair:
                    _set_aside(path, bytes(held), 0, due, notices)
                return None
            raise _damage(path, 0, due, "文件头不对", "its header is wrong")
        segment = Segment(path, header[0], header[1])
        if segment.first != due:
            raise _damage(
                path,
                0,
                due,
                f"高度 {due} 到 {segment.first - 1} 的文件缺失",
                f"the file for blocks {due} to {segment.first - 1} is missing",
            )
        _index(held, segment)
        if segment.end < len(held):
            height = segment.last + 1
            if not last or not is_torn(held, segment.end, segment.mark, height):
                why = "校验不符", "its checksum or frame is wrong"
                raise _damage(path, segment.end, height, *why)
            if repair:
                _set_aside(
                    path, bytes(held[segment.end :]), segment.end, height, notices
                )
        return segment
    finally:
        if isinstance(held, mmap):
            held.close()


def _index(held: bytes | mmap, segment: Segment) -> None:
    """Note where each right record ends, up to the first that is not."""
    at, height = HEADER.size, segment.first
    while (length := record_length(held, at, segment.mark, height)) is not None:
        at, height = at + length, height + 1
        segment.ends.append(at)


def _set_aside(
    path: Path, torn: bytes, end: int, height: int, notices: list[str]
) -> None:
    """Move an unfinished record's bytes to a file of their own."""
    number = 1
    while (aside := path.with_name(f"torn-{height}-{number}.bin")).exists():
        number += 1
    try:
        with aside.open("xb") as file:
            file.write(torn)
            file.flush()
            os.fsync(file.fileno())
        sync_folder(path.parent)
        if end:
            with path.open("r+b") as file:
                file.truncate(end)
                os.fsync(file.fileno())
        else:
            path.unlink()
            sync_folder(path.parent)
    except OSError as error:
        if error.errno in NO_ROOM:
            aside.unlink(missing_ok=True)
            raise disk_full(path.parent, aside.name, aside.name) from error
        raise StorageFault(
            f"无法整理 {path}：{error.strerror}。请检查权限。"
            f" Cannot repair {path}: {error.strerror}. Check the permissions."
        ) from error
    notices.append(
        f"{path.name} 末尾有一条未写完的记录（高度 {height}，{len(torn)} 字节），"
        f"从未确认过，已移至 {aside.name}。"
        f" {path.name} ended in an unfinished record (height {height}, {len(torn)}"
        f" bytes) that was never acknowledged; it was moved to {aside.name}."
    )


def _damage(path: Path, offset: int, height: int, why: str, why_en: str) -> LogDamaged:
    return LogDamaged(
        f"区块日志 {path.name} 偏移 {offset}（高度 {height}）已损坏：{why}。"
        "请勿删除任何文件；运行 huabiao doctor，从备份或其他成员恢复该文件。"
        f" The block log is damaged at offset {offset} of {path.name}"
        f" (height {height}): {why_en}. Remove nothing; run huabiao doctor"
        " and restore that file from a backup or from another member."
    )
