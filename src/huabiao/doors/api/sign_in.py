"""
Signing in by a credential, and the accounts of an organisation's staff.

    POST /api/session/presentation        → {"link", "handle"} for a wallet
    POST /api/session/presentation/open   {"handle", "response_code"} → {"token", …}
    POST /api/staff/accounts              {"organisation", "name", "passphrase"}
                                          → {"login", "uri"}; the organisation itself
"""

from typing import Annotated

from fastapi import APIRouter, Header
from pydantic import BaseModel, Field

from huabiao.crypto.address import show
from huabiao.doors.city import City
from huabiao.doors.entering import ask_wallet, enter_by_wallet, sign_in_of
from huabiao.doors.problems import forbidden, malformed
from huabiao.doors.viewer import CityHere, Json, SignedIn
from huabiao.services.sign_in.accounts import LONGEST, LONGEST_NAME
from huabiao.services.sign_in.accounts import Refused as NoSuchPlace

router = APIRouter(tags=["会话 · sessions"])


@router.post("/session/presentation")
def ask(city: CityHere) -> Json:
    """A link for a wallet, good for ten minutes; the handle stays with who asked."""
    asked = ask_wallet(city)
    return {"link": asked.link, "handle": asked.handle}


class Shown(BaseModel):
    """What came back of a presentation."""

    handle: str = Field(max_length=200)
    response_code: str = Field(max_length=200)


@router.post("/session/presentation/open")
def open_by_wallet(
    city: CityHere, shown: Shown, user_agent: Annotated[str, Header()] = ""
) -> Json:
    """A token for ten minutes, for the account that the credential is about."""
    token, session = enter_by_wallet(
        city, shown.handle, shown.response_code, user_agent
    )
    account, expires = show(session.account), session.expires
    return {"token": token, "account": account, "expires": expires}


class Member(BaseModel):
    """Somebody who is to sign in with a passphrase and a code."""

    organisation: str = Field(max_length=60, description="信用代码，或账户 hb1…")
    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    passphrase: str = Field(min_length=1, max_length=LONGEST)


@router.post("/staff/accounts")
def enrol(city: CityHere, account: SignedIn, member: Member) -> Json:
    """
    A member of staff's account at this node, or the same one anew; the link for their
    telephone is told once. It opens nothing until an account binds the login on the
    chain (staff.bind).
    """
    if not leads(city, account, member.organisation):
        raise forbidden("只有单位自己的账户可以。 Only the organisation itself may.")
    try:
        made = sign_in_of(city).accounts.enrol(
            member.organisation, member.name, member.passphrase, city.port.chain
        )
    except (ValueError, NoSuchPlace) as error:
        raise malformed(str(error), "account.malformed") from None
    return {"login": made.login, "uri": made.uri}


def leads(city: City, account: bytes, organisation: str) -> bool:
    """Whether an account is that of an organisation: of its code, or a department's
    own, as governance lists it."""
    asked = {"account": account}
    if organisation == show(account):
        return bool(city.port.ask("governance", "organisation_of", asked))
    found = city.port.ask("organisations", "organisation_of", asked)
    return bool(found) and found == organisation
