"""
The read model built anew from the log of a stopped node: `huabiao index rebuild`.
"""

import fcntl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from huabiao.ledger.founding import founding_writes
from huabiao.ledger.genesis import decode_genesis
from huabiao.node.home import Home, HomeError, index_address, lock_home
from huabiao.node.progress import every_second
from huabiao.node.read_model import DurableBlocks
from huabiao.services.index import Index
from huabiao.state.tail import extent

BLOCKS_AT_ONCE, ENVELOPES_AT_ONCE = 512, 20_000


def rebuild(home: Path, say: Callable[[str], None] | None) -> dict[str, Any]:
    """Empty the read model and take in every block; HomeError where blocks are missing
    or a node runs."""
    if not (home / "genesis").exists():
        raise HomeError(f"{home} 不是节点文件夹。 {home} is no node's folder.")
    with lock_home(Home(home)), (home / "index.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a follower that is on its way out
        genesis = decode_genesis((home / "genesis").read_bytes())
        first, last = extent(home / "blocks")
        if first > 1:
            raise HomeError(
                f"日志从高度 {first} 起，更早的区块已清理；先用"
                " huabiao archive put-back 放回，再重建。"
                f" The log begins at {first}, the blocks before were pruned: lay them"
                " back with huabiao archive put-back, then rebuild."
            )
        blocks = DurableBlocks(home / "blocks", genesis.chain, genesis.suite)
        blocks.height = last
        index = Index(index_address(home), lambda: founding_writes(genesis).items())
        try:
            return _taken(index, blocks, say)
        finally:
            index.close()


def _taken(
    index: Index, blocks: DurableBlocks, say: Callable[[str], None] | None
) -> dict[str, Any]:
    index.empty()
    progress = every_second(say, "重建读模型", "rebuilding the read model")
    begin, waiting, envelopes, total = time.monotonic(), [], 0, 0
    for block in blocks.blocks(1):
        waiting.append(block)
        envelopes += len(block.envelopes)
        if len(waiting) >= BLOCKS_AT_ONCE or envelopes >= ENVELOPES_AT_ONCE:
            index.add_blocks(waiting)
            total, waiting, envelopes = total + envelopes, [], 0
            progress(index.height, blocks.height)
    index.add_blocks(waiting)
    total += envelopes
    seconds = time.monotonic() - begin
    return {
        "ok": index.height == blocks.height,
        "height": index.height,
        "envelopes": total,
        "seconds": round(seconds, 3),
        "sentence": f"已重建到高度 {index.height}：{total} 个信封，{seconds:.1f} 秒。"
        f" Rebuilt to height {index.height}: {total} envelopes in {seconds:.1f} s.",
    }  # fmt: skip
