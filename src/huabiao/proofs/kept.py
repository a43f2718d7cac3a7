"""
What a proven entry `privacy/kept/<commitment>` says (docs/formats/commitment.md).

A personal or secret value is gone once its key is destroyed; this entry stays, and is
how anybody can see that the value existed and was erased.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from huabiao.codec import decode_canonical

PREFIX = "privacy/kept/"


class Kept(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """The entry, in its stored order; instants in UTC milliseconds."""

    owner: bytes
    keeper: bytes
    scenario: str
    record: str
    field: str
    subject: bytes | None
    kept_at: int
    asked_by: bytes | None
    asked_at: int | None
    reason: str
    erased_at: int | None


def kept_statement(key: str, value: bytes) -> dict[str, Any]:
    """The entry by its field names under "kept"; empty for any other state record."""
    if not key.startswith(PREFIX):
        return {}
    try:
        kept = msgspec.convert(decode_canonical(value), Kept)
    except (msgspec.MsgspecError, ValueError):
        return {}  # an entry of another layout is proven all the same
    plain = msgspec.structs.asdict(kept)
    return {
        "kept": {
            name: item.hex() if isinstance(item, bytes) else item
            for name, item in plain.items()
        }
    }


def kept_sentence(
    kept: dict[str, Any], at: tuple[str, str], moment: Callable[[int], str]
) -> str:
    """The sentence for people; `at` says in Chinese and English where it is proven."""
    place = f"{kept['scenario']}/{kept['record']}.{kept['field']}"
    since, (zh, en) = moment(kept["kept_at"]), at
    if kept["erased_at"] is None:
        return (
            f"成立：{place} 的值自 {since} 起保管，未删除，在{zh}。"
            f" Holds: the value of {place} was kept since {since} and not erased {en}."
        )
    when = moment(kept["erased_at"])
    return (
        f"成立：{place} 的值曾于 {since} 存入，已于 {when} 删除（{kept['reason']}），"
        f"在{zh}。 Holds: the value of {place} was kept at {since} and was erased at"
        f" {when}, proven {en}."
    )
