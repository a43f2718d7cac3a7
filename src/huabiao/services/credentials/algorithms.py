"""
Signature algorithms of credentials, and the keys that they are checked with.

    EdDSA     Ed25519, RFC 8037; by the verifier that decides for the whole network
    ES256     P-256 and SHA-256, RFC 7518 §3.4; to verify what others issued
    ML-DSA-65 FIPS 204; alg and JWK (kty AKP) as draft-ietf-cose-dilithium has them
    SM2-SM3   SM2 with the default identity, GB/T 32918.2; r ‖ s, 64 bytes. A private
              name (RFC 7515 §4.1.1): no registered one is there. As a JWK: kty EC,
              crv SM2, x and y as for P-256.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from huabiao.crypto import SUITES, suite
from huabiao.services.credentials.refusals import NotVerified, malformed
from huabiao.services.credentials.strict_json import from_base64url, to_base64url

OF_SUITE = {"intl": "EdDSA", "sm": "SM2-SM3", "pq": "ML-DSA-65"}
CURVES = {"EdDSA": "Ed25519", "ES256": "P-256", "SM2-SM3": "SM2"}
PQ = "ML-DSA-65"
ALGORITHMS = ("ES256", *(OF_SUITE[name] for name in SUITES))
SIZES = {"EdDSA": 32, "ES256": 64, "SM2-SM3": 64, PQ: 1_952}
HALF = 32


@dataclass(frozen=True)
class VerificationKey:
    """A public key and the one algorithm that it is for; 32 bytes, or x ‖ y."""

    algorithm: str
    public: bytes


@dataclass(frozen=True)
class Signer:
    """Who signs: a DID, the DID URL of the key, the key, and its signing function."""

    did: str
    method: str
    key: VerificationKey
    sign: Callable[[bytes], bytes]


Resolve = Callable[[str, str], VerificationKey]
"""A DID URL and a purpose (assertionMethod, authentication) to the key that it names;
raises NotVerified `key.unknown` where there is none or it is not for that purpose."""


def key_of(suite_name: str, public: bytes) -> VerificationKey:
    """The key of an identity of a suite."""
    return VerificationKey(OF_SUITE[suite_name], public)


def verify(key: VerificationKey, message: bytes, signature: bytes) -> bool:
    """Whether the signature is the key's; False on hostile bytes."""
    if key.algorithm not in ALGORITHMS or len(key.public) != SIZES[key.algorithm]:
        return False
    for name, algorithm in OF_SUITE.items():
        if key.algorithm == algorithm:
            return suite(name).verify(key.public, message, signature)
    return _verify_p256(key.public, message, signature)


def _verify_p256(public: bytes, message: bytes, signature: bytes) -> bool:
    if len(signature) != 2 * HALF:
        return False
    r, s = (
        int.from_bytes(half, "big") for half in (signature[:HALF], signature[HALF:])
    )
    try:
        point = ec.EllipticCurvePublicKey.from_encoded_point(
            ec.SECP256R1(), b"\x04" + public
        )
        point.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def to_jwk(key: VerificationKey) -> dict[str, Any]:
    """A JSON Web Key (RFC 7517)."""
    if key.algorithm == PQ:
        return {"kty": "AKP", "alg": PQ, "pub": to_base64url(key.public)}
    curve = CURVES[key.algorithm]
    if key.algorithm == "EdDSA":
        return {"kty": "OKP", "crv": curve, "x": to_base64url(key.public)}
    x, y = (to_base64url(half) for half in (key.public[:HALF], key.public[HALF:]))
    return {"kty": "EC", "crv": curve, "x": x, "y": y}


def from_jwk(jwk: Any) -> VerificationKey:
    """The key of a JWK of a curve that is known here; NotVerified otherwise."""
    if not isinstance(jwk, dict):
        raise malformed("jwk", "密钥不是 JWK", "the key is no JWK")
    if jwk.get("kty") == "AKP" and jwk.get("alg") == PQ and "priv" not in jwk:
        return _sized(PQ, from_base64url(jwk.get("pub"), "jwk"))
    found = [name for name, curve in CURVES.items() if curve == jwk.get("crv")]
    kind = "OKP" if found == ["EdDSA"] else "EC"
    if not found or jwk.get("kty") != kind or "d" in jwk:
        raise NotVerified(
            "key.kind", "不支持此种密钥", "a key of this kind is not accepted"
        )
    public = from_base64url(jwk.get("x"), "jwk")
    if kind == "EC":
        public += from_base64url(jwk.get("y"), "jwk")
    return _sized(found[0], public)


def _sized(algorithm: str, public: bytes) -> VerificationKey:
    if algorithm not in ALGORITHMS or len(public) != SIZES[algorithm]:
        raise malformed(
            "jwk", "密钥种类或长度不符", "the key is of another kind or length"
        )
    return VerificationKey(algorithm, public)
