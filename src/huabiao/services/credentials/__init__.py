"""
Verifiable credentials: issued, presented, verified, revoked. In reading order:

- `refusals`        why something was not believed: a code and a sentence
- `strict_json`     JSON and base64url with one meaning only
- `multibase`       the same for signatures and bitstrings
- `algorithms`      Ed25519, P-256, SM2: keys and their checks
- `jws`             signed tokens in the compact form
- `document`        the data model: W3C VC 2.0
- `sd_jwt`          claims that are disclosed one by one: RFC 9901
- `sd_jwt_vc`       a credential as SD-JWT VC, with the holder's binding
- `vc_jwt`          a credential or presentation as a JWT: VC-JOSE-COSE
- `data_integrity`  proofs over canonical JSON: eddsa-jcs-2022, and one of SM2
- `json_proof`      a credential or presentation with such a proof
- `status_list`     Bitstring Status List: packed, published, asked
- `schemas`         JSON Schema without fetching, in linear time
- `open_badges`     the profile Open Badges 3.0
- `challenges`      a verifier's nonces, once and soon
- `issuing`         one document, signed in the form that is asked for
- `verifying`       the whole question, in a fixed order
- `chain`           what a verifier asks the chain: issuer, status, schema
- `dids`            DIDs and keys: who signs, which key a DID URL names
- `publisher`       who signs the status lists of a node
- `register`        an issuer's own register of the places it gave
"""

from huabiao.services.credentials.algorithms import Signer, VerificationKey, key_of
from huabiao.services.credentials.challenges import Challenges
from huabiao.services.credentials.document import Credential, draft_credential
from huabiao.services.credentials.issuing import FORMATS, issue
from huabiao.services.credentials.refusals import NotVerified
from huabiao.services.credentials.verifying import (
    Policy,
    Presented,
    verify_credential,
    verify_presentation,
)

__all__ = [
    "FORMATS",
    "Challenges",
    "Credential",
    "NotVerified",
    "Policy",
    "Presented",
    "Signer",
    "VerificationKey",
    "draft_credential",
    "issue",
    "key_of",
    "verify_credential",
    "verify_presentation",
]
