"""
The block log read beside the process that writes it.

A tail knows from the writer up to which height the log is durable and never looks
beyond. It walks from record to record, so that it neither checks nor remembers the
rest of the log.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap
from pathlib import Path
from typing import IO

from huabiao.state.faults import LogDamaged
from huabiao.state.recovery import segment_files
from huabiao.state.segment import (
    AROUND,
    HEADER,
    RECORD,
    map_file,
    parse_header,
    payload_of,
    record_length,
    segment_path,
)


@dataclass
class _Place:
    """Before the record of a height, in an open segment file."""

    file: IO[bytes]
    mark: bytes
    height: int
    at: int


def extent(folder: Path) -> tuple[int, int]:
    """First and last height that stand whole in a log, (0, 0) where none does."""
    first, last, _ = measure(folder)
    return first, last


def measure(folder: Path) -> tuple[int, int, dict[Path, int]]:
    """
    First and last height that stand whole, and how many bytes of which file they are.

    Beside the writer the last record may not be durable yet; all before it are, because
    a record is begun when the one before it has been forced to the disk.
    """
    paths = segment_files(folder)
    if not paths:
        return 0, 0, {}
    first, newest = int(paths[0].stem[7:]), int(paths[-1].stem[7:]) - 1
    held = map_file(paths[-1])
    header = parse_header(bytes(held[: HEADER.size]))
    at = HEADER.size
    while header and (length := record_length(held, at, header[1], newest + 1)):
        at, newest = at + length, newest + 1
    if isinstance(held, mmap):
        held.close()
    if newest < first:
        return 0, 0, {}
    sizes = {path: path.stat().st_size for path in paths[:-1]}
    return first, newest, {**sizes, paths[-1]: at}


class LogTail:
    """Reads durable records by height; one thread at a time may use it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._place: _Place | None = None

    def read(self, height: int) -> bytes | None:
        """The payload of a durable height; None where the log no longer has it."""
        if self._place is None or self._place.height > height:
            self._open(self._segment_of(height))
        while self._place is not None and self._place.height < height:
            self._skip(height)
        return None if self._place is None else self._take(self._place)

    def blocks(self, start: int, end: int) -> Iterator[tuple[int, bytes]]:
        """(height, payload) from `start` to `end`, as far as the log has them."""
        for height in range(start, end + 1):
            payload = self.read(height)
            if payload is None:
                return
            yield height, payload

    def close(self) -> None:
        if self._place is not None:
            self._place.file.close()
            self._place = None

    def _segment_of(self, height: int) -> int | None:
        """The first height of the segment that a height lies in."""
        names = self.folder.glob(f"blocks-{'[0-9]' * 20}.log")
        firsts = [int(path.stem[7:]) for path in names]
        return max((first for first in firsts if first <= height), default=None)

    def _open(self, first: int | None) -> None:
        self.close()
        if first is None:
            return
        file = segment_path(self.folder, first).open("rb", buffering=0)
        header = parse_header(os.pread(file.fileno(), HEADER.size, 0))
        if header is None:
            file.close()
            raise self._damaged(first)
        self._place = _Place(file, header[1], first, HEADER.size)

    def _skip(self, height: int) -> None:
        """Go on to the next record, in the next segment where this one ends."""
        place = self._place
        assert place is not None
        length = self._length(place)
        if length is None:
            following = self._segment_of(height)
            if following is None or following <= place.height - 1:
                raise self._damaged(place.height)
            self._open(following)
        else:
            place.at, place.height = place.at + length, place.height + 1

    def _length(self, place: _Place) -> int | None:
        """Of the record here with what is around its payload; None at the end."""
        head = os.pread(place.file.fileno(), RECORD.size, place.at)
        if len(head) < RECORD.size:
            return None
        mark, height, length, _ = RECORD.unpack(head)
        if (mark, height) != (place.mark, place.height):
            raise self._damaged(place.height)
        return AROUND + int(length)

    def _take(self, place: _Place) -> bytes:
        """The payload of the record here, checked; then stand before the next."""
        length = self._length(place)
        if length is None:
            # The height is durable, so it begins the segment after this one.
            self._open(self._segment_of(place.height))
            if self._place is None or self._place.at != HEADER.size:
                raise self._damaged(place.height)
            place = self._place
            length = self._length(place)
        record = os.pread(place.file.fileno(), length or 0, place.at)
        payload = payload_of(record, place.mark, place.height)
        if payload is None:
            raise self._damaged(place.height)
        place.at, place.height = place.at + len(record), place.height + 1
        return payload

    def _damaged(self, height: int) -> LogDamaged:
        return LogDamaged(
            f"区块日志 {self.folder} 在高度 {height} 处读不出，请运行 huabiao doctor。"
            f" The block log at {self.folder} cannot be read at height {height}: run"
            " huabiao doctor."
        )
