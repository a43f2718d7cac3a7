"""Proof files from what a node holds: its log, its state, its history of members."""

from huabiao.codec import decode
from huabiao.ledger.block import LoggedBlock, decode_logged
from huabiao.ledger.genesis import founding_members
from huabiao.ledger.governed import MEMBERS, Governed
from huabiao.ledger.ledger import Ledger
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

SMALL = 2_048
"""The envelope travels along with a receipt as long as the file stays this small."""


class NotProvable(LookupError):
    """There is nothing of this kind to prove; the sentence says what there is."""


class NotCertified(NotProvable):
    """The block is final and its certificate is still on its way."""


def prove_state(ledger: Ledger, key: str, height: int | None) -> bytes:
    """Presence or absence of a state key. The caller holds the engine's lock."""
    value, radix, at = ledger.state.prove(key.encode(), height or _newest(ledger))
    if at == 0:
        raise NotProvable(
            "链上还没有区块，证明须有区块证书。"
            " There is no block yet, and a proof needs a block's certificate."
        )
    logged = decode_logged(ledger.log.read(at))
    return _written(
        logged.header,
        _certificate(ledger, at),
        member_changes(ledger, at),
        StateContent(key, value, radix),
    )


def prove_receipt(ledger: Ledger, height: int, index: int) -> bytes:
    """One envelope's receipt, with the envelope while the file stays small."""
    logged = _block(ledger, height)
    receipt, count, path = _receipt_path(ledger, logged, index)
    changes = member_changes(ledger, height)
    bare = _written(
        logged.header,
        _certificate(ledger, height),
        changes,
        ReceiptContent(receipt, index, count, path, None),
    )
    raw = logged.envelopes[index]
    if len(bare) + len(raw) + 34 * len(path) > SMALL:
        return bare
    leaves = [merkle.leaf_hash(ledger.digest, each) for each in logged.envelopes]
    part = EnvelopePart(raw, merkle.inclusion(ledger.digest, leaves, index))
    return _written(
        logged.header,
        _certificate(ledger, height),
        changes,
        ReceiptContent(receipt, index, count, path, part),
    )


def prove_notarised(ledger: Ledger, height: int, index: int, place: int) -> bytes:
    """One file of a notarised batch."""
    logged = _block(ledger, height)
    receipt, count, path = _receipt_path(ledger, logged, index)
    digests = notarised_digests(logged.envelopes[index])
    if not 0 <= place < len(digests):
        raise NotProvable(
            f"此批次有 {len(digests)} 个文件，编号 0 至 {len(digests) - 1}。"
            f" This batch has {len(digests)} files, numbered from 0."
        )
    leaves = [merkle.leaf_hash(ledger.digest, each) for each in digests]
    content = NotarisedContent(
        receipt, index, count, path, digests[place], place, len(digests),
        merkle.inclusion(ledger.digest, leaves, place),
    )  # fmt: skip
    return _written(
        logged.header,
        _certificate(ledger, height),
        member_changes(ledger, height),
        content,
    )


def notarised_digests(raw: bytes) -> list[bytes]:
    """The file digests that an envelope notarises, in order."""
    calls = decode(decode(raw)[0])[5]
    joined = b"".join(
        b"".join(arguments["digests"])
        for contract, operation, _, arguments in calls
        if contract == "evidence" and operation == "notarize"
    )
    return [joined[start : start + 32] for start in range(0, len(joined), 32)]


def member_changes(ledger: Ledger, height: int) -> list[MemberChange]:
    """The hand-overs from genesis' members to those that signed a height."""
    changes = []
    for at in ledger.governed.member_changes():
        if at < height:
            logged = decode_logged(ledger.log.read(at))
            changes.append(
                MemberChange(
                    logged.header, _certificate(ledger, at), _members_after(ledger, at)
                )
            )
    return changes


def genesis_members(ledger: Ledger) -> list[Member]:
    """The members that genesis names: what a verifier starts from."""
    return founding_members(ledger.genesis)


def _members_after(ledger: Ledger, height: int) -> list[Member]:
    """Read from the receipt that wrote them: it outlives every state snapshot."""
    logged = decode_logged(ledger.log.read(height))
    written = b""
    for raw in logged.receipts:
        for result in decode(raw)[2]:
            for key, value in result[4]:
                if key == MEMBERS:
                    written = value
    return Governed({MEMBERS: written}.get).members()


def _written(
    header: bytes,
    certificate: bytes,
    changes: list[MemberChange],
    content: StateContent | ReceiptContent | NotarisedContent,
) -> bytes:
    proof = write_proof(header, certificate, changes, content)
    if len(proof) > LARGEST_PROOF:
        raise NotProvable(
            f"证明将有 {len(proof)} 字节，超过上限 {LARGEST_PROOF}："
            f"其中有 {len(changes)} 次成员变更。"
            f" The proof would have {len(proof)} bytes, more than {LARGEST_PROOF}:"
            f" it walks over {len(changes)} changes of members."
        )
    return proof


def _newest(ledger: Ledger) -> int | None:
    """The newest provable height that is certified; None where that is the newest."""
    if ledger.certificates is None:
        return None
    for at in reversed(ledger.state.retained_heights()):
        if at and ledger.certificate(at) is not None:
            return at
    return None


def _certificate(ledger: Ledger, height: int) -> bytes:
    certificate = ledger.certificate(height)
    if certificate is None:
        raise NotCertified(
            f"高度 {height} 的区块已定，成员的签名随后几个区块到齐；请一秒后重试。"
            f" Block {height} is final; its members' signatures come with the next"
            " blocks. Try again in a second."
        )
    return certificate


def _block(ledger: Ledger, height: int) -> LoggedBlock:
    if not ledger.log.first <= height <= ledger.log.height or height < 1:
        raise NotProvable(
            f"没有高度 {height} 的区块，最新为 {ledger.log.height}。"
            f" There is no block {height}; the newest is {ledger.log.height}."
        )
    return decode_logged(ledger.log.read(height))


def _receipt_path(
    ledger: Ledger, logged: LoggedBlock, index: int
) -> tuple[bytes, int, list[bytes]]:
    if not 0 <= index < len(logged.receipts):
        raise NotProvable("区块中没有此信封。 The block holds no such envelope.")
    leaves = [merkle.leaf_hash(ledger.digest, each) for each in logged.receipts]
    path = merkle.inclusion(ledger.digest, leaves, index)
    return logged.receipts[index], len(leaves), path
