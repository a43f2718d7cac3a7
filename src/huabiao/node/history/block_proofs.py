"""
Proof files from one block, wherever it was kept: a node's log or an archive.

Nothing here knows a ledger: the block's record, its certificate and the changes of
members before it are given.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from huabiao.codec import decode
from huabiao.ledger.block import LoggedBlock
from huabiao.ledger.governed import MEMBERS, Governed
from huabiao.proofs import merkle
from huabiao.proofs.members import Member
from huabiao.proofs.proof_file import (
    LARGEST_PROOF,
    EnvelopePart,
    MemberChange,
    NotarisedContent,
    ReceiptContent,
    StateContent,
    write_proof,
)

SMALL = 16_384
"""The envelope travels along with a receipt as long as the file stays this small."""


class NotProvable(LookupError):
    """There is nothing of this kind to prove; the sentence says what there is."""


@dataclass(frozen=True)
class CertifiedBlock:
    """A block, who signed it, and how trust reaches them from genesis."""

    logged: LoggedBlock
    certificate: bytes
    changes: Sequence[MemberChange]
    digest: Callable[[bytes], bytes]


def receipt_proof(block: CertifiedBlock, index: int) -> bytes:
    """One envelope's receipt, with the envelope while the file stays small."""
    receipt, count, path = _receipt_path(block, index)
    bare = written(block, ReceiptContent(receipt, index, count, path, None))
    raw = block.logged.envelopes[index]
    if len(bare) + len(raw) + 34 * len(path) > SMALL:
        return bare
    leaves = [merkle.leaf_hash(block.digest, each) for each in block.logged.envelopes]
    part = EnvelopePart(raw, merkle.inclusion(block.digest, leaves, index))
    return written(block, ReceiptContent(receipt, index, count, path, part))


def notarised_proof(block: CertifiedBlock, index: int, place: int) -> bytes:
    """One file of a notarised batch."""
    receipt, count, path = _receipt_path(block, index)
    digests = notarised_digests(block.logged.envelopes[index])
    if not 0 <= place < len(digests):
        raise NotProvable(
            f"此批次有 {len(digests)} 个文件，编号 0 至 {len(digests) - 1}。"
            f" This batch has {len(digests)} files, numbered from 0."
        )
    leaves = [merkle.leaf_hash(block.digest, each) for each in digests]
    content = NotarisedContent(
        receipt, index, count, path, digests[place], place, len(digests),
        merkle.inclusion(block.digest, leaves, place),
    )  # fmt: skip
    return written(block, content)


def notarised_digests(raw: bytes) -> list[bytes]:
    """The file digests that an envelope notarises, in order."""
    calls = decode(decode(raw)[0])[5]
    joined = b"".join(
        b"".join(arguments["digests"])
        for contract, operation, _, arguments in calls
        if contract == "evidence" and operation == "notarize"
    )
    return [joined[start : start + 32] for start in range(0, len(joined), 32)]


def members_after(logged: LoggedBlock) -> list[Member]:
    """Whom a block hands over to, from the receipt that wrote them: it outlives every
    state snapshot."""
    written = b""
    for raw in logged.receipts:
        for result in decode(raw)[2]:
            for key, value in result[4]:
                if key == MEMBERS:
                    written = value
    return Governed({MEMBERS: written}.get).members() if written else []


def written(
    block: CertifiedBlock,
    content: StateContent | ReceiptContent | NotarisedContent,
) -> bytes:
    """The bytes of a proof; NotProvable where they would be too many."""
    changes = list(block.changes)
    proof = write_proof(block.logged.header, block.certificate, changes, content)
    if len(proof) > LARGEST_PROOF:
        raise NotProvable(
            f"证明将有 {len(proof)} 字节，超过上限 {LARGEST_PROOF}："
            f"其中有 {len(changes)} 次成员变更。"
            f" The proof would have {len(proof)} bytes, more than {LARGEST_PROOF}:"
            f" it walks over {len(changes)} changes of members."
        )
    return proof


def _receipt_path(block: CertifiedBlock, index: int) -> tuple[bytes, int, list[bytes]]:
    receipts = block.logged.receipts
    if not 0 <= index < len(receipts):
        raise NotProvable("区块中没有此信封。 The block holds no such envelope.")
    leaves = [merkle.leaf_hash(block.digest, each) for each in receipts]
    path = merkle.inclusion(block.digest, leaves, index)
    return receipts[index], len(leaves), path
