"""
Depositing: an envelope that carries commitments, together with what opens them.

1. The envelope is taken apart and its signature checked: nobody's bytes reach the vault
   without a key behind them.
2. Each opening must be of an argument that the Description calls personal or secret,
   must give the commitment that was signed, and the same envelope must tell the chain
   that this vault keeps it.
3. The values are kept, then the envelope is sent. What the chain refuses is destroyed.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from starlette.concurrency import run_in_threadpool

from huabiao.client.committing import committed_kind, encoded_value
from huabiao.client.port import Busy, Outcome
from huabiao.codec import encode
from huabiao.crypto import by_key
from huabiao.crypto.envelope import BadEnvelope, Envelope, Signed, open_envelope
from huabiao.doors.city import City
from huabiao.doors.problems import Problem, malformed
from huabiao.services.vault import KeptBusy, Place, StorageFailed, Vault

STOPPED = "node.stopped"
"""Of this outcome nobody knows whether the chain took the envelope."""


class Deposit(NamedTuple):
    """One value on its way into the vault."""

    place: Place
    salt: bytes
    encoded: bytes


def read_envelope(city: City, body: bytes, signature: bytes) -> Envelope:
    """An envelope whose signature holds; Problem 422 otherwise."""
    try:
        envelope = open_envelope(encode(Signed(body, signature)), city.port.digest)
    except BadEnvelope as error:
        raise Problem(422, "envelope.malformed", str(error)) from None
    if not by_key.verify(envelope.body.signer, envelope.message, envelope.signature):
        raise Problem(
            422, "envelope.signature", "签名不符。 The signature does not fit."
        )
    return envelope


def read_deposit(
    city: City, vault: Vault, envelope: Envelope, number: int, field: str,
    salt: bytes, value: Any,
) -> Deposit:  # fmt: skip
    """One opening of an envelope's call `number`; Problem 422 if it does not belong."""
    if number >= len(envelope.body.calls):
        raise _other(f"没有第 {number} 个调用", f"There is no call {number}")
    call = envelope.body.calls[number]
    description = city.description(call.contract)
    kind = committed_kind(description, call.operation, field)
    commitment = call.arguments.get(field)
    if kind is None or not isinstance(commitment, bytes):
        raise _other(
            f"{field[:80]} 不是此调用的个人或保密参数",
            f"{field[:80]!r} is no personal or secret argument of this call",
        )
    place = Place(city.port.chain, call.contract, call.key, field, commitment)
    if not _is_registered(envelope, place, vault.account):
        raise _other(
            f"同一信封中须有 privacy.keep，指明本保险库保管 {field[:80]}",
            f"The same envelope must call privacy.keep and name this vault for"
            f" {field[:80]!r}",
        )
    return Deposit(place, salt, encoded_value(kind, value))


def _is_registered(envelope: Envelope, place: Place, keeper: bytes) -> bool:
    wanted = {
        "keeper": keeper,
        "scenario": place.scenario,
        "record": place.record,
        "field": place.field,
    }
    return any(
        (call.contract, call.operation, call.key) == ("privacy", "keep", place.name)
        and {n: v for n, v in call.arguments.items() if n != "subject"} == wanted
        for call in envelope.body.calls
    )


async def deposit(
    city: City, vault: Vault, envelope: Envelope, deposits: Sequence[Deposit]
) -> Outcome:
    """Keep the values, send the envelope, destroy again what the chain refused."""
    try:
        with vault.claim([each.place for each in deposits]):
            fresh = await run_in_threadpool(_keep, vault, deposits)
            try:
                (outcome,) = await city.port.submit([envelope.raw])
            except Busy:
                await run_in_threadpool(_discard, city, vault, fresh)
                raise
            if not outcome.accepted and outcome.code != STOPPED:
                await run_in_threadpool(_discard, city, vault, fresh)
            return outcome
    except KeptBusy as error:
        raise Problem(409, "vault.busy", str(error)) from None
    except StorageFailed as error:
        raise Problem(503, "vault.storage", str(error)) from None


def _keep(vault: Vault, deposits: Sequence[Deposit]) -> list[Place]:
    """Those that were not kept before; none of them if one cannot be kept."""
    fresh: list[Place] = []
    try:
        for each in deposits:
            if vault.keep(each.place, each.salt, each.encoded):
                fresh.append(each.place)
    except Exception as error:
        for place in fresh:
            vault.destroy(place.name)
        if isinstance(error, ValueError):
            raise malformed(str(error), "vault.opening") from None
        raise
    return fresh


def _discard(city: City, vault: Vault, places: Sequence[Place]) -> None:
    for place in places:
        # A repeat of an envelope that was accepted is refused, and its values stay.
        if city.port.read(f"privacy/kept/{place.name}") is None:
            vault.destroy(place.name)


def _other(zh: str, en: str) -> Problem:
    return malformed(f"{zh}。 {en}.", "vault.opening")
