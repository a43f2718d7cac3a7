"""
Issuing: one document, signed in the form that is asked for.
"""

from collections.abc import Collection

from huabiao.services.credentials import json_proof, sd_jwt_vc, vc_jwt
from huabiao.services.credentials.algorithms import Signer, VerificationKey
from huabiao.services.credentials.document import read_credential
from huabiao.services.credentials.open_badges import check_badge, is_badge
from huabiao.services.credentials.schemas import check_schema
from huabiao.services.credentials.strict_json import Object

FORMATS = (sd_jwt_vc.FORMAT, vc_jwt.FORMAT, json_proof.FORMAT)


def issue(
    document: Object,
    format: str,
    signer: Signer,
    now: int,
    *,
    holder: VerificationKey | None = None,
    disclosable: Collection[str] = (),
    schema: str | None = None,
) -> str | Object:
    """
    Sign a document of the data model; NotVerified where it is not of the model or does
    not fit the schema's text, ValueError where the form cannot do what is asked.

    `holder` is the key that a presentation must be made with, `disclosable` what can be
    shown alone; both are for SD-JWT VC, elsewhere the subject's DID is the holder.
    """
    credential = read_credential(document, format)
    if credential.issuer != signer.did:
        raise ValueError("签发者须为文件中的 issuer。 The signer is not the issuer.")
    if schema is not None:
        check_schema(credential, schema)
    if is_badge(document["type"]):
        if format == sd_jwt_vc.FORMAT:
            raise ValueError(
                "徽章不用 SD-JWT。 A badge is no SD-JWT: it is shown whole."
            )
        check_badge(document)
    if format == sd_jwt_vc.FORMAT:
        return sd_jwt_vc.issue(document, signer, holder, disclosable)
    if disclosable:
        raise ValueError("只有 SD-JWT 可选择披露。 Only an SD-JWT can disclose a part.")
    if format == vc_jwt.FORMAT:
        return vc_jwt.issue(document, signer)
    if format == json_proof.FORMAT:
        return json_proof.issue(document, signer, now)
    raise ValueError(f"格式须为其一 · the format is one of {', '.join(FORMATS)}")
