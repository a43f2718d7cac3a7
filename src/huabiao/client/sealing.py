"""
Sealing a value on its owner's side: what the part `sealed` of a contract commits to.

The value and the salt stay here until they are revealed; only the digest is signed.
Doors know which operations seal and reveal by the names of their parameters:

    seals      commitment: Digest             (of several parts: <part>_commitment)
    reveals    <any>: <the part's value>, salt: Bytes

The subject is the id under which such an operation is called.
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
    sealed = sealed_parts(description)
    if part not in sealed:
        known = ", ".join(sealed) or "—"
        raise NotDescribed(
            f"{description['name']} 没有密封件“{part}”，有：{known}。"
            f" {description['name']} seals no {part!r}; it seals: {known}."
        )
    plain = records_of(description)[sealed[part]].parse(written)
    return sealed_message(description["name"], part, subject, account, salt, plain)


def sealed_parts(description: dict[str, Any]) -> dict[str, str]:
    """The record that each part `sealed` of a contract seals, by the part's name."""
    return {
        name: each["value"]
        for name, each in description["parts"].items()
        if each["part"] == "sealed"
    }


def part_sealed_by(description: dict[str, Any], parameter: dict[str, Any]) -> str:
    """The part that a parameter is a commitment for; "" if it is none."""
    parts = list(sealed_parts(description))
    names = {f"{part}_commitment": part for part in parts}
    if len(parts) == 1:
        names["commitment"] = parts[0]
    return names.get(parameter["name"], "") if parameter["kind"] == "Digest" else ""


def part_revealed_by(
    description: dict[str, Any], operation: dict[str, Any]
) -> tuple[str, str]:
    """The part that an operation reveals a value of, and the parameter that takes the
    value; ("", "") if it reveals none, or which one is not plain."""
    kinds = {each["name"]: each["kind"] for each in operation["parameters"]}
    found = [
        (part, name)
        for part, value in sealed_parts(description).items()
        for name, kind in kinds.items()
        if kind == value and kinds.get("salt") == "Bytes"
    ]
    return found[0] if len(found) == 1 else ("", "")
