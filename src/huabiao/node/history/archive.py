"""A folder of archive files, as one run of blocks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from huabiao.ledger.genesis import Genesis, decode_genesis
from huabiao.node.history.archive_file import (
    ArchivedBlock,
    ArchiveReader,
    BadArchive,
    Head,
    heights_of,
)

_NAME = re.compile(r"blocks-\d{20}-\d{20}\.archive")


@dataclass(frozen=True)
class Archive:
    """Files in the order of heights, without a gap, of one chain."""

    folder: Path
    files: list[ArchiveReader]

    @property
    def head(self) -> Head:
        return self.files[0].head

    @property
    def first(self) -> int:
        return self.head.first

    @property
    def last(self) -> int:
        return heights_of(self.files[-1].path)[1]

    @property
    def genesis(self) -> Genesis:
        return decode_genesis(self.head.genesis)

    def blocks(self, start: int = 1, end: int | None = None) -> Iterator[ArchivedBlock]:
        """From `start` to `end`, both included. Files are read whole, so that damage
        before a block is noticed too; BadArchive says where."""
        for file in self.files:
            first, last = heights_of(file.path)
            if last < start or (end is not None and first > end):
                continue
            for block in file.blocks():
                if block.height >= start and (end is None or block.height <= end):
                    yield block
            if block.height != last:
                raise file.bad(0, "文件名与内容不符", "its name is not its content's")


def open_archive(folder: Path) -> Archive:
    """Look at every file's head; BadArchive where one is missing or another chain's."""
    found = find_files(folder)
    if not found:
        raise BadArchive(
            f"{folder} 中没有归档文件；先运行 huabiao archive -o {folder}。"
            f" There is no archive in {folder}: make one with huabiao archive -o."
        )
    readers = [ArchiveReader(path) for path in found]
    first = readers[0].head
    due, genesis = first.first, decode_genesis(first.genesis)
    if (genesis.chain, genesis.suite) != (first.chain, first.suite):
        raise readers[0].bad(
            16, "创世文件属于另一条链", "its genesis is another chain's"
        )
    for reader in readers:
        head, (start, last) = reader.head, heights_of(reader.path)
        one_chain = (head.chain, head.suite, head.genesis) == (
            first.chain, first.suite, first.genesis,
        )  # fmt: skip
        if not one_chain:
            raise reader.bad(16, "属于另一条链", "it is of another chain")
        if head.first != start or start != due or last < start:
            raise reader.bad(
                16,
                f"缺高度 {due} 起的文件",
                f"the file that begins with block {due} is missing",
            )
        due = last + 1
    return Archive(folder, readers)


def find_files(folder: Path) -> list[Path]:
    """The archive files of a folder, in the order of heights."""
    return sorted(path for path in folder.glob("*") if _NAME.fullmatch(path.name))
