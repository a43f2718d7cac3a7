"""
A proof that a hash stands in a signed append-only log of somebody else, verified alone.

    c2sp.org/tlog-proof@v1      the file: index, path, and the checkpoint it leads to
    c2sp.org/tlog-checkpoint    origin, size, root, signed as
    c2sp.org/signed-note        by an Ed25519 key, written NAME+ID+KEY

The tree is RFC 6962's over SHA-256, and the entry is the hash, 32 bytes. The key says
whose log it is; a log that shows different trees to different people is not found out
here: keep the checkpoints, they convict it.
"""

import base64
import binascii
import hashlib
from typing import NamedTuple

from huabiao.crypto.suite import suite
from huabiao.proofs.merkle import leaf_hash, root_from_inclusion

FIRST_LINE, DASH = "c2sp.org/tlog-proof@v1", "— "
ED25519, ENTRY_BYTES, ID_BYTES = b"\x01", 32, 4
LARGEST_PROOF, MOST_SIGNATURES, MOST_HASHES = 16_384, 16, 64


class BadLogProof(ValueError):
    """The proof does not hold; the sentence says where it breaks."""


class LogKey(NamedTuple):
    """The key of a log, as it is written in a note."""

    name: str
    id: bytes
    public: bytes


class Checkpoint(NamedTuple):
    """What a log signed: its name, how many entries, the root over them."""

    origin: str
    size: int
    root: bytes


class LogProof(NamedTuple):
    """That an entry stands at a place, from 0, in the tree of a checkpoint."""

    place: int
    path: list[bytes]
    note: str


def read_key(written: str) -> LogKey:
    """A verifier key, NAME+ID+KEY; BadLogProof if it is none of Ed25519."""
    name, _, rest = written.strip().partition("+")
    id_, _, key = rest.partition("+")
    octets = _octets(key)
    known = hashlib.sha256(name.encode() + b"\n" + octets).digest()[:ID_BYTES]
    if not name or len(octets) != 33 or octets[:1] != ED25519 or known.hex() != id_:
        raise BadLogProof(
            "日志公钥应写作 名称+标识+密钥（Ed25519，见 c2sp.org/signed-note）。"
            " A log's key is written NAME+ID+KEY, of Ed25519 (c2sp.org/signed-note)."
        )
    return LogKey(name, known, octets[1:])


def verify_entry(written: str, key: LogKey, entry: bytes) -> Checkpoint:
    """The checkpoint under which a log's proof holds for an entry; else BadLogProof."""
    proof = read_proof(written)
    checkpoint = open_checkpoint(proof.note, key)
    if len(entry) != ENTRY_BYTES:
        raise BadLogProof("条目须为 32 字节。 An entry has 32 bytes.")
    hash_ = leaf_hash(_sha256, entry)
    found = root_from_inclusion(
        _sha256, hash_, proof.place, checkpoint.size, proof.path
    )
    if found != checkpoint.root:
        raise BadLogProof(
            "路径未通向日志签署的根：此条目不在该日志中，或证明属于另一条目。"
            " The path does not lead to the root that the log signed: this is not the"
            " entry that the proof is about."
        )
    return checkpoint


def read_proof(written: str) -> LogProof:
    """A proof taken apart, not yet verified; an `extra` line is passed over."""
    head, blank, note = written.partition("\n\n")
    lines = head.split("\n")
    if lines[1:2] and lines[1].startswith("extra "):
        del lines[1]
    index = lines[1].removeprefix("index ") if len(lines) > 1 else ""
    if (
        len(written) > LARGEST_PROOF
        or not blank
        or lines[0] != FIRST_LINE
        or not _is_number(index)
        or len(lines) > 2 + MOST_HASHES
    ):
        raise BadLogProof(
            f"不是 {FIRST_LINE} 格式的证明。 That is no proof as {FIRST_LINE} has it."
        )
    return LogProof(int(index), [_octets(line) for line in lines[2:]], note)


def open_checkpoint(note: str, key: LogKey) -> Checkpoint:
    """What a log signed with a key; signatures of other keys are passed over."""
    text, blank, signatures = note.rpartition("\n\n")
    text += "\n"
    lines = signatures.splitlines()
    if not blank or not 0 < len(lines) <= MOST_SIGNATURES:
        raise BadLogProof("检查点没有签名。 The checkpoint is not signed.")
    if not any(_is_signed(text, line, key) for line in lines):
        raise BadLogProof(
            f"检查点没有 {key.name} 的有效签名。"
            f" The checkpoint bears no valid signature of {key.name}."
        )
    origin, size, root, *_ = [*text.split("\n"), "", ""]
    if not origin or not _is_number(size) or len(_octets(root)) != 32:
        raise BadLogProof("检查点格式不对。 The checkpoint is malformed.")
    return Checkpoint(origin, int(size), _octets(root))


def _is_signed(text: str, line: str, key: LogKey) -> bool:
    if not line.startswith(f"{DASH}{key.name} "):
        return False
    octets = _octets(line.removeprefix(f"{DASH}{key.name} "))
    if octets[:ID_BYTES] != key.id:
        return False
    message, signature = text.encode(), octets[ID_BYTES:]
    return len(signature) == 64 and suite("intl").verify(key.public, message, signature)


def _is_number(written: str) -> bool:
    plain = written.isascii() and written.isdigit() and len(written) < 19
    return plain and (written == "0" or written[0] != "0")


def _octets(written: str) -> bytes:
    try:
        return base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _sha256(message: bytes) -> bytes:
    return hashlib.sha256(message).digest()
