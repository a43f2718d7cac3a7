"""
Verifying: is this signed, meant for us, fresh, in force, and from one who may issue it?

    verify_credential     a credential, whoever holds it
    verify_presentation   credentials that their holder shows to us, now

The order is fixed, so that the first reason is always the same: form, the holder's
signature, audience, freshness, the issuer's signature, binding, nonce, period, type,
accreditation, schema, profile (a badge's), status. The nonce is taken before the
issuer, the schema and the status are looked up.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from huabiao.services.credentials import json_proof, sd_jwt, sd_jwt_vc, vc_jwt
from huabiao.services.credentials.algorithms import Resolve
from huabiao.services.credentials.document import Credential
from huabiao.services.credentials.open_badges import check_badge, is_badge
from huabiao.services.credentials.refusals import NotVerified, malformed
from huabiao.services.credentials.schemas import check_schema
from huabiao.services.credentials.status_list import Status, check_status
from huabiao.services.credentials.strict_json import Object, parse_object

SKEW_MS = 60_000

Accredited = Callable[[str, str], tuple[str, str]]
"""An issuer's DID and a type to ("ok", sentence), or code and sentence of why not."""


@dataclass(frozen=True)
class Policy:
    """What a verifier demands, and whom it asks."""

    resolve: Resolve
    accredited: Accredited
    status: Status
    now: Callable[[], int]
    schema: Callable[[str], str] | None = None
    """The text of a schema by its id; None: schemas are not looked at."""
    types: Collection[str] = ()
    """The types that are asked for; empty: any."""


@dataclass(frozen=True)
class Presented:
    """What a holder showed; `holder` is a DID, None where only a key is known."""

    holder: str | None
    credentials: list[Credential]


def verify_credential(secured: str | Object, policy: Policy) -> Credential:
    """A credential that holds in itself; says nothing about who shows it."""
    credential = _open(secured, policy)
    _check_standing(credential, policy)
    return credential


def verify_presentation(
    presented: str | Object,
    policy: Policy,
    audience: str,
    use_nonce: Callable[[str], None],
) -> Presented:
    """Credentials shown to this audience under a nonce of ours, by their holder."""
    now = policy.now()
    shown = parse_object(presented) if _is_json(presented) else presented
    holder: str | None = None
    if isinstance(shown, str) and "~" in shown:
        credential, payload = sd_jwt_vc.check(shown, policy.resolve)
        algorithm = payload.get(sd_jwt.ALGORITHM, "sha-256")
        key = credential.holder_key
        nonce = sd_jwt_vc.check_binding(shown, key, algorithm, audience, now)
        credentials, holder = [credential], credential.subject
    else:
        holder, nonce, secured = _open_presentation(shown, policy, audience, now)
        credentials = [_open(each, policy) for each in secured]
        for credential in credentials:
            if credential.subject != holder:
                raise NotVerified(
                    "binding.other",
                    "出示者不是凭证的持有者",
                    "who presents it is not its holder",
                )
    use_nonce(nonce)
    for credential in credentials:
        _check_standing(credential, policy)
    return Presented(holder, credentials)


def _is_json(presented: Any) -> bool:
    return isinstance(presented, str) and presented.lstrip()[:1] == "{"


def _open_presentation(
    shown: str | Object, policy: Policy, audience: str, now: int
) -> tuple[str, str, list[Any]]:
    if isinstance(shown, str):
        return vc_jwt.check_presentation(shown, policy.resolve, audience, now)
    return json_proof.check_presentation(shown, policy.resolve, audience, now)


def _open(secured: str | Object, policy: Policy) -> Credential:
    """A credential of any form, once its issuer's signature holds."""
    document = parse_object(secured) if _is_json(secured) else secured
    if isinstance(document, dict):
        return json_proof.check(document, policy.resolve, policy.now())
    if not isinstance(document, str):
        raise malformed(
            "credential",
            "凭证须为文本或 JSON 对象",
            "a credential is a text or a JSON object",
        )
    if "~" in document:
        return sd_jwt_vc.check(document, policy.resolve)[0]
    return vc_jwt.check(document, policy.resolve)


def _check_standing(credential: Credential, policy: Policy) -> None:
    now = policy.now()
    if credential.valid_from is not None and credential.valid_from > now + SKEW_MS:
        raise NotVerified("not_yet", "凭证尚未生效", "the credential is not valid yet")
    if credential.valid_until is not None and credential.valid_until <= now:
        raise NotVerified("expired", "凭证已过期", "the credential has expired")
    if policy.types and credential.type not in policy.types:
        raise NotVerified(
            "type.other",
            f"凭证类型不是所要求的（{credential.type:.60}）",
            "the credential is of another type than was asked for",
        )
    code, sentence = policy.accredited(credential.issuer, credential.type)
    if code != "ok":
        zh, _, en = sentence.partition("。 ")
        raise NotVerified(code, zh, en.rstrip("."))
    if credential.schema and policy.schema is not None and credential.complete:
        check_schema(credential, policy.schema(credential.schema))
    if is_badge(credential.document["type"]):
        check_badge(credential.document)
    check_status(credential.status, credential.issuer, policy.status)
