"""
Credential formats by the names that OpenID gives them.

    dc+sd-jwt   SD-JWT VC; OpenID4VCI 1.0 Appendix A.3, OpenID4VP 1.0 Appendix B.3
    vc+jwt      a VC 2.0 as VC-JOSE-COSE secures it; OpenID4VCI 1.1 (draft) Appendix A:
                1.0 has jwt_vc_json for VC 1.1 only, which these credentials are not
"""

from typing import Any

from huabiao.services.credentials import json_proof, sd_jwt, sd_jwt_vc, vc_jwt
from huabiao.services.credentials.document import (
    TYPE,
    Credential,
    is_texts,
    read_credential,
)
from huabiao.services.credentials.jws import read_payload
from huabiao.services.credentials.strict_json import Object, parse_object

OPENID_NAMES = {sd_jwt_vc.FORMAT: "dc+sd-jwt", vc_jwt.FORMAT: "vc+jwt"}
FORMS = {name: form for form, name in OPENID_NAMES.items()}


def type_members(form: str, credential_type: str) -> Object:
    """How issuer metadata names the type of a configuration."""
    if form == sd_jwt_vc.FORMAT:
        return {"vct": credential_type}
    return {"credential_definition": {"type": [TYPE, credential_type]}}


def type_query(form: str, credential_type: str) -> Object:
    """How a DCQL query asks for a type: `meta`."""
    if form == sd_jwt_vc.FORMAT:
        return {"vct_values": [credential_type]}
    return {"type_values": [[TYPE, credential_type]]}


def fits_type(credential: Credential, meta: Object) -> bool:
    """Whether a credential is of a type that `meta` of a DCQL query names."""
    if credential.format == sd_jwt_vc.FORMAT:
        wanted = meta.get("vct_values")
        return wanted is None or (is_texts(wanted) and credential.type in wanted)
    wanted = meta.get("type_values")
    own = set(credential.document["type"])
    return wanted is None or (
        isinstance(wanted, list)
        and any(is_texts(each) and set(each) <= own for each in wanted)
    )


def root_of(credential: Credential) -> Object:
    """What claims paths begin at: an SD-JWT's claims, a JWT's whole document."""
    if credential.format != sd_jwt_vc.FORMAT:
        return credential.document
    own: Object = {"iss": credential.issuer, "vct": credential.type}
    if credential.subject is not None:
        own["sub"] = credential.subject
    return {**credential.claims, **own}


def read_held(text: str) -> tuple[Credential, dict[str, Any]]:
    """A credential of one's own as it was verified when it came, and which disclosure
    stands where; NotVerified where it is of no form that is known. One with a Data
    Integrity proof is kept, and no question of OpenID's fits it."""
    if text.startswith("{"):
        found = parse_object(text)
        document = {name: found[name] for name in found if name != "proof"}
        return read_credential(document, json_proof.FORMAT), {}
    if "~" not in text:
        return read_credential(read_payload(text), vc_jwt.FORMAT), {}
    token, disclosures, _ = sd_jwt.split(text)
    opened = sd_jwt.reveal(read_payload(token), disclosures)
    return sd_jwt_vc.read_claims(opened), opened.by_pointer
