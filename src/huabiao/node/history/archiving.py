"""
From a home to an archive: certified blocks, in files that are never written again.

Works on a stopped node and beside a running one. Beside a running one the newest block
is left for next time: it may not be on the disk yet, and an archive must never hold a
block that its node could lose.
"""

import fcntl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from huabiao.crypto.suite import suite
from huabiao.ledger.block import decode_logged
from huabiao.ledger.certificates import Certificates
from huabiao.ledger.genesis import Genesis, decode_genesis
from huabiao.ledger.handovers import read_handovers
from huabiao.node.history.archive import Archive, find_files, open_archive
from huabiao.node.history.archive_file import (
    ArchivedBlock,
    ArchiveWriter,
    BadArchive,
    Head,
)
from huabiao.node.history.block_proofs import members_after
from huabiao.node.home import Home, HomeError, lock_home
from huabiao.node.progress import Say, every_second
from huabiao.proofs.header import decode_header, header_hash
from huabiao.proofs.proof_file import MemberChange
from huabiao.state.tail import LogTail, extent

FILE_BYTES = 256 * 2**20


@dataclass
class HomeBlocks:
    """What a home holds of its chain, read without opening it for writing."""

    home: Path
    encoded_genesis: bytes
    genesis: Genesis
    first: int
    last: int
    certificates: Certificates | None

    def certified(self, start: int, end: int) -> Iterator[ArchivedBlock]:
        """From `start` on, as far as there are blocks with certificates."""
        tail = LogTail(self.home / "blocks")
        try:
            for height, record in tail.blocks(start, end):
                certificate = decode_logged(record).certificate
                if not certificate and self.certificates is not None:
                    certificate = self.certificates.of(height) or b""
                if not certificate:
                    return
                yield ArchivedBlock(height, certificate, record)
        finally:
            tail.close()

    def close(self) -> None:
        if self.certificates is not None:
            self.certificates.close()


def open_blocks(home: Path) -> HomeBlocks:
    """HomeError where there is no chain."""
    where = Home(home)
    if not where.genesis.exists():
        raise HomeError(
            f"{home} 中没有链；用 --home 指明节点文件夹。"
            f" There is no chain in {home}: name the node's folder with --home."
        )
    encoded = where.genesis.read_bytes()
    running = is_running(home)
    first, last = extent(home / "blocks")
    if running:
        last -= 1
    beside = home / "certificates"
    kept = Certificates(beside, readonly=True) if beside.exists() else None
    return HomeBlocks(home, encoded, decode_genesis(encoded), first, last, kept)


def is_running(home: Path) -> bool:
    """Whether a node holds this home."""
    try:
        lock_home(Home(home)).close()
    except HomeError:
        return True
    return False


@dataclass
class _Run:
    """One run of archiving: what is written next, and what was."""

    folder: Path
    blocks: HomeBlocks
    start: int
    changes: list[MemberChange]
    written: list[str] = field(default_factory=list)
    size: int = 0

    def head(self) -> Head:
        genesis = self.blocks.genesis
        return Head(
            genesis.chain,
            genesis.suite,
            self.start,
            self.blocks.encoded_genesis,
            list(self.changes),
        )


def archive(
    home: Path,
    folder: Path,
    before: int | None = None,
    say: Say | None = None,
    file_bytes: int = FILE_BYTES,
) -> dict[str, Any]:
    """
    Copy the certified blocks below `before` that the folder does not have yet.

    Gives {"first", "last", "files", "bytes", "blocks", "sentence"} of what was added.
    BadArchive where the folder holds another chain, or its blocks do not reach to the
    home's.
    """
    folder.mkdir(parents=True, exist_ok=True)
    blocks = open_blocks(home)
    try:
        with (folder / "lock").open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise BadArchive(
                    f"另一进程正在写归档 {folder}，请稍后再试。"
                    f" Another process is writing the archive {folder}; try later."
                ) from None
            run = _continue(folder, blocks)
            first = run.start
            end = blocks.last if before is None else min(before - 1, blocks.last)
            _write(run, end, say, file_bytes)
    finally:
        blocks.close()
    added, last = run.start - first, run.start - 1
    sentence = (
        f"已归档高度 {first} 至 {last}，{len(run.written)} 个文件，{run.size} 字节。"
        f" Archived blocks {first} to {last} in {len(run.written)} files,"
        f" {run.size} bytes."
        if added
        else f"没有新的已有证书的区块，归档到高度 {last} 为止。"
        f" There is no new certified block; the archive ends at {last}."
    )
    return {
        "first": first, "last": last, "blocks": added, "files": run.written,
        "bytes": run.size, "sentence": sentence,
    }  # fmt: skip


def _continue(folder: Path, blocks: HomeBlocks) -> _Run:
    """Where the folder's last file ended, after its last block was compared."""
    if not find_files(folder):
        kept = read_handovers(blocks.home / "handovers")
        changes = [kept[at] for at in sorted(kept) if at < blocks.first]
        return _Run(folder, blocks, max(blocks.first, 1), changes)
    held = open_archive(folder)
    if held.head.genesis != blocks.encoded_genesis:
        raise BadArchive(
            f"{folder} 是另一条链（{held.head.chain}）的归档；请换一个文件夹。"
            f" {folder} is the archive of another chain ({held.head.chain}): choose"
            " another folder."
        )
    changes, last_header = _changes_to_the_end(held)
    start = held.last + 1
    if blocks.first > start:
        raise BadArchive(
            f"归档到高度 {held.last}，节点的日志从 {blocks.first} 起，中间缺失；"
            "请从其他节点归档。"
            f" The archive ends at {held.last}, this node's log begins at"
            f" {blocks.first}: archive the blocks between from another node."
        )
    following = next(blocks.certified(start, start), None)
    if following is not None and blocks.last >= start:
        header = decode_header(decode_logged(following.record).header)
        digest = suite(blocks.genesis.suite).digest
        if header.previous != header_hash(digest, last_header):
            raise BadArchive(
                f"高度 {start} 的区块不接归档中高度 {held.last} 的区块；"
                "请核对节点与归档。"
                f" Block {start} does not follow block {held.last} of the archive:"
                " check which node and which archive these are."
            )
    return _Run(folder, blocks, start, changes)


def changes_before(held: Archive, height: int) -> list[MemberChange]:
    """Every change of members below a height of an archive."""
    file = [each for each in held.files if each.head.first <= height][-1]
    changes = list(file.head.changes)
    for block in held.blocks(file.head.first, height - 1):
        _note_change(changes, block)
    return changes


def _changes_to_the_end(held: Archive) -> tuple[list[MemberChange], bytes]:
    """Every change of members up to an archive's end, and its last header."""
    last = held.files[-1]
    changes, header = list(last.head.changes), b""
    for block in held.blocks(last.head.first):
        header = _note_change(changes, block)
    return changes, header


def _note_change(changes: list[MemberChange], block: ArchivedBlock) -> bytes:
    logged = decode_logged(block.record)
    header = decode_header(logged.header)
    if header.next_members != header.members:
        after = members_after(logged)
        changes.append(MemberChange(logged.header, block.certificate, after))
    return logged.header


def _write(run: _Run, end: int, say: Say | None, file_bytes: int) -> None:
    progress = every_second(say, "归档区块", "archiving blocks")
    writer: ArchiveWriter | None = None
    try:
        for block in run.blocks.certified(run.start, end):
            writer = writer or ArchiveWriter(run.folder, run.head())
            writer.add(block)
            _note_change(run.changes, block)
            run.start = block.height + 1
            if writer.size >= file_bytes:
                writer = _finish(run, writer)
            progress(block.height, end)
        if writer is not None:
            writer = _finish(run, writer)
    finally:
        if writer is not None:
            writer.give_up()


def _finish(run: _Run, writer: ArchiveWriter) -> None:
    run.written.append(writer.finish().name)
    run.size += writer.size
