"""
A credential or a presentation as a JWT (W3C VC-JOSE-COSE): the document is the payload.

    vc+jwt   issuer's key    the credential, nothing moved into claims
    vp+jwt   holder's key    {"@context", "type", "holder", "verifiableCredential": […],
                              "aud", "nonce", "iat"}; each credential enveloped as
                              data:application/vc+jwt,<token>, §4.1
"""

from dataclasses import replace
from typing import Any

from huabiao.services.credentials import jws
from huabiao.services.credentials.algorithms import Resolve, Signer
from huabiao.services.credentials.document import (
    CONTEXT,
    PRESENTATION,
    Credential,
    read_credential,
    text_of,
)
from huabiao.services.credentials.refusals import NotVerified, malformed
from huabiao.services.credentials.strict_json import Object

FORMAT, TYPE, VP_TYPE = "vc_jwt", "vc+jwt", "vp+jwt"
ENVELOPE, DATA = "EnvelopedVerifiableCredential", f"data:application/{TYPE},"
MOST_CREDENTIALS, FRESH_S, LAST_S = 20, 300, 253_402_300_800


def issue(document: Object, signer: Signer) -> str:
    """Sign a document."""
    return jws.sign({"typ": TYPE, "cty": "vc"}, document, signer)


def check(token: str, resolve: Resolve) -> Credential:
    """The credential, once its signature is its issuer's; a token's `exp` (RFC 7519)
    ends it too."""
    header = jws.read_header(token, (TYPE,))
    _, document = jws.check_signed_by(
        token, header, "issuer", "assertionMethod", resolve
    )
    if "vc" in document:
        raise malformed("vc", "内容不应再包在 vc 中", "a member vc has no place here")
    found, end = read_credential(document, FORMAT), document.get("exp")
    if end is None:
        return found
    if type(end) is not int or not 0 < end < LAST_S:
        raise malformed("exp", "exp 须为秒数", "exp must be seconds")
    until = end * 1000
    return replace(found, valid_until=min(until, found.valid_until or until))


def present(
    tokens: list[str], holder: Signer, audience: str, nonce: str, now: int
) -> str:
    """Show credentials to one verifier."""
    enveloped = [
        {"@context": CONTEXT, "type": ENVELOPE, "id": DATA + token} for token in tokens
    ]
    payload = {
        "@context": [CONTEXT],
        "type": [PRESENTATION],
        "holder": holder.did,
        "verifiableCredential": enveloped,
        "aud": audience,
        "nonce": nonce,
        "iat": now // 1000,
    }
    return jws.sign({"typ": VP_TYPE, "cty": "vp"}, payload, holder)


def check_presentation(
    token: str, resolve: Resolve, audience: str, now: int
) -> tuple[str, str, list[str]]:
    """Holder, nonce and credentials of a presentation to this audience, made now."""
    header = jws.read_header(token, (VP_TYPE,))
    holder, payload = jws.check_signed_by(
        token, header, "holder", "authentication", resolve
    )
    if payload.get("aud") != audience:
        raise NotVerified(
            "audience", "不是出示给本方的", "this was made for another verifier"
        )
    issued = payload.get("iat")
    if type(issued) is not int or abs(issued - now // 1000) > FRESH_S:
        raise NotVerified("stale", "不是刚刚出示的", "it was not presented just now")
    tokens = [_unwrap(each) for each in credentials_of(payload)]
    return holder, text_of(payload.get("nonce"), "nonce"), tokens


def credentials_of(presentation: Object) -> list[Any]:
    """verifiableCredential as a list that is neither empty nor long."""
    found = presentation.get("verifiableCredential")
    items = found if isinstance(found, list) else [found]
    if found is None or not 0 < len(items) <= MOST_CREDENTIALS:
        raise malformed(
            "presentation",
            f"须含 1 至 {MOST_CREDENTIALS} 份凭证",
            f"1 to {MOST_CREDENTIALS} credentials are expected",
        )
    return items


def _unwrap(enveloped: Any) -> str:
    if not isinstance(enveloped, dict) or enveloped.get("type") != ENVELOPE:
        raise malformed(
            "presentation", "凭证未按规定封装", "a credential is not enveloped"
        )
    found = text_of(enveloped.get("id"), "presentation")
    if not found.startswith(DATA):
        raise malformed(
            "presentation", f"须以 {DATA} 开头", f"it must begin with {DATA}"
        )
    return found[len(DATA) :]
