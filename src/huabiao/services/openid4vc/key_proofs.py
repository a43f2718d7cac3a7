"""
Key proofs: a wallet shows that it has the key which a credential will be bound to.

    header   typ openid4vci-proof+jwt, alg, and kid (a DID URL) or jwk
    payload  aud: the credential issuer, iat, nonce: a c_nonce of its nonce endpoint

OpenID4VCI 1.0 Appendix F.1 (form) and F.4 (what is checked). `iss` is left out: the
pre-authorized code is redeemed by a wallet without a name. A key sent as jwk gets the
did:key of that key as its holder.
"""

from huabiao.services.credentials import NotVerified, Signer, VerificationKey, jws
from huabiao.services.credentials.algorithms import Resolve, from_jwk
from huabiao.services.credentials.dids import ALGORITHM_OF
from huabiao.services.credentials.strict_json import Object
from huabiao.services.did import multikey
from huabiao.services.did.key_method import key_did
from huabiao.services.openid4vc.oauth import OAuthError

TYPE, FRESH_S = "openid4vci-proof+jwt", 300
KINDS = {ALGORITHM_OF[kind.name]: kind for kind in multikey.KINDS
         if kind.name in ALGORITHM_OF}  # fmt: skip


def prove_key(holder: Signer, audience: str, nonce: str, now: int) -> str:
    """A proof for one credential issuer; `now` in UTC milliseconds."""
    payload = {"aud": audience, "iat": now // 1000, "nonce": nonce}
    return jws.sign({"typ": TYPE}, payload, holder)


def check_proof(
    token: str, resolve: Resolve, audience: str, now: int
) -> tuple[str, VerificationKey, str]:
    """The holder's DID, the key and the nonce; OAuthError `invalid_proof`."""
    try:
        header = jws.read_header(token, (TYPE,))
        holder, key = _key_of(header, resolve)
        claims = jws.check(token, header, key)
    except NotVerified as error:
        raise OAuthError("invalid_proof", f"The key proof: {error.code}") from None
    if claims.get("aud") != audience:
        raise OAuthError("invalid_proof", f"The key proof's aud must be {audience}")
    issued = claims.get("iat")
    if type(issued) is not int or abs(issued - now // 1000) > FRESH_S:
        raise OAuthError("invalid_proof", "The key proof was not made just now: iat")
    nonce = claims.get("nonce")
    if not isinstance(nonce, str):
        raise OAuthError("invalid_proof", "The key proof has no nonce")
    return holder, key, nonce


def _key_of(header: Object, resolve: Resolve) -> tuple[str, VerificationKey]:
    """`kid` and `jwk` exclude each other; a certificate or attestation is not known."""
    named = [name for name in ("kid", "jwk", "x5c", "trust_chain") if name in header]
    if named == ["jwk"]:
        key = from_jwk(header["jwk"])
        return key_did(KINDS[key.algorithm], key.public), key
    if named != ["kid"] or not isinstance(header["kid"], str):
        raise OAuthError("invalid_proof", "The key proof needs one of kid and jwk")
    method = header["kid"]
    return method.partition("#")[0], resolve(method, "authentication")
