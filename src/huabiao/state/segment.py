"""
One file of the block log.

    segment  b"HUABIAO\x01" ‖ first height, 8 ‖ mark, 8 ‖ crc32 of these 24, 4
             record …
    record   mark, 8 ‖ height, 8 ‖ length, 8 ‖ crc32, 4 ‖ payload
             ‖ mark, 8 ‖ height, 8 ‖ b"HEND"

Integers are big-endian. The mark is random and new for each segment, so that nobody can
send an envelope that looks like a record. The crc32 (zlib's) covers the record's first
24 bytes and the payload.
"""

import os
import struct
from array import array
from dataclasses import dataclass, field
from mmap import ACCESS_READ, mmap
from pathlib import Path
from zlib import crc32

MAGIC = b"HUABIAO\x01"
HEADER = struct.Struct(">8sQ8sI")
RECORD = struct.Struct(">8sQQI")
END = struct.Struct(">8sQ4s")
END_MAGIC = b"HEND"
AROUND = RECORD.size + END.size
"""Bytes of a record besides its payload."""


@dataclass(slots=True)
class Segment:
    """
    A segment file, and where each of its records ends.

    One append to `ends` makes a record known, so that readers in other threads see it
    whole or not at all.
    """

    path: Path
    first: int
    mark: bytes
    ends: "array[int]" = field(default_factory=lambda: array("Q"))

    @property
    def end(self) -> int:
        """Where the next record goes."""
        return self.ends[-1] if self.ends else HEADER.size

    @property
    def last(self) -> int:
        """The height of its last record; first - 1 if it has none."""
        return self.first + len(self.ends) - 1

    def span(self, height: int) -> tuple[int, int]:
        """Where the record of a height starts and ends."""
        at = height - self.first
        return (self.ends[at - 1] if at else HEADER.size), self.ends[at]


def segment_path(folder: Path, first: int) -> Path:
    return folder / f"blocks-{first:020d}.log"


def new_header(first: int) -> tuple[bytes, bytes]:
    """A segment's mark and its header."""
    mark = os.urandom(8)
    head = MAGIC + first.to_bytes(8) + mark
    return mark, head + crc32(head).to_bytes(4)


def parse_header(header: bytes) -> tuple[int, bytes] | None:
    """First height and mark; None if it is not a whole, right header."""
    if len(header) != HEADER.size:
        return None
    magic, first, mark, crc = HEADER.unpack(header)
    if magic != MAGIC or crc != crc32(header[:24]):
        return None
    return first, mark


def frame(mark: bytes, height: int, parts: list[bytes]) -> list[bytes]:
    """A record as a list of buffers."""
    head = RECORD.pack(mark, height, sum(map(len, parts)), 0)[:24]
    crc = crc32(head)
    for part in parts:
        crc = crc32(part, crc)
    return [head + crc.to_bytes(4), *parts, END.pack(mark, height, END_MAGIC)]


def payload_of(record: bytes, mark: bytes, height: int) -> bytes | None:
    """The payload of a whole record, None if one bit of it is wrong."""
    length = record_length(record, 0, mark, height)
    return None if length != len(record) else record[RECORD.size : -END.size]


def record_length(
    held: "bytes | mmap", at: int, mark: bytes, height: int | None
) -> int | None:
    """The length of the record at an offset if it is whole and right, else None."""
    if at + AROUND > len(held):
        return None
    found, number, length, crc = RECORD.unpack_from(held, at)
    if found != mark or (height is not None and number != height):
        return None
    body, stop = at + RECORD.size, at + RECORD.size + length
    if stop + END.size > len(held):
        return None
    if END.unpack_from(held, stop) != (mark, number, END_MAGIC):
        return None
    with memoryview(held) as view:
        if crc32(view[body:stop], crc32(view[at : at + 24])) != crc:
            return None
    return AROUND + int(length)


def is_torn(held: "bytes | mmap", at: int, mark: bytes, height: int) -> bool:
    """
    Whether the bytes from an offset on are a record that was never written whole.

    It was not acknowledged then. Anything else that does not read as a record was whole
    once and has been damaged since: a right record follows, or an end mark is there, or
    the end mark's place holds something else than a beginning of it and zeros.
    """
    following = held.find(mark, at + 1)
    while following >= 0:
        if record_length(held, following, mark, None) is not None:
            return False
        following = held.find(mark, following + 1)
    end = END.pack(mark, height, END_MAGIC)
    if held.find(end, at) >= 0:
        return False
    if len(held) - at < AROUND:
        return True
    found, number, length, _ = RECORD.unpack_from(held, at)
    stop = at + RECORD.size + length
    if (found, number) != (mark, height) or stop + END.size > len(held):
        return True
    written = bytes(held[stop : stop + END.size])
    return any(written == end[:n] + bytes(END.size - n) for n in range(END.size))


def map_file(path: Path) -> "bytes | mmap":
    """A file's bytes, mapped; an empty file cannot be."""
    with path.open("rb") as file:
        if not os.fstat(file.fileno()).st_size:
            return b""
        return mmap(file.fileno(), 0, access=ACCESS_READ)
