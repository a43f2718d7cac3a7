"""
Replay: run a home's whole log again in a fresh state, compare every root, and check
every certificate against the members in force.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from huabiao.ledger.genesis import decode_genesis
from huabiao.ledger.recovery import LedgerDamaged
from huabiao.ledger.recovery import replay as run_again
from huabiao.node.home import Home, HomeError, suite_of
from huabiao.state.faults import StorageFault


def replay(home: Path, say: Callable[[str], None] | None = None) -> dict[str, Any]:
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
        height, root = run_again(home, genesis, _progress(say) if say else None)
    except (LedgerDamaged, StorageFault) as error:
        failed = {"ok": False, "height": 0, "state_root": ""}
        return {**failed, "sentence": str(error)}
    return {
        "ok": True,
        "height": height,
        "state_root": root.hex(),
        "sentence": f"重放 {height} 个区块，每个根都一致，每张证书都成立。"
        f" Replayed {height} blocks; every root agrees, every certificate holds.",
    }


def _progress(say: Callable[[str], None]) -> Callable[[int, int], None]:
    """Say something at most once a second."""
    last = time.monotonic()

    def progress(height: int, end: int) -> None:
        nonlocal last
        if time.monotonic() - last > 1:
            last = time.monotonic()
            say(f"重放区块 {height}/{end} · replaying blocks")

    return progress
