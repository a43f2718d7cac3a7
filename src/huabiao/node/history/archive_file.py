"""
One file of an archive: blocks in a row, each with its certificate.

    file   "HUABIAO ARCHIVE" ‖ 0x01, item …
    item   kind, 1 ‖ length, 8 ‖ crc32, 4 ‖ payload
    "H"    [chain, suite, first height, genesis, [change, …]]       once, first
    "B"    [height, certificate, record]                            once a block
    "E"    [last height, bytes before this item, running digest]    once, last

The crc32 says where a file is damaged, the end item whether it is whole, and neither
that it is true: that say the certificates (checking.py). docs/formats/archive.md.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO
from zlib import crc32

import msgspec

from huabiao.codec import encode
from huabiao.crypto.suite import SUITES, suite
from huabiao.durable import sync_folder
from huabiao.proofs.proof_file import MemberChange

MAGIC = b"HUABIAO ARCHIVE\x01"
FRAME = 13
LARGEST_ITEM = 2**30
Digest = Callable[[bytes], bytes]


class BadArchive(Exception):
    """An archive that is not whole, or not what it says; the sentence says where."""


class Head(msgspec.Struct, array_like=True, frozen=True):
    """`changes` are the hand-overs of members before `first`."""

    chain: str
    suite: str
    first: int
    genesis: bytes
    changes: list[MemberChange]


class ArchivedBlock(msgspec.Struct, array_like=True, frozen=True):
    """`record` is the block log's, unchanged; `certificate` the one that holds."""

    height: int
    certificate: bytes
    record: bytes


class End(msgspec.Struct, array_like=True, frozen=True):
    last: int
    size: int
    digest: bytes


_head = msgspec.msgpack.Decoder(Head).decode
_block = msgspec.msgpack.Decoder(ArchivedBlock).decode
_end = msgspec.msgpack.Decoder(End).decode


class ArchiveWriter:
    """Writes one file; it gets its name when it is whole and on the disk."""

    def __init__(self, folder: Path, head: Head) -> None:
        self._digest: Digest = suite(head.suite).digest
        self.first, self.last, self.size = head.first, head.first - 1, 0
        self._folder, self._partial = folder, folder / ".partial"
        self._file = self._partial.open("wb")
        self._running = self._digest(b"")
        self._write(MAGIC)
        self._item(b"H", encode(head))

    def add(self, block: ArchivedBlock) -> None:
        self._item(b"B", encode(block))
        self.last = block.height

    def finish(self) -> Path:
        """Close, make durable and name the file."""
        end = encode(End(self.last, self.size, self._running))
        self._write(_frame(b"E", end) + end)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        path = self._folder / file_name(self.first, self.last)
        os.chmod(self._partial, 0o444)
        os.replace(self._partial, path)
        sync_folder(self._folder)
        return path

    def give_up(self) -> None:
        self._file.close()
        self._partial.unlink(missing_ok=True)

    def _item(self, kind: bytes, payload: bytes) -> None:
        self._running = self._digest(self._running + self._digest(kind + payload))
        self._write(_frame(kind, payload) + payload)

    def _write(self, written: bytes) -> None:
        self._file.write(written)
        self.size += len(written)


class ArchiveReader:
    """Reads one file; every method raises BadArchive with the place."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                raise self.bad(0, "不是归档文件", "this is no archive file")
            kind, payload = self._item(file)
            try:
                if kind != b"H":
                    raise ValueError("H")
                self.head = _head(payload)
                if self.head.suite not in SUITES or encode(self.head) != payload:
                    raise ValueError("head")
            except (msgspec.MsgspecError, ValueError, RecursionError) as error:
                raise self.bad(
                    len(MAGIC), "文件头损坏", "its head is damaged"
                ) from error
            self._start = file.tell()
            self._head_payload = payload

    def blocks(self) -> Iterator[ArchivedBlock]:
        """Every block in order; at the end the file has been found whole."""
        digest: Digest = suite(self.head.suite).digest
        running = digest(digest(b"") + digest(b"H" + self._head_payload))
        due = self.head.first
        with self.path.open("rb") as file:
            file.seek(self._start)
            while True:
                at = file.tell()
                kind, payload = self._item(file)
                try:
                    if kind == b"E":
                        end = _end(payload)
                        break
                    block = _block(payload)
                except (msgspec.MsgspecError, ValueError, RecursionError) as error:
                    raise self._damaged(at, due) from error
                if kind != b"B" or block.height != due or encode(block) != payload:
                    raise self._damaged(at, due)
                running = digest(running + digest(kind + payload))
                yield block
                due += 1
            whole = (end.last, end.size, end.digest) == (due - 1, at, running)
            if not whole or file.read(1) or due == self.head.first:
                raise self.bad(
                    at, "结尾摘要不符", "its blocks are not what its end says"
                )

    def _item(self, file: IO[bytes]) -> tuple[bytes, bytes]:
        at = file.tell()
        head = file.read(FRAME)
        length, crc = int.from_bytes(head[1:9]), int.from_bytes(head[9:])
        left = os.fstat(file.fileno()).st_size - at - FRAME
        if len(head) < FRAME or length > min(left, LARGEST_ITEM):
            raise self.bad(at, "文件不完整或被改动", "the file is cut or altered")
        payload = file.read(length)
        if len(payload) < length or crc32(payload, crc32(head[:9])) != crc:
            raise self.bad(at, "文件不完整或被改动", "the file is cut or altered")
        return head[:1], payload

    def _damaged(self, at: int, due: int) -> BadArchive:
        return self.bad(at, f"此处应为高度 {due} 的区块", f"block {due} should be here")

    def bad(self, at: int, why: str, why_en: str) -> BadArchive:
        return BadArchive(
            f"归档文件 {self.path.name} 偏移 {at}：{why}。请从另一份归档恢复此文件。"
            f" {self.path.name}, offset {at}: {why_en}. Restore this file from another"
            " copy of the archive."
        )


def file_name(first: int, last: int) -> str:
    return f"blocks-{first:020d}-{last:020d}.archive"


def heights_of(path: Path) -> tuple[int, int]:
    """What a file's name says: first and last height."""
    _, first, last = path.stem.split("-")
    return int(first), int(last)


def _frame(kind: bytes, payload: bytes) -> bytes:
    head = kind + len(payload).to_bytes(8)
    return head + crc32(payload, crc32(head)).to_bytes(4)
