"""
Pruning: whole segments of a stopped home are removed, and the disk is free.

Never removed are blocks

- that the archive given does not hold, verified from genesis' members (or else the
  operator says that another copy is kept)
- without a certificate yet
- that a start needs: envelopes in them could still come again
- that the read model has not taken in, for it is built from them

What stays of the rest: every change of members (HOME/handovers), so that new proofs
walk from genesis as before, and a note of who has the blocks (HOME/pruned.json).
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huabiao.durable import PUBLIC, write_whole
from huabiao.ledger.block import decode_logged
from huabiao.ledger.certificates import Certificates
from huabiao.ledger.genesis import Genesis, decode_genesis, founding_members
from huabiao.ledger.handovers import write_handovers
from huabiao.ledger.ledger import Ledger
from huabiao.ledger.recovery import open_ledger
from huabiao.node.history.archive import open_archive
from huabiao.node.history.archive_file import BadArchive
from huabiao.node.history.checking import walk_archive
from huabiao.node.history.older import FILE, read_pruned
from huabiao.node.home import Home, HomeError, index_address, lock_home
from huabiao.node.progress import Say, every_second
from huabiao.node.proving import member_changes
from huabiao.proofs.header import decode_header, header_hash
from huabiao.services.index.store import reach
from huabiao.state.whole import removable, remove_below

REASONS = {
    "asked": ("所要求的高度", "what was asked for"),
    "archive": ("归档的末尾", "where the archive ends"),
    "certificate": ("尚无证书的区块", "blocks that wait for their certificates"),
    "window": ("重启所需的区块", "blocks that a start needs"),
    "index": ("读模型的进度", "how far the read model is"),
}


@dataclass(frozen=True)
class Wish:
    """What the operator asked for; one of `keep` and `before` is given."""

    keep: int | None = None
    before: int | None = None
    archived: Path | None = None
    other_copy: bool = False
    where: str = ""
    """What the node tells whoever asks for a pruned block."""


def prune(home: Path, wish: Wish, say: Say | None = None) -> dict[str, Any]:
    """
    {"first", "freed", "limited_by", "sentence"}; nothing is removed where it raises.

    HomeError while a node runs there, or where no other copy is named; BadArchive and
    ChainBroken where the archive does not hold what would go.
    """
    if wish.archived is None and not wish.other_copy:
        raise HomeError(
            "清理前须有另一份：先 huabiao archive，再以 --archived 归档文件夹 清理；"
            "或以 --i-have-another-copy 自行担保。"
            " Blocks are removed only where another copy is: archive them and name the"
            " folder with --archived, or vouch for it with --i-have-another-copy."
        )
    where = Home(home)
    if not where.genesis.exists():
        raise HomeError(
            f"{home} 中没有链；用 --home 指明。"
            f" There is no chain in {home}: name the folder with --home."
        )
    with lock_home(where):
        genesis = decode_genesis(where.genesis.read_bytes())
        many = (home / "certificates").exists()
        ledger = Ledger(home, genesis, certified_later=many)
        try:
            open_ledger(ledger, every_second(say, "重放区块", "replaying blocks"))
            limit, why = _limit(ledger, wish, home)
            start, going = removable(home / "blocks", limit)
            if going and wish.archived is not None:
                _check_archive(ledger, genesis, wish.archived, start, say)
            if going:
                write_handovers(home / "handovers", member_changes(ledger, start))
        finally:
            ledger.close()
        if going:
            _note(home, start, wish)
        _, freed = remove_below(home / "blocks", start)
        if many and start:
            kept = Certificates(home / "certificates")
            kept.forget_before(start)
            kept.close()
    return _told(start, freed, limit, why)


def _limit(ledger: Ledger, wish: Wish, home: Path) -> tuple[int, str]:
    """The lowest height that must stay, and why."""
    asked = wish.before if wish.keep is None else ledger.height - wish.keep + 1
    bounds = {
        "asked": max(asked or 1, 1),
        "certificate": _first_uncertified(ledger),
        "window": _window(ledger),
        "index": _indexed(home) + 1,
    }
    if wish.archived is not None:
        bounds["archive"] = open_archive(wish.archived).last + 1
    why = min(bounds, key=lambda name: bounds[name])
    return bounds[why], why


def _first_uncertified(ledger: Ledger) -> int:
    height = ledger.height
    while height > ledger.log.first and ledger.certificate(height) is None:
        height -= 1
    return height + 1


def _window(ledger: Ledger) -> int:
    """The first block whose envelopes could still come again; the newest at most."""
    height, earliest = ledger.height, ledger.time - ledger.governed.longest_validity()
    while height > ledger.log.first:
        before = decode_header(decode_logged(ledger.log.read(height - 1)).header)
        if before.time < earliest:
            break
        height -= 1
    return height


def _indexed(home: Path) -> int:
    """How far the read model is; 0 where there is none."""
    address = index_address(home)
    return 0 if isinstance(address, Path) and not address.exists() else reach(address)


def _check_archive(
    ledger: Ledger, genesis: Genesis, folder: Path, start: int, say: Say | None
) -> None:
    """The archive holds every block from the log's first to `start` - 1, verified."""
    archive = open_archive(folder)
    first = ledger.log.first
    if not archive.first <= first or archive.last < start - 1:
        raise BadArchive(
            f"归档只有高度 {archive.first} 至 {archive.last}，将清理 {first} 至"
            f" {start - 1}；先归档其余。"
            f" The archive has blocks {archive.first} to {archive.last}, and {first} to"
            f" {start - 1} would go: archive the others first."
        )
    progress = every_second(say, "核验归档", "verifying the archive")
    walk = walk_archive(
        archive, founding_members(genesis), progress, end=start - 1, start=first
    )
    ours = decode_logged(ledger.log.read(start - 1)).header
    if walk.due != start or walk.hash != header_hash(ledger.digest, ours):
        raise BadArchive(
            f"归档中高度 {start - 1} 的区块不是本节点的；请核对归档。"
            f" Block {start - 1} of the archive is not this node's: check the archive."
        )


def _note(home: Path, start: int, wish: Wish) -> None:
    before = read_pruned(home)
    where = wish.where or (wish.archived.name if wish.archived else "")
    where = where or (before["where"] if before else "")
    noted = {"first": start, "where": where}
    text = json.dumps(noted, ensure_ascii=False)
    write_whole(home / FILE, text.encode(), PUBLIC)


def _told(start: int, freed: int, limit: int, why: str) -> dict[str, Any]:
    zh, en = REASONS[why]
    if freed:
        sentence = (
            f"日志现从高度 {start} 起，腾出 {freed / 2**20:.1f} MiB（止于{zh}）。"
            f" The log begins at {start} now; {freed / 2**20:.1f} MiB were freed"
            f" (limit: {en})."
        )
    else:
        sentence = (
            f"没有可清理的：只清理整个日志文件，且高度须低于 {limit}（{zh}）。"
            f" There is nothing to remove: only whole log files go, below height"
            f" {limit} ({en})."
        )
    return {"first": start, "freed": freed, "limited_by": why, "sentence": sentence}
