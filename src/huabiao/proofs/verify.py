"""
The offline verifier: a proof file, the members that one trusts, and nothing else.

1. The trust names the chain, the suite of its genesis and its members at some height.
2. Changes of members are followed upwards, each certified by the members before it.
3. The header is certified by the members that stand then.
4. The content leads to one of the header's roots.
5. If the original file is given, its digest is the notarised leaf.

It needs huabiao.codec and huabiao.crypto beside it; no node, no network, no clock.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from huabiao.crypto.envelope import BadEnvelope, open_envelope
from huabiao.crypto.suite import Suite, suite
from huabiao.proofs import merkle, radix
from huabiao.proofs.certified import (
    UNREADABLE,
    NotCertified,
    certified_header,
    handed_over,
)
from huabiao.proofs.header import Header
from huabiao.proofs.kept import kept_sentence, kept_statement
from huabiao.proofs.members import Member, is_well_formed
from huabiao.proofs.proof_file import (
    NotarisedContent,
    Proof,
    ReceiptContent,
    StateContent,
    read_proof,
)
from huabiao.proofs.receipt import decode_receipt


@dataclass(frozen=True)
class Verdict:
    """Whether a proof holds, one sentence, and what it says as plain values."""

    ok: bool
    sentence: str
    statement: dict[str, Any] = field(default_factory=dict)


def read_trust(document: str | dict[str, Any]) -> tuple[str, str, list[Member]]:
    """Chain, suite and members of a trust document; ValueError with a sentence."""
    try:
        trust = json.loads(document) if isinstance(document, str) else document
        members = [
            Member(m["name"], bytes.fromhex(m["public"]), m["power"])
            for m in trust["members"]
        ]
        if not is_well_formed(members):
            raise ValueError("members")
        return trust["chain"], trust["suite"], members
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"信任文件不可用：{error}。用 huabiao trust -o 文件 重新导出。"
            f" The trust file cannot be used ({error}); export it again with:"
            " huabiao trust -o FILE."
        ) from None


def verify(
    proof: bytes, trust: str | dict[str, Any], original: bytes | None = None
) -> Verdict:
    """Check a proof file; never raises on hostile bytes of the proof."""
    try:
        chain, suite_name, members = read_trust(trust)
        chosen = suite(suite_name)
    except ValueError as error:
        return Verdict(False, str(error))
    try:
        taken, content = read_proof(proof)
    except UNREADABLE:
        return Verdict(
            False, "不是证明文件，或已损坏。 This is no proof file, or it is damaged."
        )
    try:
        header = _certified_header(chosen, chain, members, taken)
        statement = _statement(chosen, header, content, original)
    except NotCertified as failure:
        return Verdict(False, str(failure))
    statement |= {"chain": chain, "height": header.height, "time": header.time}
    return Verdict(True, _sentence(taken.kind, statement), statement)


def _certified_header(
    chosen: Suite, chain: str, members: list[Member], proof: Proof
) -> Header:
    reached = 0
    for change in proof.changes:
        header = certified_header(
            chosen.digest, chain, members, change.header, change.certificate
        )
        reached = _above(reached, header)
        members = handed_over(chosen.digest, header, change.next_members)
    header = certified_header(
        chosen.digest, chain, members, proof.header, proof.certificate
    )
    _above(reached, header)
    return header


def _above(reached: int, header: Header) -> int:
    """The header's height; members sign only above the block that brought them in."""
    if header.height <= reached:
        raise NotCertified(
            f"高度 {header.height} 不在成员变更的高度 {reached} 之上。"
            f" Height {header.height} is not above the change of members at {reached}."
        )
    return header.height


def _statement(
    chosen: Suite, header: Header, content: Any, original: bytes | None
) -> dict[str, Any]:
    if original is not None and not isinstance(content, NotarisedContent):
        raise NotCertified(
            "此证明不关于文件，无法比对原文。"
            " This proof is not about a file: there is nothing to compare it with."
        )
    if isinstance(content, StateContent):
        return _state_statement(chosen, header, content)
    receipt = _receipt_statement(chosen, header, content)
    if isinstance(content, NotarisedContent):
        return receipt | _notarised_statement(chosen, content, original)
    if content.envelope is not None:
        _check_envelope(chosen, header, content)
    return receipt


def _state_statement(
    chosen: Suite, header: Header, content: StateContent
) -> dict[str, Any]:
    key = content.key.encode()
    if not radix.verify(chosen.digest, header.state, key, content.value, content.radix):
        raise NotCertified("状态证明不成立。 The state proof does not hold.")
    if content.value is None:
        return {"key": content.key, "value": None, "present": False}
    found = {"key": content.key, "value": content.value.hex(), "present": True}
    return found | kept_statement(content.key, content.value)


def _receipt_statement(
    chosen: Suite, header: Header, content: ReceiptContent | NotarisedContent
) -> dict[str, Any]:
    leaf = merkle.leaf_hash(chosen.digest, content.receipt)
    found = merkle.root_from_inclusion(
        chosen.digest, leaf, content.index, content.count, content.path
    )
    if found != header.receipts:
        raise NotCertified("回执不在此区块中。 The receipt is not in this block.")
    try:
        receipt = decode_receipt(content.receipt)
    except UNREADABLE:
        raise NotCertified("回执损坏。 The receipt is damaged.") from None
    if not receipt.results:
        raise NotCertified("回执没有结果。 The receipt holds no result.")
    return {
        "envelope": receipt.envelope.hex(),
        "sender": receipt.sender.hex(),
        "code": receipt.code,
        "events": [
            [event.contract, event.name, event.key]
            for result in receipt.results
            for event in result.events
        ],
    }


def _check_envelope(chosen: Suite, header: Header, content: ReceiptContent) -> None:
    part = content.envelope
    assert part is not None
    leaf = merkle.leaf_hash(chosen.digest, part.envelope)
    found = merkle.root_from_inclusion(
        chosen.digest, leaf, content.index, content.count, part.path
    )
    if found != header.transactions:
        raise NotCertified("信封不在此区块中。 The envelope is not in this block.")
    try:
        envelope = open_envelope(part.envelope, chosen.digest)
    except BadEnvelope:
        raise NotCertified("信封损坏。 The envelope is damaged.") from None
    if envelope.id != decode_receipt(content.receipt).envelope:
        raise NotCertified("回执属于另一信封。 The receipt is of another envelope.")


def _notarised_statement(
    chosen: Suite, content: NotarisedContent, original: bytes | None
) -> dict[str, Any]:
    if original is not None and chosen.digest(original) != content.leaf:
        raise NotCertified(
            "原文与存证不符：文件被改动，或不是同一文件。"
            " The original does not match: it was altered, or is another file."
        )
    found = merkle.root_from_inclusion(
        chosen.digest,
        merkle.leaf_hash(chosen.digest, content.leaf),
        content.leaf_index,
        content.leaf_count,
        content.leaf_path,
    )
    receipt = decode_receipt(content.receipt)
    notarised = any(
        event.contract == "evidence"
        and event.name == "notarised"
        and event.detail.get("root") == found
        and event.detail.get("count") == content.leaf_count
        for result in receipt.results
        for event in result.events
    )
    if found is None or not notarised or not receipt.accepted:
        raise NotCertified("文件不在此存证批次中。 The file is not in this batch.")
    return {"digest": content.leaf.hex(), "original": original is not None}


def _sentence(kind: str, statement: dict[str, Any]) -> str:
    """One sentence that a person can read out in court."""
    when = _moment(statement["time"])
    at = f"链 {statement['chain']} 高度 {statement['height']}（{when}）"
    at_en = f"on chain {statement['chain']} at height {statement['height']} ({when})"
    if kind == "notarised":
        zh = "原文一致，" if statement["original"] else "未比对原文，"
        en = "" if statement["original"] else " The original was not compared."
        return f"成立：{zh}已存证于{at}。 Holds: notarised {at_en}.{en}"
    if kind == "receipt":
        code = statement["code"]
        return f"成立：回执（{code}）在{at}。 Holds: receipt ({code}) {at_en}."
    if "kept" in statement:
        return kept_sentence(statement["kept"], (at, at_en), _moment)
    if statement["present"]:
        key = statement["key"]
        return f"成立：“{key}”的记录在{at}。 Holds: the record {key!r} stood {at_en}."
    key = statement["key"]
    return f"成立：“{key}”不存在于{at}。 Holds: {key!r} was absent {at_en}."


def _moment(instant: int) -> str:
    """UTC milliseconds as people read them; as a number beyond the calendar."""
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=instant)
    except OverflowError:
        return f"{instant} ms"
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")
