"""
The verifier's desk: OpenID4VP 1.0 with request objects by reference and direct_post.

    link       what a holder scans: client_id, request_uri, request_uri_method
    request    the request object, signed when it is fetched, with the wallet's nonce
    response   a VP token under `state`; checked as §8.6 says, then kept as the answer
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from huabiao.services.credentials import (
    Credential,
    NotVerified,
    Policy,
    Signer,
    verify_presentation,
)
from huabiao.services.credentials.strict_json import Object, parse_object
from huabiao.services.openid4vc.dcql import Query, check_answer, read_query
from huabiao.services.openid4vc.oauth import OAuthError
from huabiao.services.openid4vc.questions import Question, Questions
from huabiao.services.openid4vc.request_objects import client_id_of, sign_request

SCHEME, REQUESTS, RESPONSES = "openid4vp://", "/openid4vp/ask/", "/openid4vp/answer/"
LONGEST_NONCE, RANDOM_BYTES = 500, 32


def digest_of(code: str) -> str:
    """A response code as it is kept."""
    return sha256(code.encode()).hexdigest()


@dataclass
class VerifierDesk:
    """One verifier at one address."""

    base: str
    signer: Signer
    questions: Questions
    policy: Callable[[], Policy]
    """A new policy for each answer, so that keys and lists are those of now."""
    now: Callable[[], int]
    tell: Callable[[Credential], dict[str, Any]]
    """What is kept of a credential that was shown."""
    onward: Callable[[str], str] | None = None
    """Where a holder goes on with a response code (§8.2), which whoever asked must
    bring back: so an answer serves only the browser that it was asked for (§14.2)."""

    def ask(
        self, query: Object, until: int, purpose: str | None = None
    ) -> tuple[str, str]:
        """The id of a question and the link that a wallet takes."""
        read_query(query)
        name = self.questions.ask(query, purpose, until, self.now())
        link = {
            "client_id": client_id_of(self.signer.did),
            "request_uri": self.base + REQUESTS + name,
            "request_uri_method": "post",
        }
        return name, f"{SCHEME}?{urlencode(link)}"

    def request(self, name: str, wallet_nonce: str | None = None) -> str:
        """The request object of a question, §5.10."""
        if wallet_nonce is not None and len(wallet_nonce) > LONGEST_NONCE:
            raise OAuthError("invalid_request", "wallet_nonce is too long")
        now = self.now()
        found = self.questions.open(name, now)
        return sign_request(
            self.signer, self.base + RESPONSES + name, found.query, found.nonce,
            found.state, now, found.until, wallet_nonce, found.purpose,
        )  # fmt: skip

    def response(self, name: str, form: dict[str, str]) -> Object:
        """An answer, or a wallet's refusal; both end the question."""
        question = self.questions.open(name, self.now())
        try:
            state = form.get("state", "")
            if not secrets.compare_digest(state.encode(), question.state.encode()):
                raise OAuthError("invalid_request", "state is another")
            told = self._told(question, form)
        except OAuthError:
            self.questions.missed(name)
            raise
        if self.onward is None:
            self.questions.answer(name, told)
            return {}
        code = secrets.token_urlsafe(RANDOM_BYTES)
        self.questions.answer(name, {**told, "code": digest_of(code)})
        return {"redirect_uri": self.onward(code)}

    def _told(self, question: Question, form: dict[str, str]) -> Object:
        if "error" in form:
            return {"refused": form["error"][:100]}
        query = read_query(question.query)
        try:
            shown = {
                key: self._verified(query, key, items, question.nonce)
                for key, items in parse_object(form.get("vp_token", "")).items()
            }
        except NotVerified as error:
            raise OAuthError("invalid_request", f"vp_token: {error.code}") from None
        check_answer(query, shown)
        return {"shown": {key: self.tell(each) for key, each in shown.items()}}

    def _verified(self, query: Query, key: str, items: Any, nonce: str) -> Credential:
        """The one credential of the one presentation for a query."""
        if key not in query.credentials:
            raise OAuthError("invalid_request", "vp_token answers what was not asked")
        if not isinstance(items, list) or len(items) != 1:
            raise OAuthError("invalid_request", "vp_token: one presentation each")
        if not isinstance(items[0], str):
            raise OAuthError("invalid_request", "vp_token: a presentation is a text")

        def use(given: str) -> None:
            if not secrets.compare_digest(given.encode(), nonce.encode()):
                raise NotVerified("nonce.unknown", "随机数不符", "another nonce")

        audience = client_id_of(self.signer.did)
        presented = verify_presentation(items[0], self.policy(), audience, use)
        if len(presented.credentials) != 1:
            raise OAuthError("invalid_request", "vp_token: one credential each")
        return presented.credentials[0]
