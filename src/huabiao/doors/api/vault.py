"""
The vault: personal and secret values in, and out again for those who may see them.

    GET  /api/vault              who keeps values here
    POST /api/vault/prepare      calls in JSON → the bytes to sign, and the openings
    POST /api/vault/envelopes    those bytes, the signature, the openings
    GET  /api/vault/value        what the chain says of a field: kept, asked, erased
    POST /api/vault/open         the value itself; the opening stands on the chain first
    GET  /api/vault/mine         every value that is about this account

Erasure is a call like any other: privacy.ask_erasure, by the owner or the person.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from huabiao.client.committing import MOST_OPENINGS, commit_arguments, keep_calls
from huabiao.crypto.address import parse, show
from huabiao.crypto.envelope import Call
from huabiao.doors import vault as values
from huabiao.doors.api.envelopes import (
    SignedBody,
    ToPrepare,
    outcome_json,
    prepared_body,
)
from huabiao.doors.depositing import deposit, read_deposit, read_envelope
from huabiao.doors.opening import open_for
from huabiao.doors.problems import malformed
from huabiao.doors.viewer import CityHere, Json, SignedIn, city_of

router = APIRouter(tags=["保险库 · vault"])


@router.get("/vault")
def about(city: CityHere) -> Json:
    """The account that privacy.keep must name for values that are kept here."""
    return {"keeper": show(values.vault_of(city).account)}


class ToCommit(ToPrepare):
    """Calls whose personal and secret arguments are given as values."""

    subject: str | None = Field(
        None, max_length=100, description="the account of the person concerned"
    )


@router.post("/vault/prepare")
def prepare(city: CityHere, wanted: ToCommit) -> Json:
    """As /api/prepare, with commitments in place of values: sign `message`, then send
    `body`, the signature and `openings` to /api/vault/envelopes."""
    keeper = values.vault_of(city).account
    subject = _account(wanted.subject) if wanted.subject else None
    digest = city.port.digest
    calls, kept, openings = [], [], []
    for number, each in enumerate(wanted.calls):
        made = commit_arguments(
            city.description(each.contract), each.operation, each.arguments,
            digest, number,
        )  # fmt: skip
        calls.append(Call(each.contract, each.operation, each.key, made.arguments))
        kept += keep_calls(calls[-1], made.fields, keeper, subject)
        openings += [opening.document() for opening in made.openings]
    body = prepared_body(city, wanted.signer, wanted.valid_until, [*calls, *kept])
    return {**body, "openings": openings}


def _account(written: str) -> bytes:
    try:
        return parse(written)
    except ValueError as error:
        raise malformed(str(error), "account.malformed", "account") from None


class OpeningGiven(BaseModel):
    """What opens the commitment in one argument of one call."""

    call: int = Field(0, ge=0, le=999, description="place of the call in the envelope")
    field: str = Field(max_length=200, examples=["driver"])
    salt: str = Field(pattern="^[0-9a-f]{64}$")
    value: Any = Field(examples=["张师傅 13800000000"])


class Deposited(SignedBody):
    """A signed body that carries commitments, and their openings."""

    openings: list[OpeningGiven] = Field(min_length=1, max_length=MOST_OPENINGS)


@router.post("/vault/envelopes")
async def post_deposited(request: Request, given: Deposited) -> Json:
    """Keep values and send the envelope; answers when it is final."""
    city = city_of(request)
    vault = values.vault_of(city)

    def read() -> Any:
        envelope = read_envelope(
            city, bytes.fromhex(given.body), bytes.fromhex(given.signature)
        )
        return envelope, [
            read_deposit(
                city, vault, envelope, each.call, each.field,
                bytes.fromhex(each.salt), each.value,
            )
            for each in given.openings
        ]  # fmt: skip

    envelope, deposits = await run_in_threadpool(read)
    return outcome_json(await deposit(city, vault, envelope, deposits))


Name = Annotated[str, Query(max_length=400)]


@router.get("/vault/value")
def value(
    city: CityHere, account: SignedIn, scenario: Name, record: Name, field: Name
) -> Json:
    """What the chain says of a field's value; `state` is kept, asked or erased."""
    found = values.find_value(city, scenario, record, field)
    values.check_reader(city, found, account)
    return values.summary(city, found.place.name, found.entry)


@router.get("/vault/mine")
def mine(city: CityHere, account: SignedIn) -> Json:
    """Every value that is said to be about this account, erased ones too."""
    return {"account": show(account), "values": values.values_about(city, account)}


class ToOpen(BaseModel):
    """Which value, and what for; the purpose stands on the chain."""

    scenario: str = Field(max_length=200, examples=["hazardous_waste"])
    record: str = Field(max_length=400, examples=["m1"])
    field: str = Field(max_length=200, examples=["driver"])
    purpose: str = Field(min_length=1, max_length=200, examples=["途中检查"])


@router.post("/vault/open")
async def open_value(request: Request, account: SignedIn, wanted: ToOpen) -> Json:
    """A value, opened for the account that asks; the person can see that it was."""
    where = wanted.scenario, wanted.record, wanted.field
    return await open_for(city_of(request), account, *where, wanted.purpose)
