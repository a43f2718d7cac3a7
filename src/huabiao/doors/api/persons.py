"""
Persons: enrolled by the bureau, known to each relying party by another identifier.

    POST /api/persons/tag                {"number"} → {"tag"}   the registrar only
    POST /api/persons/subject-tag        {"number"} → {"tag"}   of the data gateways
    GET  /api/me/identifier?party=hb1…   what a party knows the person who asks by
    GET  /api/persons/identifier?person=hb1…   what the party that asks knows them by

An identity number comes here once, in a body, and is kept nowhere.
"""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from huabiao.codec import decode
from huabiao.crypto.address import parse, show
from huabiao.doors.city import City
from huabiao.doors.problems import forbidden, malformed, not_found
from huabiao.doors.viewer import CityHere, Json, SignedIn
from huabiao.services.identity_numbers import is_valid
from huabiao.services.pairwise import Pairwise

router = APIRouter(tags=["身份 · identity"])
Account = Annotated[str, Query(max_length=60, description="hb1…")]


class Number(BaseModel):
    """An identity number (GB 11643)."""

    number: str = Field(min_length=18, max_length=18)


@router.post("/persons/tag")
def tag(city: CityHere, account: SignedIn, given: Number) -> Json:
    """The tag under which the registrar enrols a person, of the identity number."""
    _check_registrar(city, account)
    try:
        return {"tag": _bureau(city).tag(given.number).hex()}
    except ValueError as error:
        raise malformed(str(error), "person.number") from None


@router.post("/persons/subject-tag")
def subject_tag(city: CityHere, account: SignedIn, given: Number) -> Json:
    """The tag that the data gateways of this home give a person in their receipts, so
    that the registrar binds the person's account to it (`bind_person`)."""
    _check_registrar(city, account)
    if not is_valid(given.number.strip().upper()):
        raise malformed(
            "不是有效的公民身份号码（GB 11643），请核对。"
            " This is no valid identity number (GB 11643): check it.",
            "person.number",
        )
    return {"tag": city.services["tag_of"](given.number).hex()}


def _check_registrar(city: City, account: bytes) -> None:
    if not city.port.holds_role("identity", "registrar", account):
        raise forbidden("只有身份登记机构可以。 Only the identity registrar may.")


@router.get("/me/identifier")
def my_identifier(city: CityHere, account: SignedIn, party: Account) -> Json:
    """What a relying party knows the person behind this session's account by."""
    return _identifier(city, account, _parsed(party))


@router.get("/persons/identifier")
def their_identifier(city: CityHere, account: SignedIn, person: Account) -> Json:
    """What the party behind this session knows a person by; `person` is an account."""
    return _identifier(city, _parsed(person), account)


def _identifier(city: City, person: bytes, party: bytes) -> Json:
    stored = city.port.read(f"identity/enrolled/{person.hex()}")
    bureau = _bureau(city)
    if stored is None or not bureau.exists:
        raise not_found(
            "此账户未登记为个人，或此节点不是登记机构的",
            "The account is no enrolled person's, or this node not the bureau's",
        )
    found = bureau.identifier(decode(stored)[0], party)
    return {"party": show(party), "identifier": found.hex()}


def _bureau(city: City) -> Pairwise:
    found: Pairwise = city.services["pairwise"]
    return found


def _parsed(written: str) -> bytes:
    try:
        return parse(written)
    except ValueError as error:
        raise malformed(str(error), "account.malformed") from None
