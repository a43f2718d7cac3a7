"""Proof files from what a node holds: its log, its state, its history of members."""

from collections.abc import Mapping

from huabiao.ledger.block import LoggedBlock, decode_logged
from huabiao.ledger.genesis import founding_members
from huabiao.ledger.ledger import Ledger
from huabiao.node.history.block_proofs import (
    CertifiedBlock,
    NotProvable,
    members_after,
    notarised_proof,
    receipt_proof,
    written,
)
from huabiao.node.history.older import told_where
from huabiao.proofs.members import Member
from huabiao.proofs.proof_file import MemberChange, StateContent
from huabiao.proofs.state_proofs import (
    MOST_CHANGES,
    PROOF,
    VALUE,
    StateEntry,
    StateProofs,
    Want,
)


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
    return written(_block(ledger, at), StateContent(key, value, radix))


def prove_states(
    ledger: Ledger, wanted: Mapping[str, Want], height: int | None, changed: int
) -> StateProofs:
    """
    Many state keys under one certified header, the newest one unless one is asked for.

    Changes of members come along from above `changed`, the block's own too. The caller
    holds the engine's lock.
    """
    at = height or _newest(ledger) or ledger.height
    logged, certificate = _logged(ledger, at), _certificate(ledger, at)
    entries = [_entry(ledger, key, want, at) for key, want in wanted.items()]
    heights = [n for n in ledger.governed.member_changes() if changed < n <= at]
    changes = [_member_change(ledger, n) for n in heights[:MOST_CHANGES]]
    return StateProofs(logged.header, certificate, changes, entries)


def _entry(ledger: Ledger, key: str, want: Want, at: int) -> StateEntry:
    state, encoded = ledger.state, key.encode()
    if want != PROOF:
        value = state.value_at(encoded, at)
        if value is None or want == VALUE:
            return StateEntry(value, b"")
    value, radix, _ = state.prove(encoded, at)
    return StateEntry(value, radix)


def prove_receipt(ledger: Ledger, height: int, index: int) -> bytes:
    """One envelope's receipt, with the envelope while the file stays small."""
    return receipt_proof(_block(ledger, height), index)


def prove_notarised(ledger: Ledger, height: int, index: int, place: int) -> bytes:
    """One file of a notarised batch."""
    return notarised_proof(_block(ledger, height), index, place)


def member_changes(ledger: Ledger, height: int) -> list[MemberChange]:
    """The hand-overs from genesis' members to those that signed a height."""
    changes = ledger.governed.member_changes()
    return [_member_change(ledger, at) for at in changes if at < height]


def _member_change(ledger: Ledger, at: int) -> MemberChange:
    kept = ledger.handovers.get(at)
    if kept is None:  # not pruned: the block itself is there
        logged = decode_logged(ledger.log.read(at))
        certificate = _certificate(ledger, at)
        kept = MemberChange(logged.header, certificate, members_after(logged))
    return kept


def genesis_members(ledger: Ledger) -> list[Member]:
    """The members that genesis names: what a verifier starts from."""
    return founding_members(ledger.genesis)


def _newest(ledger: Ledger) -> int | None:
    """The newest provable height that is certified; None where that is the newest."""
    if ledger.certificates is None:
        return None
    for at in reversed(ledger.state.retained_heights()):
        if at >= max(ledger.log.first, 1) and ledger.certificate(at) is not None:
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


def _block(ledger: Ledger, height: int) -> CertifiedBlock:
    logged = _logged(ledger, height)
    return CertifiedBlock(
        logged,
        _certificate(ledger, height),
        member_changes(ledger, height),
        ledger.digest,
    )


def _logged(ledger: Ledger, height: int) -> LoggedBlock:
    if 0 < height < ledger.log.first:
        raise NotProvable(told_where(ledger.log.folder.parent, height))
    if not ledger.log.first <= height <= ledger.log.height or height < 1:
        raise NotProvable(
            f"没有高度 {height} 的区块，最新为 {ledger.log.height}。"
            f" There is no block {height}; the newest is {ledger.log.height}."
        )
    return decode_logged(ledger.log.read(height))
