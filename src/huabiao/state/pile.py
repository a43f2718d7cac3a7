"""
A pile: bytes that are only ever added at the end, and let go of at the front.

A byte keeps its position for ever. The files hold consecutive stretches and are named
by where they begin; a new one begins with the first writing after one is full. What
lies behind `end` was never committed and is written over. Reading is a slice of a
mapped file: it takes no call into the system and does not give Python's lock away.
"""

import errno
import mmap
import os
from bisect import bisect_right
from pathlib import Path

from huabiao.durable import sync_folder
from huabiao.state.faults import NO_ROOM, StorageFault, disk_full

FILE_BYTES = 128 * 2**20
MOST_BUFFERS = 1000
"""Buffers that one writing takes (IOV_MAX is 1024)."""


class Pile:
    """One thread writes; readers and the writer's `let_go` exclude each other."""

    def __init__(self, folder: Path, name: str, end: int, file_bytes: int) -> None:
        self.folder, self.name, self.end = folder, name, end
        self.file_bytes = file_bytes
        self.starts = sorted(
            int(path.stem.rpartition("-")[2]) for path in folder.glob(f"{name}-*.pile")
        )
        while self.starts and self.starts[-1] >= end:
            self._path(self.starts.pop()).unlink()
        self.maps: dict[int, mmap.mmap] = {}
        self.writer = -1
        if self.starts:
            self.writer = os.open(self._path(self.starts[-1]), os.O_WRONLY)

    @property
    def start(self) -> int:
        """The first position that is still there."""
        return self.starts[0] if self.starts else self.end

    def _path(self, start: int) -> Path:
        return self.folder / f"{self.name}-{start:020d}.pile"

    def whole(self) -> bool:
        """Whether the files reach from the first position to the end without a gap."""
        if not self.starts:
            return not self.end
        ends = [*self.starts[1:], self.end]
        return all(
            start + self._path(start).stat().st_size >= end
            for start, end in zip(self.starts, ends, strict=True)
        )

    def read(self, position: int, size: int) -> bytes:
        """Committed bytes; fewer, or none, where the file does not have them."""
        at = bisect_right(self.starts, position) - 1
        if at < 0:
            return b""
        start = self.starts[at]
        position -= start
        mapped = self.maps.get(start)
        if mapped is not None:
            found = mapped[position : position + size]
            if len(found) == size:
                return found
        return self._map(start)[position : position + size]

    def _map(self, start: int) -> "mmap.mmap | bytes":
        """Map a file in the length that it has by now."""
        with self._path(start).open("rb") as file:
            if not os.fstat(file.fileno()).st_size:
                return b""
            mapped = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        mapped.madvise(mmap.MADV_RANDOM)
        self.maps[start] = mapped
        return mapped

    def write(self, parts: list[bytes]) -> int:
        """
        Add to the pile and wait until the disk has it; gives the end that it will have.

        It counts only when `end` is set: until then the same may be written again.
        """
        position = self.end
        if not parts:
            return position
        try:
            if not self.starts or position - self.starts[-1] >= self.file_bytes:
                self._begin(position)
            for at in range(0, len(parts), MOST_BUFFERS):
                position = self._put(position, parts[at : at + MOST_BUFFERS])
            os.fdatasync(self.writer)
        except OSError as error:
            raise self._refusal(error) from error
        return position

    def _begin(self, position: int) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        writer = os.open(self._path(position), flags, 0o644)
        sync_folder(self.folder)
        if self.writer >= 0:
            os.close(self.writer)
        self.writer = writer
        self.starts.append(position)

    def _put(self, position: int, parts: list[bytes]) -> int:
        offset = position - self.starts[-1]
        size = sum(map(len, parts))
        done = os.pwritev(self.writer, parts, offset)
        if done < size:  # the disk is nearly full, or a signal came
            rest = memoryview(b"".join(parts))[done:]
            while rest:
                written = os.pwrite(self.writer, rest, offset + size - len(rest))
                if not written:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                rest = rest[written:]
        return position + size

    def _refusal(self, error: OSError) -> StorageFault:
        if error.errno in NO_ROOM:
            return disk_full(self.folder, "状态", "the state")
        return StorageFault(
            f"无法写入状态库 {self.folder}：{error.strerror}。请检查文件夹权限与磁盘。"
            f" Cannot write the state store at {self.folder}: {error.strerror}."
            " Check the folder's permissions and the disk."
        )

    def let_go(self, floor: int) -> None:
        """Remove the files that lie below a position as a whole; never the last one
        with something committed, of which the one behind it knows nothing yet."""
        while len(self.starts) > 1 and self.starts[1] <= min(floor, self.end - 1):
            start = self.starts.pop(0)
            self.maps.pop(start, None)
            self._path(start).unlink(missing_ok=True)

    def close(self) -> None:
        if self.writer >= 0:
            os.close(self.writer)
            self.writer = -1
        self.maps.clear()
