"""
The last days of a key: a warning in status, health and doctor, thirty days before.

A key file states the last day that its key is meant for (huabiao.crypto.keystore); a
token states it as CKA_END_DATE. Nothing stops on that day: whether a key still counts
is for the chain to say, and a city must not fall silent because a rotation was late.
"""

from datetime import UTC, date, datetime
from pathlib import Path

WARN_DAYS = 30


def warning(path: Path, ends: str, today: date | None = None) -> str:
    """A sentence in the last days of a key; empty before, or if no end is stated."""
    if not ends:
        return ""
    left = (date.fromisoformat(ends) - (today or datetime.now(UTC).date())).days
    if left > WARN_DAYS:
        return ""
    advice = (
        "请更换：huabiao member rotate（席位）或 huabiao key rotate（身份）",
        "rotate it: huabiao member rotate for a seat, key rotate for an identity",
    )
    if left < 0:
        return (
            f"密钥 {path.name} 已于 {ends} 到期：{advice[0]}。"
            f" The key {path.name} ended on {ends}: {advice[1]}."
        )
    return (
        f"密钥 {path.name} 还有 {left} 天到期（{ends}）：{advice[0]}。"
        f" The key {path.name} ends in {left} days ({ends}): {advice[1]}."
    )
