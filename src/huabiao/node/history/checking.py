"""
The walk over a chain that needs no node: is each block the one after the block before
it, does it hold what its header says, and did enough of the members in force sign it?

Contracts are not run here; `huabiao replay` does that.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from huabiao.crypto import by_key
from huabiao.crypto.suite import Suite, suite
from huabiao.ledger.block import LoggedBlock, decode_logged
from huabiao.ledger.genesis import Genesis, genesis_hash
from huabiao.node.history.archive import Archive, open_archive
from huabiao.node.history.archive_file import BadArchive
from huabiao.node.history.block_proofs import members_after
from huabiao.node.progress import Say, every_second
from huabiao.proofs import merkle
from huabiao.proofs.header import (
    VERSION,
    Header,
    check_certificate,
    decode_header,
    header_hash,
)
from huabiao.proofs.members import Member, is_well_formed, members_digest, suite_of
from huabiao.proofs.proof_file import MemberChange
from huabiao.proofs.verify import read_trust

UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError, LookupError, TypeError)


class ChainBroken(Exception):
    """A block that is not what the chain's members signed; the sentence says which."""


class Walk:
    """Members and hash as of the block before the next one."""

    def __init__(
        self, genesis: Genesis, members: Sequence[Member], first: int = 1
    ) -> None:
        self.suite: Suite = suite(genesis.suite)
        self.genesis, self.members = genesis, list(members)
        self.due, self.time = first, 0
        self.hash = genesis_hash(self.suite.digest, genesis) if first == 1 else b""

    def hand_over(self, changes: Sequence[MemberChange]) -> None:
        """Walk from the trusted members to those who sign the first block."""
        reached = 0
        for change in changes:
            header = self._header(change.header)
            if header.members != self._digest_of(self.members) and not reached:
                continue  # trust is of a later height than this change
            if not reached < header.height < self.due:
                raise self._broken(header.height, "成员变更次序不对", "is out of order")
            self._certified(header, change.header, change.certificate)
            self._take_members(header, change.next_members)
            reached = header.height

    def step(self, logged: LoggedBlock, certificate: bytes) -> Header:
        """Check the next block; ChainBroken where it does not hold."""
        header = self._header(logged.header)
        if header.height != self.due:
            raise self._broken(self.due, "高度不连续", "is missing")
        if self.hash and header.previous != self.hash:
            raise self._broken(
                header.height, "不接上一块", "does not follow the block before it"
            )
        self._certified(header, logged.header, certificate)
        roots = (header.transactions, logged.envelopes), (
            header.receipts, logged.receipts,
        )  # fmt: skip
        for root, items in roots:
            leaves = [merkle.leaf_hash(self.suite.digest, each) for each in items]
            if merkle.root(self.suite.digest, leaves) != root:
                raise self._broken(
                    header.height,
                    "信封或回执被改动",
                    "holds other envelopes or receipts than its header says",
                )
        if header.next_members != header.members:
            self._take_members(header, members_after(logged))
        self.hash = header_hash(self.suite.digest, logged.header)
        self.due, self.time = header.height + 1, header.time
        return header

    def _header(self, encoded: bytes) -> Header:
        try:
            header = decode_header(encoded)
        except UNREADABLE:
            raise self._broken(self.due, "区块头损坏", "has a damaged header") from None
        if (header.version, header.chain) != (VERSION, self.genesis.chain):
            raise self._broken(header.height, "属于另一条链", "is of another chain")
        return header

    def _certified(self, header: Header, encoded: bytes, certificate: bytes) -> None:
        hash_ = header_hash(self.suite.digest, encoded)
        if header.members != self._digest_of(self.members):
            raise self._broken(
                header.height,
                "签署成员不是所信任的成员",
                "was signed by other members than those trusted",
            )
        certified = check_certificate(by_key, hash_, certificate, self.members)
        if not certified or header.suite != suite_of(self.members):
            raise self._broken(
                header.height, "证书不成立", "has a certificate that does not hold"
            )

    def _take_members(self, header: Header, members: list[Member]) -> None:
        if (
            not is_well_formed(members)
            or self._digest_of(members) != header.next_members
        ):
            raise self._broken(
                header.height, "成员变更与区块头不符", "hands over to unknown members"
            )
        self.members = members

    def _digest_of(self, members: Sequence[Member]) -> bytes:
        return members_digest(self.suite.digest, members)

    @staticmethod
    def _broken(height: int, why: str, why_en: str) -> ChainBroken:
        return ChainBroken(
            f"高度 {height}：{why}。请从另一份归档或其他成员恢复。"
            f" Block {height} {why_en}. Restore it from another copy or member."
        )


def walk_archive(
    archive: Archive,
    members: Sequence[Member],
    progress: Callable[[int, int], None] = lambda done, total: None,
    end: int | None = None,
    start: int = 1,
) -> Walk:
    """Check an archive's files from the one that holds `start`; the walk at its end."""
    files = [file for file in archive.files if _last_of(archive, file) >= start]
    walk = Walk(archive.genesis, members, files[0].head.first)
    walk.hand_over(files[0].head.changes)
    for block in archive.blocks(files[0].head.first, end):
        try:
            logged = decode_logged(block.record)
        except UNREADABLE:
            raise walk._broken(block.height, "记录损坏", "cannot be read") from None
        if logged.certificate and logged.certificate != block.certificate:
            raise walk._broken(block.height, "证书不一", "has two certificates")
        try:
            walk.step(logged, block.certificate)
        except UNREADABLE:
            raise walk._broken(block.height, "回执损坏", "cannot be read") from None
        progress(block.height, archive.last)
    return walk


def _last_of(archive: Archive, file: Any) -> int:
    at = archive.files.index(file) + 1
    return archive.files[at].head.first - 1 if at < len(archive.files) else archive.last


def verify_archive(
    folder: Path, trust: str | dict[str, Any], say: Say | None = None
) -> dict[str, Any]:
    """{"ok", "chain", "first", "last", "sentence"}; never raises for what it reads."""
    try:
        chain, suite_name, members = read_trust(trust)
        archive = open_archive(folder)
        head = archive.head
        if (head.chain, head.suite) != (chain, suite_name):
            raise BadArchive(
                f"归档属于链 {head.chain}，信任文件属于 {chain}。"
                f" The archive is of chain {head.chain}, the trust file of {chain}."
            )
        progress = every_second(say, "核验区块", "verifying blocks")
        walk = walk_archive(archive, members, progress)
    except (BadArchive, ChainBroken, OSError, *UNREADABLE) as error:
        return {"ok": False, "sentence": str(error)}
    first, last = archive.first, walk.due - 1
    return {
        "ok": True,
        "chain": head.chain,
        "suite": head.suite,
        "first": first,
        "last": last,
        "hash": walk.hash.hex(),
        "sentence": f"成立：链 {chain} 高度 {first} 至 {last}，每个区块前后相接，"
        "每个根与证书都成立。"
        f" Holds: blocks {first} to {last} of chain {chain}; each follows the one"
        " before it, every root and every certificate holds.",
    }


__all__ = ["ChainBroken", "Walk", "verify_archive", "walk_archive"]
