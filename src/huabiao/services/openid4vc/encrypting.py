"""
Answers that only the verifier reads: response mode direct_post.jwt, OpenID4VP 1.0 §8.3.

    choose_key   one of the keys that a verifier's signed request brings
    seal         an answer's parameters as a JWE (RFC 7516), to be sent as `response`

A key is P-256 or X25519 with its own `alg`, ECDH-ES; content is sealed with AES-GCM,
with 128 bits unless the verifier takes 256. An error is sent in clear, as §8.3 allows.
"""

import json
from dataclasses import dataclass
from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey

from huabiao.services.credentials.strict_json import Object
from huabiao.services.openid4vc.oauth import OAuthError

ENCRYPTED = "direct_post.jwt"
ALGORITHM, CONTENT = "ECDH-ES", ("A256GCM", "A128GCM")
CURVES = {"P-256": ("EC", ECKey), "X25519": ("OKP", OKPKey)}
MOST_KEYS, LONGEST_ID, PUBLIC = 20, 200, ("kty", "crv", "x", "y")


@dataclass(frozen=True)
class Recipient:
    """A verifier's key, and the protected header of what is sealed for it."""

    key: ECKey | OKPKey
    header: dict[str, Any]


def choose_key(metadata: Any) -> Recipient:
    """The first key of client_metadata that can be used here; OAuthError
    `invalid_request` where there is none: an answer is then not sent in clear."""
    known = metadata if isinstance(metadata, dict) else {}
    content = known.get("encrypted_response_enc_values_supported", ["A128GCM"])
    chosen = [e for e in CONTENT if isinstance(content, list) and e in content]
    keys = known["jwks"].get("keys") if isinstance(known.get("jwks"), dict) else None
    for each in keys[:MOST_KEYS] if isinstance(keys, list) and chosen else []:
        key = _read_key(each)
        if key is not None:
            header = {"alg": ALGORITHM, "enc": chosen[0]}
            return Recipient(
                key, header | ({"kid": each["kid"]} if "kid" in each else {})
            )
    said = f"client_metadata needs a key for {ALGORITHM} and one of {CONTENT}"
    raise OAuthError("invalid_request", said)


def _read_key(jwk: Any) -> ECKey | OKPKey | None:
    if not isinstance(jwk, dict) or jwk.get("crv") not in tuple(CURVES):
        return None
    kind, make = CURVES[jwk["crv"]]
    if jwk.get("kty") != kind:
        return None
    if jwk.get("alg") != ALGORITHM or jwk.get("use", "enc") != "enc" or "d" in jwk:
        return None
    name = jwk.get("kid", "")
    if not isinstance(name, str) or len(name) > LONGEST_ID:
        return None
    try:
        return make.import_key({each: jwk[each] for each in PUBLIC if each in jwk})
    except (JoseError, ValueError, KeyError, TypeError):
        return None


def seal(answer: Object, recipient: Recipient) -> str:
    """A compact JWE of the parameters, for the verifier alone."""
    taken = [recipient.header["alg"], recipient.header["enc"]]
    text = json.dumps(answer).encode()
    return jwe.encrypt_compact(recipient.header, text, recipient.key, algorithms=taken)
