"""
Replay: run a home's whole log again in a fresh state, compare every root, and check
every certificate against the members in force.

A pruned home's log does not begin at genesis. With the archive beside it everything is
run again; without, the blocks that are left are walked over (history/checking.py).
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from huabiao.ledger.block import decode_logged
from huabiao.ledger.genesis import Genesis, decode_genesis, founding_members
from huabiao.ledger.handovers import read_handovers
from huabiao.ledger.recovery import LedgerDamaged
from huabiao.ledger.recovery import replay as run_again
from huabiao.node.history.archive import open_archive
from huabiao.node.history.archive_file import BadArchive
from huabiao.node.history.archiving import open_blocks
from huabiao.node.history.checking import ChainBroken, Walk
from huabiao.node.home import Home, HomeError, suite_of
from huabiao.node.progress import every_second
from huabiao.state.faults import StorageFault
from huabiao.state.tail import extent


def replay(
    home: Path,
    say: Callable[[str], None] | None = None,
    archive: Path | None = None,
) -> dict[str, Any]:
    """{"ok", "height", "state_root", "sentence"}; HomeError if there is no chain."""
    where = Home(home)
    suite = suite_of(where)
    if suite is None:
        raise HomeError(
            f"{home} 中没有链；用 --home 指明节点文件夹。"
            f" There is no chain in {home}: name the node's folder with --home."
        )
    try:
        genesis = decode_genesis(where.genesis.read_bytes())
        first, _ = extent(home / "blocks")
        if first > 1 and archive is None:
            return _walk(home, genesis, first, say)
        older = _older(archive, first, genesis) if archive and first > 1 else ()
        progress = every_second(say, "重放区块", "replaying blocks")
        height, root = run_again(home, genesis, progress, older)
    except (LedgerDamaged, StorageFault, BadArchive, ChainBroken) as error:
        failed = {"ok": False, "height": 0, "state_root": ""}
        return {**failed, "sentence": str(error)}
    return {
        "ok": True,
        "height": height,
        "state_root": root.hex(),
        "sentence": f"重放 {height} 个区块，每个根都一致，每张证书都成立。"
        f" Replayed {height} blocks; every root agrees, every certificate holds.",
    }


def _older(folder: Path, first: int, genesis: Genesis) -> Iterator[tuple[bytes, bytes]]:
    """Records and certificates of an archive below a height."""
    archive = open_archive(folder)
    if archive.genesis != genesis or archive.first != 1 or archive.last < first - 1:
        raise BadArchive(
            f"{folder} 须是此链高度 1 至 {first - 1} 的归档，它有 {archive.first} 至"
            f" {archive.last}。"
            f" {folder} must hold blocks 1 to {first - 1} of this chain; it has"
            f" {archive.first} to {archive.last}."
        )
    for block in archive.blocks(1, first - 1):
        yield block.record, block.certificate


def _walk(
    home: Path, genesis: Genesis, first: int, say: Callable[[str], None] | None
) -> dict[str, Any]:
    """What can be said of a pruned log alone: every link, root and certificate."""
    walk = Walk(genesis, founding_members(genesis), first)
    kept = read_handovers(home / "handovers")
    walk.hand_over([kept[at] for at in sorted(kept) if at < first])
    blocks = open_blocks(home)
    progress = every_second(say, "核验区块", "verifying blocks")
    state = b""
    try:
        for block in blocks.certified(first, blocks.last):
            state = walk.step(decode_logged(block.record), block.certificate).state
            progress(block.height, blocks.last)
    finally:
        blocks.close()
    height = walk.due - 1
    return {
        "ok": True,
        "height": height,
        "state_root": state.hex(),
        "first": first,
        "sentence": f"日志从高度 {first} 起，此前的已清理：高度 {first} 至 {height}"
        " 前后相接，每个信封根、回执根与证书都成立；合约未重新执行，加 --archive"
        " 归档文件夹 可从第一块起重放。"
        f" The log begins at {first}, the rest was pruned: blocks {first} to {height}"
        " follow one another, every root of envelopes and receipts and every"
        " certificate holds. Contracts were not run again; name the archive with"
        " --archive to replay from the first block.",
    }
