"""
Archived blocks laid back under a pruned log, after which everything can be rebuilt.

The archive is verified from genesis' members first. When it is done the home is as if
it had never been pruned: state and read model may be removed and are made anew.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from huabiao.ledger.block import decode_logged
from huabiao.ledger.certificates import Certificates
from huabiao.ledger.genesis import decode_genesis, founding_members
from huabiao.node.history.archive import Archive, open_archive
from huabiao.node.history.archive_file import BadArchive
from huabiao.node.history.checking import walk_archive
from huabiao.node.history.older import FILE
from huabiao.node.home import Home, HomeError, lock_home
from huabiao.node.progress import Say, every_second
from huabiao.proofs.header import decode_header
from huabiao.state.blocklog import SEGMENT_BYTES
from huabiao.state.tail import LogTail, extent
from huabiao.state.whole import lay_back

CERTIFICATES_AT_ONCE = 1_000


def put_back(home: Path, folder: Path, say: Say | None = None) -> dict[str, Any]:
    """{"first", "blocks", "sentence"}; BadArchive, ChainBroken leave the home as is."""
    where = Home(home)
    if not where.genesis.exists():
        raise HomeError(
            f"{home} 中没有链；用 --home 指明。"
            f" There is no chain in {home}: name the folder with --home."
        )
    with lock_home(where):
        archive = open_archive(folder)
        encoded = where.genesis.read_bytes()
        first, _ = extent(home / "blocks")
        if archive.head.genesis != encoded:
            raise BadArchive(
                f"{folder} 是另一条链的归档。 {folder} is another chain's archive."
            )
        if first == 1:
            return _told(1, 0)
        if archive.first != 1 or (first and archive.last < first - 1):
            raise BadArchive(
                f"归档有高度 {archive.first} 至 {archive.last}，"
                f"日志从 {first} 起，须有 1 至 {first - 1}。"
                f" The archive has blocks {archive.first} to {archive.last}; the log"
                f" begins at {first} and needs 1 to {first - 1}."
            )
        end = first - 1 if first else archive.last
        members = founding_members(decode_genesis(encoded))
        progress = every_second(say, "核验区块", "verifying blocks")
        walk = walk_archive(archive, members, progress, end)
        _check_joint(home, first, walk.hash)
        return _told(1, _lay(home, archive, end))


def _check_joint(home: Path, first: int, newest: bytes) -> None:
    record = LogTail(home / "blocks").read(first) if first else None
    if record is not None and (
        decode_header(decode_logged(record).header).previous != newest
    ):
        raise BadArchive(
            f"日志高度 {first} 的区块不接归档。"
            f" Block {first} of the log does not follow the archive."
        )


def _lay(home: Path, archive: Archive, end: int) -> int:
    beside = home / "certificates"
    kept = Certificates(beside) if beside.exists() else None

    def records() -> Iterator[bytes]:
        waiting: dict[int, bytes] = {}
        for block in archive.blocks(1, end):
            if kept is not None:
                waiting[block.height] = block.certificate
                if len(waiting) >= CERTIFICATES_AT_ONCE or block.height == end:
                    kept.put(waiting, {}, kept.order)
                    waiting.clear()
            yield block.record

    try:
        laid = lay_back(home / "blocks", 1, records(), SEGMENT_BYTES)
    finally:
        if kept is not None:
            kept.close()
    (home / FILE).unlink(missing_ok=True)
    return laid


def _told(first: int, blocks: int) -> dict[str, Any]:
    sentence = (
        f"放回 {blocks} 个区块，日志从高度 {first} 起。"
        f" Laid back {blocks} blocks; the log begins at {first}."
        if blocks
        else "日志本就从高度 1 起，无须放回。 The log begins at 1: nothing to lay back."
    )
    return {"first": first, "blocks": blocks, "sentence": sentence}
