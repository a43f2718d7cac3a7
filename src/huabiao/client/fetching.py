"""
Fetching rows under a grant: sign the request, open what the owner's gateway seals.

The wire form is huabiao.services.gateway.request's; docs/formats/fetch.md.
"""

import secrets
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from huabiao.client.remote import Remote
from huabiao.codec import decode, encode
from huabiao.crypto.keys import Keys

MAGIC, VERSION = "huabiao fetch", 1
INFO = b"huabiao gateway rows"
DOMAIN = b"huabiao fetch\x00"

Condition = tuple[str, str, Sequence[str]]
"""Column, operator, values."""


class Rows(NamedTuple):
    """What came back: `receipt` names the delivery on chain."""

    receipt: str
    envelope: str
    columns: list[str]
    rows: list[list[Any]]


def sign_fetch(
    chain: str,
    keys: Keys,
    grant: str,
    columns: Sequence[str],
    conditions: Sequence[Condition] = (),
    limit: int = 100,
) -> bytes:
    """The signed request: [statement, public key, signature]."""
    filters = [
        [column, operator, list(values)] for column, operator, values in conditions
    ]
    statement = encode(
        [
            MAGIC, VERSION, chain, grant, list(columns), filters, limit,
            keys.recipient_public, int(time.time() * 1000),
            secrets.token_bytes(16),
        ]
    )  # fmt: skip
    message = signed_message(grant, keys.suite.digest(statement))
    return encode([statement, keys.public, keys.sign(message)])


def signed_message(grant: str, request: bytes) -> bytes:
    """
    What the reader's signature covers: the grant, and the statement by its digest.

    The chain checks it without the statement, whose filters may name a citizen.
    """
    return DOMAIN + encode([grant, request])


def open_rows(keys: Keys, answer: bytes) -> Rows:
    """Open a gateway's answer with the reader's own key."""
    receipt, envelope, sealed = decode(answer)
    document = keys.suite.open_from(keys.recipient_secret, sealed, INFO)
    columns, rows = decode(document)
    return Rows(receipt, envelope, columns, rows)


def fetch_rows(
    city: Remote,
    keys: Keys,
    grant: str,
    columns: Sequence[str],
    conditions: Sequence[Condition] = (),
    limit: int = 100,
) -> Rows:
    """Fetch rows; Answered with the refusal's code where the grant forbids it."""
    request = sign_fetch(city.chain, keys, grant, columns, conditions, limit)
    return open_rows(keys, city.post_octets("/api/sharing/fetch", request))
