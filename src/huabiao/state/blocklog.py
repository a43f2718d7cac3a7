"""
The block log: append-only segment files, one fdatasync a block.

Once `append` returns, the block is there whatever happens to the process: this is the
point of no return, and the state behind it can be rebuilt from it. Opening checks every
record of every segment. A record that was never written whole was never acknowledged;
it is moved aside and the log goes on. Anything else that is wrong stops the opening,
with a sentence that says where and what to do. The format is told in segment.py.
"""

from __future__ import annotations

import errno
import os
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from huabiao.durable import sync_folder
from huabiao.state.faults import NO_ROOM, LogDamaged, StorageFault, disk_full
from huabiao.state.recovery import (
    OnProgress,
    lock_folder,
    recover,
    write_start,
)
from huabiao.state.segment import (
    Segment,
    frame,
    new_header,
    payload_of,
    segment_path,
)

SEGMENT_BYTES = 256 * 2**20
MOST_BUFFERS = 512
"""Buffers that one writev takes safely (IOV_MAX is 1024)."""


class BlockLog:
    """Payloads by height, from `first` to `height`, without a gap."""

    def __init__(self, folder: Path, segment_bytes: int, start: int) -> None:
        self.folder, self.segment_bytes, self.start = folder, segment_bytes, start
        self.segments: list[Segment] = []
        self.notices: list[str] = []
        self.lock: IO[bytes] | None = None
        self.writer = -1
        self.broken = ""

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        segment_bytes: int = SEGMENT_BYTES,
        on_progress: OnProgress | None = None,
        start: int = 1,
        readonly: bool = False,
    ) -> BlockLog:
        """
        Open a log, or make one whose first block will have the height `start`.

        `on_progress` hears (bytes checked, bytes in all). `readonly` repairs nothing
        and works beside the process that writes. Raises LogDamaged, LogBusy.
        """
        if not folder.exists():
            folder.mkdir(parents=True)
            sync_folder(folder.parent)
        log = cls(folder, segment_bytes, start)
        if not readonly:
            log.lock = lock_folder(folder)
        try:
            log.segments = recover(
                folder, log.notices, on_progress, repair=not readonly
            )
            if log.segments and not readonly:
                log.writer = os.open(log.segments[-1].path, os.O_WRONLY)
        except BaseException:
            log.close()
            raise
        return log

    @property
    def first(self) -> int:
        """The first height held, 0 when empty."""
        return self.segments[0].first if self.height else 0

    @property
    def height(self) -> int:
        """The last height held, 0 when empty."""
        if not self.segments or not self.segments[0].ends:
            return 0
        return self.segments[-1].last

    def append(self, height: int, payload: bytes | list[bytes]) -> None:
        """
        Write the next block and wait until the disk has it.

        DiskFull if there is no room: the log stays as it was and can be used.
        """
        if self.broken:
            raise StorageFault(self.broken)
        due = self.height + 1 if self.height else self.start
        if height != due or self.lock is None:
            raise ValueError(
                f"区块日志下一高度应为 {due}，不是 {height}。"
                f" The log's next block is {due}, not {height}, or it is read-only."
            )
        if not self.segments or self.segments[-1].end >= self.segment_bytes:
            self._begin_segment(height)
        segment = self.segments[-1]
        parts = [payload] if isinstance(payload, bytes) else payload
        record = frame(segment.mark, height, parts)
        if len(record) > MOST_BUFFERS:
            record = [b"".join(record)]
        size = sum(map(len, record))
        try:
            write_at(self.writer, record, segment.end, size)
            os.fdatasync(self.writer)
        except OSError as error:
            self._take_back(segment, error)
        segment.ends.append(segment.end + size)

    def _begin_segment(self, height: int) -> None:
        """Start a file; its name is on disk before its first record can be."""
        path = segment_path(self.folder, height)
        mark, header = new_header(height)
        try:
            writer = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        except OSError as error:
            raise self._refusal(error) from error
        try:
            if not self.segments:
                write_start(self.folder, height)
            write_at(writer, [header], 0, len(header))
            os.fdatasync(writer)
            sync_folder(self.folder)
        except OSError as error:
            os.close(writer)
            path.unlink(missing_ok=True)
            raise self._refusal(error) from error
        if self.writer >= 0:
            os.close(self.writer)
        self.writer = writer
        self.segments.append(Segment(path, height, mark))

    def _take_back(self, segment: Segment, error: OSError) -> None:
        """Cut off what was written of a record that failed, and raise why."""
        try:
            os.ftruncate(self.writer, segment.end)
            os.fdatasync(self.writer)
        except OSError:
            self._break(error)
        if error.errno not in NO_ROOM:
            self._break(error)  # after a failed sync nobody knows what the disk has
        raise self._refusal(error) from error

    def _break(self, error: OSError) -> None:
        self.broken = (
            f"区块日志 {self.folder} 写入失败（{error.strerror}），不再接受区块。"
            "请检查磁盘后重新启动。"
            f" Writing the block log at {self.folder} failed ({error.strerror});"
            " it takes no more blocks. Check the disk and start again."
        )

    def _refusal(self, error: OSError) -> StorageFault:
        if self.broken:
            return StorageFault(self.broken)
        if error.errno in NO_ROOM:
            return disk_full(self.folder, "区块日志", "the block log")
        return StorageFault(
            f"无法写入区块日志 {self.folder}：{error.strerror}。"
            "请检查文件夹权限与磁盘。"
            f" Cannot write the block log at {self.folder}: {error.strerror}."
            " Check the folder's permissions and the disk."
        )

    def segment_of(self, height: int) -> Segment:
        """The segment that holds a height; KeyError if none does."""
        if not self.height or not self.first <= height <= self.height:
            raise KeyError(
                f"区块日志没有高度 {height}，只有 {self.first} 到 {self.height}。"
                f" The log has no block {height}, only {self.first} to {self.height}."
            )
        at = bisect_right(self.segments, height, key=lambda segment: segment.first)
        return self.segments[at - 1]

    def read(self, height: int) -> bytes:
        """A block's payload, checked. KeyError if not held, LogDamaged if damaged."""
        segment = self.segment_of(height)
        with segment.path.open("rb", buffering=0) as file:
            return self._read(file, segment, height)

    def _read(self, file: IO[bytes], segment: Segment, height: int) -> bytes:
        at, end = segment.span(height)
        record = os.pread(file.fileno(), end - at, at)
        while 0 < len(record) < end - at:  # one call gives 2 GiB at most
            more = os.pread(file.fileno(), end - at - len(record), at + len(record))
            if not more:
                break
            record += more
        payload = payload_of(record, segment.mark, height)
        if payload is None:
            raise LogDamaged(
                f"区块日志 {segment.path.name} 偏移 {at} 处高度 {height} 的区块已损坏。"
                "请停机运行 huabiao doctor，从备份或其他成员恢复该文件。"
                f" Block {height} at offset {at} of {segment.path.name} is damaged."
                " Stop, run huabiao doctor, and restore that file from a backup or"
                " from another member."
            )
        return payload

    def blocks(self, start: int, end: int | None = None) -> Iterator[tuple[int, bytes]]:
        """(height, payload) from `start` to `end`, both included; all there are."""
        end = self.height if end is None else min(end, self.height)
        height = max(start, self.first)
        while height <= end and self.height:
            segment = self.segment_of(height)
            with segment.path.open("rb", buffering=0) as file:
                while height <= min(end, segment.last):
                    yield height, self._read(file, segment, height)
                    height += 1

    def close(self) -> None:
        """Let go of the files. Everything appended is on disk already."""
        if self.writer >= 0:
            os.close(self.writer)
            self.writer = -1
        if self.lock is not None:
            self.lock.close()
            self.lock = None


def write_at(file: int, buffers: list[bytes], offset: int, size: int) -> None:
    """Write all of it at an offset; OSError with ENOSPC where a write falls short."""
    written = os.pwritev(file, buffers, offset)
    if written < size:
        rest = b"".join(buffers)[written:]
        while rest:
            more = os.pwrite(file, rest, offset + written)
            if not more:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            rest, written = rest[more:], written + more
