"""
Rotate the vault's master key in a home whose node has stopped.

Where a commitment belongs stands on the chain, so the ledger is opened and read.
"""

import os
from pathlib import Path
from typing import Any

import msgspec

from huabiao.codec import decode
from huabiao.ledger.genesis import decode_genesis
from huabiao.ledger.ledger import Ledger
from huabiao.ledger.recovery import open_ledger
from huabiao.node.home import Home, HomeError, lock_home
from huabiao.proofs.kept import PREFIX, Kept
from huabiao.services.vault import Place
from huabiao.services.vault.rotating import OnStep, rotate_master


def rotate(folder: Path, on_step: OnStep = lambda step: None) -> dict[str, Any]:
    """{"wrapped", "destroyed", "damaged", "sentence"}; HomeError if a node runs."""
    home = Home(folder)
    if not home.genesis.exists():
        raise HomeError(
            f"{folder} 中没有链；用 --home 指明节点文件夹。"
            f" There is no chain in {folder}: name the node's folder with --home."
        )
    lock = lock_home(home)
    try:
        genesis = decode_genesis(home.genesis.read_bytes())
        ledger = Ledger(folder, genesis)
        try:
            open_ledger(ledger)
            done = rotate_master(
                folder,
                genesis.suite,
                os.environ.get("HUABIAO_VAULT"),
                lambda name: _place(ledger, name),
                on_step,
            )
        finally:
            ledger.close()
    finally:
        lock.close()
    return {
        "wrapped": done.wrapped,
        "destroyed": done.destroyed,
        "damaged": done.damaged,
        "sentence": f"主密钥已更换：{done.wrapped} 把数据密钥重新包裹，"
        f"{done.destroyed} 把已无用而销毁，{len(done.damaged)} 把打不开。"
        f" The master key is new: {done.wrapped} data keys wrapped anew,"
        f" {done.destroyed} of no use destroyed, {len(done.damaged)} do not open.",
    }


def _place(ledger: Ledger, name: str) -> Place | None:
    """Where a value stands; None if the chain never had it, or it is erased."""
    stored = ledger.read(PREFIX + name)
    if stored is None:
        return None
    kept = msgspec.convert(decode(stored), Kept)
    if kept.erased_at is not None:
        return None
    commitment = bytes.fromhex(name)
    return Place(
        ledger.genesis.chain, kept.scenario, kept.record, kept.field, commitment
    )
