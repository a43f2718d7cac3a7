"""Proof files from an archive: with no node, as a node would have made them."""

import re
from pathlib import Path

from huabiao.crypto.suite import suite
from huabiao.ledger.block import decode_logged
from huabiao.node.history.archive import Archive, open_archive
from huabiao.node.history.archive_file import ArchivedBlock
from huabiao.node.history.archiving import changes_before
from huabiao.node.history.block_proofs import (
    CertifiedBlock,
    NotProvable,
    notarised_proof,
    receipt_proof,
)
from huabiao.node.progress import Say, every_second
from huabiao.proofs.receipt import decode_receipt

_ENVELOPE = re.compile(r"([0-9a-f]{16,64})(?:\.(\d{1,6}))?")


def prove(folder: Path, id_: str, say: Say | None = None) -> tuple[bytes, int]:
    """A proof and its height; NotProvable where the archive does not have it."""
    matched = _ENVELOPE.fullmatch(id_)
    if matched is None:
        raise NotProvable(
            f"“{id_[:80]}”不是信封编号，也不是 信封编号.序号；"
            "归档只证明回执与存证，状态由节点证明。"
            f" {id_[:80]!r} is no envelope's id, nor ID.N: an archive proves receipts"
            " and notarised files; state is proved by a node."
        )
    archive = open_archive(folder)
    block, index = _find(archive, matched[1], say)
    certified = CertifiedBlock(
        decode_logged(block.record),
        block.certificate,
        changes_before(archive, block.height),
        suite(archive.head.suite).digest,
    )
    if matched[2] is None:
        return receipt_proof(certified, index), block.height
    return notarised_proof(certified, index, int(matched[2])), block.height


def _find(archive: Archive, id_: str, say: Say | None) -> tuple[ArchivedBlock, int]:
    """The block and place of an envelope that was run, else of one that was refused."""
    progress = every_second(say, "查找区块", "looking through blocks")
    # A receipt holds the id as bytes: whole blocks without them are passed over.
    sought, refused = bytes.fromhex(id_[: len(id_) // 2 * 2]), None
    for block in archive.blocks():
        progress(block.height, archive.last)
        if sought not in block.record:
            continue
        for index, raw in enumerate(decode_logged(block.record).receipts):
            receipt = decode_receipt(raw)
            if not receipt.envelope.hex().startswith(id_):
                continue
            if receipt.was_run:
                return block, index
            refused = refused or (block, index)
    if refused is not None:
        return refused
    raise NotProvable(
        f"归档（高度 {archive.first} 至 {archive.last}）中没有信封 {id_}。"
        f" The archive (blocks {archive.first} to {archive.last}) holds no envelope"
        f" {id_}."
    )
