"""
Canonical bytes, and the kinds that a field may be.

- `canonical`: deterministic MessagePack: one value has one encoding.
- `kind`: what a kind is, and how one is found by its name.
- `kinds`: Text, Fen, Kilograms, Day, Digest …: what a field may hold, how a person
  writes it and how a door shows it.
- `composite`: lists, choices, optional values, personal and secret fields.
- `records`: named fields that travel and are stored together.
"""

from huabiao.codec.canonical import NotCanonical, decode, decode_canonical, encode
from huabiao.codec.composite import (
    ListOf,
    Maybe,
    OneOf,
    Personal,
    Secret,
    committed_item,
)
from huabiao.codec.kind import Kind, Malformed, kind_named
from huabiao.codec.kinds import (
    Bytes,
    Code,
    Count,
    Day,
    Digest,
    Fen,
    Flag,
    Grams,
    Instant,
    Kilograms,
    Metres,
    Number,
    Party,
    PublicKey,
    Signature,
    Source,
    Text,
)
from huabiao.codec.records import Record

__all__ = [
    "Bytes",
    "Code",
    "Count",
    "Day",
    "Digest",
    "Fen",
    "Flag",
    "Grams",
    "Instant",
    "Kilograms",
    "Kind",
    "ListOf",
    "Malformed",
    "Maybe",
    "Metres",
    "NotCanonical",
    "Number",
    "OneOf",
    "Party",
    "Personal",
    "PublicKey",
    "Record",
    "Secret",
    "Signature",
    "Source",
    "Text",
    "committed_item",
    "decode",
    "decode_canonical",
    "encode",
    "kind_named",
]
