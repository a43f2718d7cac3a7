"""A block: as it was run, as the log keeps it, and from the one to the other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from huabiao.crypto.envelope import Envelope, open_envelope
from huabiao.proofs.header import Header, decode_header, header_hash
from huabiao.proofs.members import Member
from huabiao.proofs.receipt import Receipt, decode_receipt
from huabiao.state.prepared import Prepared


@dataclass
class Block:
    """A block that has been run, before and after it is committed."""

    header: Header
    encoded_header: bytes
    hash: bytes
    envelopes: Sequence[Envelope]
    receipts: list[Receipt]
    encoded_receipts: list[bytes]
    writes: dict[str, bytes | None]
    members: list[Member]
    prepared: Prepared


class LoggedBlock(msgspec.Struct, array_like=True, frozen=True):
    """A block as the log keeps it."""

    header: bytes
    certificate: bytes
    """Empty where it comes later and is kept beside the log (certificates.py)."""
    envelopes: list[bytes]
    receipts: list[bytes]
    order: int = 0
    """The engine's own count of blocks when it ordered this one; 0 if it has none."""


decode_logged = msgspec.msgpack.Decoder(LoggedBlock).decode


def encode_keys(writes: dict[str, bytes | None]) -> dict[bytes, bytes | None]:
    """State keys are UTF-8."""
    return {key.encode(): value for key, value in writes.items()}


def open_block(
    logged: bytes, digest: Callable[[bytes], bytes]
) -> tuple[Header, LoggedBlock, list[Envelope]]:
    """Take a logged block apart."""
    block = decode_logged(logged)
    envelopes = [open_envelope(raw, digest) for raw in block.envelopes]
    return decode_header(block.header), block, envelopes


def receipts_of(block: LoggedBlock) -> list[Receipt]:
    """The receipts of a logged block."""
    return [decode_receipt(raw) for raw in block.receipts]


def open_one(
    logged: bytes, index: int, digest: Callable[[bytes], bytes]
) -> tuple[Header, bytes, Envelope, Receipt] | None:
    """One envelope of a logged block: the block's header and its hash, the envelope and
    its receipt; the others are not taken apart. None where the block has fewer."""
    block = decode_logged(logged)
    if not 0 <= index < len(block.envelopes):
        return None
    return (
        decode_header(block.header),
        header_hash(digest, block.header),
        open_envelope(block.envelopes[index], digest),
        decode_receipt(block.receipts[index]),
    )
