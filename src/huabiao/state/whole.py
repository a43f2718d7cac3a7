"""
Whole segments of a log that nobody has open: removed below a height, or laid back.

`start` decides what belongs to the log. It is written before the first file is removed,
and after the last one is laid back: a crash in between leaves a log that opens, and
files below its start that the next run takes away.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from huabiao.durable import sync_folder
from huabiao.state.recovery import lock_folder, segment_files, write_start
from huabiao.state.segment import HEADER, frame, new_header, segment_path


def removable(folder: Path, height: int) -> tuple[int, list[Path]]:
    """Where the log would begin, and the segments that lie wholly below a height."""
    paths = segment_files(folder)
    firsts = [int(path.stem[7:]) for path in paths]
    kept = [first for first in firsts if first <= height][-1:] or firsts[:1]
    start = kept[0] if kept else 0
    return start, [path for path in paths if int(path.stem[7:]) < start]


def remove_below(folder: Path, height: int) -> tuple[int, int]:
    """Remove whole segments; (where the log begins now, bytes freed)."""
    with lock_folder(folder):
        start, _ = removable(folder, height)
        if start:
            write_start(folder, start)
        return start, _sweep(folder, start)


def lay_back(
    folder: Path, first: int, payloads: Iterable[bytes], segment_bytes: int
) -> int:
    """
    Write records from `first` up to where the log begins; how many there were.

    ValueError, and the log as it was, where they do not reach it exactly.
    """
    with lock_folder(folder):
        paths = segment_files(folder)
        start = int(paths[0].stem[7:]) if paths else 0
        if start:
            write_start(folder, start)
        _sweep(folder, start)
        height, rest = first, iter(payloads)
        payload = next(rest, None)
        while payload is not None:
            with segment_path(folder, height).open("xb") as file:
                mark, header = new_header(height)
                size = file.write(header)
                while payload is not None and size < max(segment_bytes, HEADER.size):
                    size += sum(map(file.write, frame(mark, height, [payload])))
                    payload, height = next(rest, None), height + 1
                file.flush()
                os.fsync(file.fileno())
        sync_folder(folder)
        if start and height != start:
            raise ValueError(f"{height} != {start}")
        write_start(folder, first)
        return height - first


def _sweep(folder: Path, start: int) -> int:
    """Remove the segments below a height that has been noted; the bytes they had."""
    freed = 0
    for path in sorted(folder.glob(f"blocks-{'[0-9]' * 20}.log")):
        if int(path.stem[7:]) < start:
            freed += path.stat().st_size
            path.unlink()
    sync_folder(folder)
    return freed
