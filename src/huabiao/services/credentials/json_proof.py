"""
A credential or a presentation as JSON with a Data Integrity proof.

A presentation's proof names the verifier (`domain`) and its nonce (`challenge`).
"""

from huabiao.services.credentials.algorithms import Resolve, Signer
from huabiao.services.credentials.data_integrity import add_proof, check_proof
from huabiao.services.credentials.document import (
    CONTEXT,
    PRESENTATION,
    Credential,
    is_texts,
    name_of,
    read_credential,
    read_instant,
    text_of,
)
from huabiao.services.credentials.refusals import NotVerified, malformed
from huabiao.services.credentials.strict_json import Object
from huabiao.services.credentials.vc_jwt import credentials_of

FORMAT, FRESH_MS = "data_integrity", 300_000


def issue(document: Object, signer: Signer, now: int) -> Object:
    """Sign a document."""
    return add_proof(document, signer, "assertionMethod", now)


def check(document: Object, resolve: Resolve, now: int) -> Credential:
    """The credential, once its proof is its issuer's."""
    issuer = name_of(document.get("issuer"))
    signed, _ = check_proof(document, "assertionMethod", issuer, resolve, now)
    return read_credential(signed, FORMAT)


def present(
    credentials: list[Object], holder: Signer, audience: str, nonce: str, now: int
) -> Object:
    """Show credentials to one verifier."""
    document: Object = {
        "@context": [CONTEXT],
        "type": [PRESENTATION],
        "holder": holder.did,
        "verifiableCredential": credentials,
    }
    named = {"domain": audience, "challenge": nonce}
    return add_proof(document, holder, "authentication", now, **named)


def check_presentation(
    document: Object, resolve: Resolve, audience: str, now: int
) -> tuple[str, str, list[Object]]:
    """Holder, nonce and credentials of a presentation to this audience, made now."""
    types = document.get("type")
    if not is_texts(types) or PRESENTATION not in types:
        raise malformed(
            "type", f"type 须含 {PRESENTATION}", f"type must hold {PRESENTATION}"
        )
    holder = text_of(name_of(document.get("holder")), "holder")
    _, options = check_proof(document, "authentication", holder, resolve, now)
    if options.get("domain") != audience:
        raise NotVerified(
            "audience", "不是出示给本方的", "this was made for another verifier"
        )
    created = read_instant(options.get("created"), "created")
    if created is None or abs(created - now) > FRESH_MS:
        raise NotVerified("stale", "不是刚刚出示的", "it was not presented just now")
    found = credentials_of(document)
    if not all(isinstance(each, dict) for each in found):
        raise malformed(
            "presentation", "凭证须为 JSON 对象", "credentials must be objects"
        )
    return holder, text_of(options.get("challenge"), "nonce"), found
