"""
Recovery: what a node does before it serves.

The block log decides. The state store may be behind it (the rest is run again and every
header compared), never ahead of it. The replay window is rebuilt from the blocks whose
envelopes could still be valid.
"""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import chain
from pathlib import Path

from huabiao.crypto import by_key
from huabiao.ledger.block import Block, decode_logged, open_block, receipts_of
from huabiao.ledger.certificates import Certificates
from huabiao.ledger.genesis import Genesis
from huabiao.ledger.governed import MEMBERS
from huabiao.ledger.ledger import Ledger, LedgerDamaged, Progress
from huabiao.proofs.header import check_certificate, header_hash
from huabiao.proofs.members import Member
from huabiao.state import BlockLog

WAITING = 3
"""Blocks at the end of a log that may still wait for their certificates."""


def open_ledger(ledger: Ledger, on_progress: Progress | None = None) -> int:
    """Bring a ledger to the end of its log; returns how many blocks were run again."""
    if ledger.read(MEMBERS) is None:
        ledger.found()
    behind = ledger.state.height
    if behind > ledger.log.height:
        raise LedgerDamaged(
            f"状态库在高度 {behind}，区块日志只到 {ledger.log.height}：日志缺了尾部。"
            "请从备份恢复日志，或删除 state 文件夹后由日志重建（会失去缺的区块）。"
            f" The state store is at height {behind} but the log ends at"
            f" {ledger.log.height}: blocks are missing. Restore the log from a backup"
            " or another member; or remove the state folder to go on without them."
        )
    if ledger.log.first > behind + 1 or (behind and ledger.log.first > behind):
        raise LedgerDamaged(
            f"区块日志从高度 {ledger.log.first} 起，状态库只在 {behind}："
            "中间的区块已清理。请用 huabiao archive put-back 放回归档的区块，再启动。"
            f" The log begins at {ledger.log.first} and the state store is at {behind}:"
            " the blocks between were pruned. Lay them back from the archive with"
            " huabiao archive put-back, and start again."
        )
    ledger.members = ledger.governed.members()
    ledger.parameters = ledger.governed.parameters()
    if behind:
        _resume(ledger, behind)
    again = 0
    for height, logged in ledger.log.blocks(behind + 1):
        run_again(ledger, logged)
        again += 1
        if on_progress:
            on_progress(height, ledger.log.height)
    ledger.activate(ledger.height + 1)
    ledger.state.maybe_flush()
    return again


def run_again(ledger: Ledger, logged: bytes, check_signatures: bool = False) -> Block:
    """Run a logged block and compare; raises LedgerDamaged where it differs."""
    header, kept, envelopes = open_block(logged, ledger.digest)
    verdicts = None
    if not check_signatures:
        codes = [receipt.code for receipt in receipts_of(kept)]
        verdicts = bytes(code != "envelope.signature" for code in codes)
    block = ledger.finalize(header.time, envelopes, verdicts)
    if block.encoded_header != kept.header or block.encoded_receipts != kept.receipts:
        differing = [
            name
            for name in ("previous", "transactions", "receipts", "state", "members")
            if getattr(block.header, name) != getattr(header, name)
        ]
        raise LedgerDamaged(
            f"重放高度 {header.height} 得到不同的 {'、'.join(differing) or '回执'}。"
            "请核对软件版本与创世文件，或从其他成员恢复。"
            f" Replay of height {header.height} differs in"
            f" {', '.join(differing) or 'receipts'}: check the software's version and"
            " the genesis file, or restore from another member."
        )
    ledger.advance(block)
    return block


def check_certified(
    ledger: Ledger, block: Block, certificate: bytes, members: Sequence[Member]
) -> None:
    """Raise LedgerDamaged unless enough of the members in force signed a block."""
    if not check_certificate(by_key, block.hash, certificate, members):
        raise LedgerDamaged(
            f"高度 {block.header.height} 的证书不成立：当时成员的签名不足三分之二，"
            "或日志被改动。请从其他成员恢复此区块。"
            f" The certificate of height {block.header.height} does not hold: fewer"
            " than two thirds of the members in force signed, or the log was altered;"
            " restore this block from another member."
        )


def replay(
    folder: Path,
    genesis: Genesis,
    on_progress: Progress | None = None,
    older: Iterable[tuple[bytes, bytes]] = (),
) -> tuple[int, bytes]:
    """
    Run the whole log into a fresh state; returns the height and the state root.

    Every root is compared; every envelope's signature is checked, and every block's
    certificate against the members in force. LedgerDamaged says where it differs.
    `older` gives (record, certificate) of the blocks from height 1 that the log no
    longer has.

    The log is only read, so that a node may serve from it meanwhile; blocks that come
    after the start are left for another time.
    """
    log = BlockLog.open(folder / "blocks", readonly=True)
    later = _certified_later(folder)
    try:
        with (
            tempfile.TemporaryDirectory(prefix="huabiao-replay-") as scratch,
            closing(Ledger(Path(scratch), genesis)) as fresh,
        ):
            open_ledger(fresh)
            for logged, certificate in chain(older, _with_certificates(log, later)):
                members = fresh.members
                block = run_again(fresh, logged, check_signatures=True)
                # The newest blocks of many members wait for the votes on the next.
                if certificate or not later or fresh.height <= log.height - WAITING:
                    check_certified(fresh, block, certificate, members)
                fresh.state.maybe_flush()
                if on_progress:
                    on_progress(fresh.height, log.height)
            result = fresh.height, fresh.state.root
    finally:
        log.close()
        if later is not None:
            later.close()
    return result


def _with_certificates(
    log: BlockLog, later: Certificates | None
) -> Iterator[tuple[bytes, bytes]]:
    for height, logged in log.blocks(1):
        certificate = decode_logged(logged).certificate
        yield logged, certificate or (later.of(height) if later else None) or b""


def _certified_later(folder: Path) -> Certificates | None:
    """The certificates beside a log, where its engine keeps them there."""
    beside = folder / "certificates"
    return Certificates(beside, readonly=True) if beside.exists() else None


def _resume(ledger: Ledger, height: int) -> None:
    """Take up hash, time and replay window from the blocks the state holds."""
    header, kept, _ = open_block(ledger.log.read(height), ledger.digest)
    if header.state != ledger.state.root:
        raise LedgerDamaged(
            f"高度 {height} 的状态根与区块头不符。请删除 state 文件夹，由日志重建。"
            f" The state root at height {height} is not its header's: remove the state"
            " folder and start again; it is rebuilt from the log."
        )
    ledger.height, ledger.time = height, header.time
    ledger.hash = header_hash(ledger.digest, kept.header)
    earliest = header.time - ledger.governed.longest_validity()
    while height >= max(ledger.log.first, 1):
        past, kept, envelopes = open_block(ledger.log.read(height), ledger.digest)
        if past.time < earliest:
            break
        for envelope, receipt in zip(envelopes, receipts_of(kept), strict=True):
            if receipt.was_run and envelope.body.valid_until > header.time:
                ledger.window.add(envelope.id, envelope.body.valid_until)
        height -= 1
