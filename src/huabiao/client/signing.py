"""
Signing: calls and a key into an envelope, at the client's own side.

`Sign` is what a key store offers; the node never sees a user's private key.
"""

import secrets
import time
from collections.abc import Sequence
from typing import Any, Protocol

from huabiao.codec import encode
from huabiao.crypto.address import DOMAIN as ACCOUNT_DOMAIN
from huabiao.crypto.envelope import VERSION, Body, Call, seal

VALIDITY_MS = 60_000
SEAT_DOMAIN = b"huabiao seat\x00"


class Signer(Protocol):
    """An opened identity, such as huabiao.crypto.keystore.Keys."""

    @property
    def public(self) -> bytes: ...
    def sign(self, message: bytes) -> bytes: ...


def call(contract: str, operation: str, key: str = "", /, **arguments: Any) -> Call:
    """One call, its arguments in their stored form."""
    return Call(contract, operation, key, arguments)


def sign_envelope(
    chain: str,
    signer: Signer,
    calls: Sequence[Call],
    *,
    valid_until: int | None = None,
    salt: bytes | None = None,
) -> bytes:
    """Sign calls that happen together or not at all; returns the envelope's bytes."""
    until = valid_until or int(time.time() * 1000) + VALIDITY_MS
    body = Body(
        VERSION, chain, signer.public, until, salt or secrets.token_bytes(12), [*calls]
    )
    return seal(body, signer.sign)


def prove_account(key: Signer, account: bytes) -> bytes:
    """A new key's own word that it joins an account; docs/formats/account.md."""
    return key.sign(ACCOUNT_DOMAIN + account)


def prove_seat(
    chain: str, key: Signer, seat: str, organisation: str, engine_key: bytes = b""
) -> bytes:
    """A header key's own word that it is for a seat; docs/formats/governed-state.md."""
    statement = [chain, seat, organisation, key.public, engine_key]
    return key.sign(SEAT_DOMAIN + encode(statement))
