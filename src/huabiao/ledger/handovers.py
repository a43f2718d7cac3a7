"""
Changes of members whose blocks were pruned: HOME/handovers.

    handovers = [[header, certificate, next members], …]     in the order of heights

Every proof walks over the changes before it, so these few headers stay when their
blocks go. The file is written whole before the first block is removed.
"""

from pathlib import Path

import msgspec

from huabiao.codec import encode
from huabiao.durable import PUBLIC, write_whole
from huabiao.proofs.header import decode_header
from huabiao.proofs.proof_file import MemberChange

_decode = msgspec.msgpack.Decoder(list[MemberChange]).decode


class BadHandovers(Exception):
    """The file is damaged; the sentence says where it can be had from."""


def read_handovers(path: Path) -> dict[int, MemberChange]:
    """By height; empty where nothing was pruned."""
    if not path.exists():
        return {}
    try:
        changes = _decode(path.read_bytes())
        return {decode_header(each.header).height: each for each in changes}
    except (msgspec.MsgspecError, ValueError) as error:
        raise BadHandovers(
            f"{path} 已损坏（{error}）。请用 huabiao archive put-back 放回归档的区块，"
            "再删除此文件。"
            f" {path} is damaged ({error}): lay the archived blocks back with huabiao"
            " archive put-back, then remove this file."
        ) from None


def write_handovers(path: Path, changes: list[MemberChange]) -> None:
    """Whole and on the disk, or as it was before."""
    write_whole(path, encode(changes), PUBLIC)
