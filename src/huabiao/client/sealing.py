"""
Sealing a value on its owner's side: what the part `sealed` of a contract commits to.

The value and the salt stay here until they are revealed; only the digest is signed.
"""

from typing import Any

from huabiao.client.described import NotDescribed, records_of
from huabiao.contracts.parts.sealed import sealed_message


def message_to_seal(
    description: dict[str, Any],
    part: str,
    subject: str,
    account: bytes,
    salt: bytes,
    written: dict[str, Any],
) -> bytes:
    """
    The bytes whose digest is the commitment to a value, written as a person writes it.

    Raises NotDescribed where the contract has no such part, Malformed for a value that
    is not of its kind.
    """
    sealed = {
        name: each["value"]
        for name, each in description["parts"].items()
        if each["part"] == "sealed"
    }
    if part not in sealed:
        known = ", ".join(sealed) or "—"
        raise NotDescribed(
            f"{description['name']} 没有密封件“{part}”，有：{known}。"
            f" {description['name']} seals no {part!r}; it seals: {known}."
        )
    plain = records_of(description)[sealed[part]].parse(written)
    return sealed_message(description["name"], part, subject, account, salt, plain)
