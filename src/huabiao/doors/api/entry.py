"""
Sessions: an account proves its key by signing a challenge, then reads what it may.

    POST /api/session/challenge   → {"challenge": hex, "expires": ms, "domain": hex}
    POST /api/session             {"challenge", "public", "signature"} → {"token", …}
    GET  /api/me/uses             who used the data of the person behind this account
    GET  /api/me/uses/RECEIPT/slip  what shows a use to the reader's own chain
    GET  /api/me/wallet/SECTION   licences, codes, credentials, consents, files
    GET  /api/me/sessions         one's open sessions; DELETE ends one, or all
"""

from typing import Annotated

from fastapi import APIRouter, Header, Path
from pydantic import BaseModel, Field

from huabiao.crypto import by_key
from huabiao.crypto.address import show
from huabiao.doors.problems import not_found
from huabiao.doors.records import tags_of, uses_of
from huabiao.doors.sessions import session_message
from huabiao.doors.uses_abroad import slip_of
from huabiao.doors.viewer import CityHere, Json, SignedIn, Token
from huabiao.doors.wallet import SECTIONS, sessions_of

router = APIRouter(tags=["会话 · sessions"])
Receipt = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]


@router.post("/session/challenge")
def challenge(city: CityHere) -> Json:
    """A challenge to sign, valid for a minute and once."""
    made, expires = city.sessions.challenge()
    return {
        "challenge": made.hex(),
        "expires": expires,
        "message": session_message(city.port.chain, made).hex(),
    }


class Answer(BaseModel):
    """A challenge, and the signature over its message by one's own key."""

    challenge: str = Field(pattern="^[0-9a-f]{112}$")
    public: str = Field(pattern="^([0-9a-f]{2}){32,4096}$")
    signature: str = Field(pattern="^([0-9a-f]{2}){64,8192}$")


@router.post("/session")
def open_session(
    city: CityHere, answer: Answer, user_agent: Annotated[str, Header()] = ""
) -> Json:
    """A token for ten minutes, sent as Authorization: Bearer TOKEN."""
    public = bytes.fromhex(answer.public)
    token, session = city.sessions.open(
        bytes.fromhex(answer.challenge),
        public,
        bytes.fromhex(answer.signature),
        by_key.verify,
        city.port.account_of(public),
        user_agent,
    )
    return {
        "token": token,
        "account": show(session.account),
        "expires": session.expires,
    }


@router.get("/me")
def me(city: CityHere, account: SignedIn) -> Json:
    """The account that this session stands for."""
    return {"account": show(account), "organisation": city.organisation(account)}


@router.get("/me/uses")
def my_uses(city: CityHere, account: SignedIn) -> Json:
    """Who used my data: when, which fields, for what purpose, under which grant."""
    return {"account": show(account), "uses": uses_of(city, account)}


@router.get("/me/uses/{receipt}/slip")
def my_slip(city: CityHere, account: SignedIn, receipt: Receipt) -> Json:
    """That a receipt is about me, for the chain of a reader abroad: a tag of mine and
    its path to the root in the receipt. POST it to /api/sharing/abroad there."""
    city.caught_up()
    return slip_of(city, tags_of(city, account), receipt)


@router.get("/me/wallet/{section}")
def my_section(city: CityHere, account: SignedIn, section: str) -> Json:
    """What is mine: licences, codes, credentials, consents or files."""
    read = SECTIONS.get(section)
    if read is None:
        known = ", ".join(SECTIONS)
        raise not_found(f"钱包中有：{known}", f"A wallet has: {known}")
    return {"account": show(account), section: read(city, account)}


@router.get("/me/sessions")
def my_sessions(city: CityHere, account: SignedIn, token: Token) -> Json:
    """My open sessions, oldest first; `current` is the one that asks."""
    here = city.sessions.find(token.credentials) if token else None
    return {"sessions": sessions_of(city, account, here)}


@router.delete("/me/sessions")
def end_my_sessions(city: CityHere, account: SignedIn) -> Json:
    """End all my sessions, this one too."""
    return {"ended": city.sessions.end(account)}


@router.delete("/me/sessions/{session}")
def end_my_session(city: CityHere, account: SignedIn, session: str) -> Json:
    """End one of my sessions."""
    ended = city.sessions.end(account, session)
    if not ended:
        raise not_found("没有这个会话", "There is no such session of yours")
    return {"ended": ended}
