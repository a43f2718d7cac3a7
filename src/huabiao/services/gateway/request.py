"""
What a reader signs when it fetches.

    statement = ["huabiao fetch", 1, chain, grant, [column, …],
                 [[column, operator, [value, …]], …], limit, recipient key, time, nonce]
    fetch     = [statement, reader's public key, signature]

The signature covers b"huabiao fetch\\0" ‖ encode([grant, digest of the statement]). It
stands in the receipt on chain; the statement does not, for a filter may name a citizen.
"""

import msgspec

from huabiao.client.fetching import MAGIC, VERSION
from huabiao.codec import encode

LARGEST = 65_536


class Condition(msgspec.Struct, array_like=True, frozen=True):
    """A row filter; values are text, compared as the column's type."""

    column: str
    operator: str
    values: list[str]


class Statement(msgspec.Struct, array_like=True, frozen=True):
    """`time` is in UTC milliseconds; `recipient` opens the rows."""

    magic: str
    version: int
    chain: str
    grant: str
    columns: list[str]
    conditions: list[Condition]
    limit: int
    recipient: bytes
    time: int
    nonce: bytes


class Fetch(msgspec.Struct, array_like=True, frozen=True):
    statement: bytes
    public: bytes
    signature: bytes


class BadFetch(ValueError):
    """The bytes are no fetch request."""


_statement = msgspec.msgpack.Decoder(Statement).decode
_fetch = msgspec.msgpack.Decoder(Fetch).decode


def read_fetch(raw: bytes) -> tuple[Fetch, Statement]:
    """Take a request apart; raises BadFetch with a sentence."""
    try:
        if len(raw) > LARGEST:
            raise ValueError("too large")
        fetch = _fetch(raw)
        statement = _statement(fetch.statement)
        if encode(statement) != fetch.statement:
            raise ValueError("not canonical")
        if (statement.magic, statement.version) != (MAGIC, VERSION):
            raise ValueError("not a fetch of version 1")
        if not 8 <= len(statement.nonce) <= 32:
            raise ValueError("a nonce has 8 to 32 bytes")
    except (ValueError, RecursionError) as error:
        raise BadFetch(
            f"取数请求格式不对（{error}）。 This is no fetch request ({error})."
        ) from None
    return fetch, statement
