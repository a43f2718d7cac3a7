"""
Personal and secret arguments: the value to the vault, its commitment to the chain.

A door that has the Description knows which parameters are personal or secret. It draws
a salt for each value, puts the commitment into the call, and adds a call by which the
chain learns whose vault keeps the value (docs/formats/vault.md).
"""

import secrets
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from huabiao.client.described import (
    MalformedArgument,
    operation_of,
    parse_arguments,
    records_of,
)
from huabiao.codec import Kind, Malformed, committed_item, encode, kind_named
from huabiao.crypto.envelope import Call

SALT_SIZE = 32
MOST_OPENINGS = 64

Digest = Callable[[bytes], bytes]


class Opening(NamedTuple):
    """What opens a commitment: of which call's argument, salt, value as written."""

    call: int
    field: str
    salt: bytes
    value: Any

    def document(self) -> dict[str, Any]:
        """As the API takes it."""
        return {
            "call": self.call,
            "field": self.field,
            "salt": self.salt.hex(),
            "value": self.value,
        }


class Committed(NamedTuple):
    """A call that is fit for the chain, and what the vault gets; `fields` name the
    arguments and their commitments."""

    arguments: dict[str, Any]
    openings: list[Opening]
    fields: list[tuple[str, bytes]]


def committed_kind(
    description: dict[str, Any], operation: str, name: str
) -> type[Kind] | None:
    """The kind of a personal or secret argument's value; None for other arguments."""
    for facts in operation_of(description, operation)["parameters"]:
        if facts["name"] == name:
            return committed_item(kind_named(facts["kind"], records_of(description)))
    return None


def encoded_value(kind: type[Kind], written: Any) -> bytes:
    """The canonical encoding of what a person or a JSON document wrote."""
    stored = kind.parse(written)
    try:
        return encode(stored)
    except (ValueError, OverflowError, TypeError):
        # Text that is no Unicode, such as half a surrogate pair, has no encoding.
        raise Malformed("不是有效的 Unicode 文本。 Text that is no Unicode.") from None


def commit_arguments(
    description: dict[str, Any],
    operation: str,
    written: dict[str, Any],
    digest: Digest,
    number: int = 0,
) -> Committed:
    """
    What a person wrote, in the stored form that is signed, and the openings.

    `number` is the call's place in its envelope. Raises as `parse_arguments` does.
    """
    given, openings, fields = dict(written), [], []
    for name, value in written.items():
        kind = committed_kind(description, operation, name)
        if kind is None or value is None:
            continue
        salt = secrets.token_bytes(SALT_SIZE)
        try:
            commitment = digest(salt + encoded_value(kind, value))
        except Malformed as error:
            raise MalformedArgument(f"{name}：{error}", name) from None
        given[name] = commitment.hex()
        openings.append(Opening(number, name, salt, value))
        fields.append((name, commitment))
    return Committed(parse_arguments(description, operation, given), openings, fields)


def keep_calls(
    call: Call,
    fields: Sequence[tuple[str, bytes]],
    keeper: bytes,
    subject: bytes | None = None,
) -> list[Call]:
    """The calls that tell the chain who keeps the values of another call."""
    place = {"keeper": keeper, "scenario": call.contract, "record": call.key}
    about = {} if subject is None else {"subject": subject}
    return [
        Call("privacy", "keep", commitment.hex(), {**place, "field": name, **about})
        for name, commitment in fields
    ]
