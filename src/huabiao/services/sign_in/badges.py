"""
Signing in with a credential from a wallet: the doors as a verifier (OpenID4VP 1.0).

The operator names one type of credential. A holder shows one of it, as an SD-JWT bound
to a key; issuer, period and status are judged by the chain, and the key must stand for
the account that the credential is about. The answer is that account and that key.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from huabiao.client.port import Port
from huabiao.services.credentials import Credential, NotVerified, Policy, Signer
from huabiao.services.credentials.chain import Ask, chain_accredited, chain_bits
from huabiao.services.credentials.dids import account_with, resolve_with
from huabiao.services.did import Resolver
from huabiao.services.openid4vc import OAuthError, Questions, VerifierDesk
from huabiao.services.openid4vc.formats import type_query
from huabiao.services.sign_in.ways import Settings

FORM, ASKED, PURPOSE = "sd_jwt_vc", "badge", "登录 · sign in"
LASTS_MS, BACK = 600_000, "/sign-in/wallet/back"


def now_ms() -> int:
    return int(time.time() * 1000)


def badge_desk(
    folder: Path, settings: Settings, signer: Signer, port: Port, ask: Ask,
    dids: Resolver,
) -> VerifierDesk:  # fmt: skip
    """The desk where wallets answer; it keeps its questions in the node's folder.
    `ask` puts a question to a contract; NotVerified where it has no answer."""
    account_of = account_with(port.chain)

    policy = Policy(
        resolve_with(dids.keys), chain_accredited(ask, account_of, now_ms),
        chain_bits(ask, port.read, account_of), now_ms, types=(settings.credential,),
    )  # fmt: skip
    return VerifierDesk(
        settings.door, signer, Questions(folder / "questions.sqlite"), lambda: policy,
        now_ms, _whose(port, account_of),
        lambda code: f"{settings.door}{BACK}?response_code={code}",
    )  # fmt: skip


def ask_for_badge(desk: VerifierDesk, settings: Settings) -> tuple[str, str]:
    """The id of a question for the credential, and the link that a wallet takes."""
    meta = type_query(FORM, settings.credential)
    query = {"credentials": [{"id": ASKED, "format": "dc+sd-jwt", "meta": meta}]}
    return desk.ask(query, now_ms() + LASTS_MS, PURPOSE)


def _whose(
    port: Port, account_of: Callable[[str], bytes]
) -> Callable[[Credential], dict[str, Any]]:
    def tell(credential: Credential) -> dict[str, Any]:
        """The account that a credential is about, and the key that showed it."""
        key = credential.holder_key
        try:
            account = account_of(credential.subject or "")
        except NotVerified:
            account = None
        if account is None or key is None or port.account_of(key.public) != account:
            said = "The credential is not bound to a key of its subject's account"
            raise OAuthError("access_denied", said)
        return {"account": account.hex(), "public": key.public.hex()}

    return tell
