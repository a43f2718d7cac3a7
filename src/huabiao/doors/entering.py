"""
Entering: a session for who signed in by another way than a signed challenge.

Staff, known by a tag (services/sign_in), read for the account that the chain binds the
tag to; a holder of the credential that the operator named is the account it is about.
"""

import hmac
from dataclasses import dataclass
from typing import Any

from huabiao.contracts import Refused
from huabiao.doors.city import City
from huabiao.doors.problems import Problem, not_found
from huabiao.doors.sessions import BY_WALLET, Session
from huabiao.doors.viewer import staff_account
from huabiao.services.credentials import NotVerified
from huabiao.services.openid4vc import VerifierDesk
from huabiao.services.openid4vc.verifier import digest_of
from huabiao.services.sign_in import Settings, SignIn
from huabiao.services.sign_in.badges import ASKED, ask_for_badge, badge_desk

LONGEST = 200


class NotBound(Exception):
    """Somebody signed in whose tag no account has bound, or no longer."""

    def __init__(self, login: str) -> None:
        super().__init__(login)
        self.login = login


def sign_in_of(city: City) -> SignIn:
    found: SignIn = city.services["sign_in"]
    return found


def enter_as_staff(city: City, login: str, way: str, agent: str) -> tuple[str, Session]:
    """A token for a browser's cookie; NotBound."""
    account = staff_account(city, login)
    if account is None:
        raise NotBound(login)
    return city.sessions.admit(account, b"", agent, way, login)


# -- a credential from a wallet ------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """What a wallet takes, and what whoever asked must bring back."""

    link: str
    handle: str


def desk_of(city: City) -> VerifierDesk:
    """The doors as a verifier; Problem 404 where the operator has not opened it."""
    settings = sign_in_of(city).ways.read()
    return _desk(city, settings)


def _desk(city: City, settings: Settings) -> VerifierDesk:
    if not settings.door or not settings.credential:
        raise not_found("此处不用凭证登录", "Nobody signs in with a credential here")
    signer, dids = city.services["status_lists"].signer, city.services["dids"]

    def ask(contract: str, question: str, arguments: dict[str, Any]) -> Any:
        try:
            return city.port.ask(contract, question, arguments)
        except Refused as refused:
            zh, _, en = refused.sentence.partition("。 ")
            raise NotVerified(refused.code, zh, en.rstrip(".")) from None

    folder = sign_in_of(city).folder
    return badge_desk(folder, settings, signer, city.port, ask, dids)


def ask_wallet(city: City) -> Asked:
    """Ask for the credential."""
    sign_in = sign_in_of(city)
    settings = sign_in.ways.read()
    name, link = ask_for_badge(_desk(city, settings), settings)
    return Asked(link, f"{name}.{sign_in.flows.mark(name)}")


def enter_by_wallet(
    city: City, handle: str, code: str, agent: str
) -> tuple[str, Session]:
    """A token for who asked, brings the response code, and was answered with a good
    credential; Problem 401. It is good once."""
    name, _, mark = handle[:LONGEST].partition(".")
    if not sign_in_of(city).flows.is_marked(name, mark):
        raise _refused()
    found = desk_of(city).questions.take(name)
    told: dict[str, Any] = (found.answer if found else None) or {}
    fits = hmac.compare_digest(
        digest_of(code[:LONGEST]).encode(), str(told.get("code", "")).encode()
    )
    whose = told.get("shown", {}).get(ASKED)
    if not fits or whose is None:
        raise _refused()
    account, public = (bytes.fromhex(whose[each]) for each in ("account", "public"))
    if city.port.account_of(public) != account:
        raise _refused()
    return city.sessions.admit(account, public, agent, BY_WALLET)


def _refused() -> Problem:
    return Problem(
        401,
        "session.refused",
        "没有可用的出示：不是由此处发起、尚未出示、被拒绝，或已用过。"
        " Nothing was shown that signs in: it was not asked from here, not answered,"
        " refused, or it was used.",
        "请重新发起。 Begin again.",
    )
