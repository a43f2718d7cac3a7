"""
SM2, ECDSA and RSA keys: made, written, signing, and read from certificate requests.

    sm2     SM2 with SM3, 1.2.156.10197.1.501 (GB/T 33560-2017), curve .301, the
            default identity 1234567812345678
    ecdsa   P-256 with SHA-256 (RFC 5758)
    rsa     3,072 bits, PKCS#1 v1.5 with SHA-256 (RFC 4055)

ECDSA and RSA are the library `cryptography`'s; it has no SM2, which is the suite's own.
Structures are asn1crypto's, for all three alike.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from asn1crypto import algos, core, csr, keys, pem
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from huabiao.crypto.sm2_gmssl import der_of
from huabiao.crypto.suite import suite

KINDS = ("sm2", "ecdsa", "rsa")
RSA_BITS = 3_072
SM2_CURVE = "1.2.156.10197.1.301"
SM2_WITH_SM3 = "1.2.156.10197.1.501"
LARGEST_REQUEST = 16_384

keys.NamedCurve.register("sm2p256v1", SM2_CURVE, 32)


class BadRequest(ValueError):
    """A certificate request that is not taken; the sentence says why."""


@dataclass(frozen=True)
class CertifyingKey:
    """What an authority signs with: a public key, an algorithm, `sign(message)`."""

    kind: str
    public: Any
    """asn1crypto PublicKeyInfo."""
    sign: Callable[[bytes], bytes]
    """A signature in the form that X.509 writes."""

    @property
    def algorithm(self) -> Any:
        """The AlgorithmIdentifier of its signatures."""
        return signature_algorithm(self.kind)


def signature_algorithm(kind: str) -> Any:
    if kind == "rsa":
        named = {"algorithm": "sha256_rsa", "parameters": core.Null()}
    else:
        named = {"algorithm": SM2_WITH_SM3 if kind == "sm2" else "sha256_ecdsa"}
    return algos.SignedDigestAlgorithm(named)


def sm2_public(public: bytes) -> Any:
    """x ‖ y as a SubjectPublicKeyInfo (GB/T 35276)."""
    curve = keys.ECDomainParameters("named", "sm2p256v1")
    return keys.PublicKeyInfo(
        {
            "algorithm": {"algorithm": "ec", "parameters": curve},
            "public_key": keys.ECPointBitString(b"\x04" + public),
        }
    )


def sm2_signing(public: bytes, sign: Callable[[bytes], bytes]) -> CertifyingKey:
    """An SM2 key of any store, for certificates."""
    return CertifyingKey("sm2", sm2_public(public), lambda said: der_of(sign(said)))


def sm2_pair(signature: bytes) -> bytes:
    """r ‖ s of an SM2Signature in DER (GB/T 35276); ValueError, OverflowError."""
    signed = algos.DSASignature.load(signature, strict=True)
    return b"".join(signed[n].native.to_bytes(32, "big") for n in ("r", "s"))


def library_signing(secret: Any) -> CertifyingKey:
    """An ECDSA or RSA key of the library's."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    encoded = secret.public_key().public_bytes(serialization.Encoding.DER, form)
    public = keys.PublicKeyInfo.load(encoded)
    if isinstance(secret, rsa.RSAPrivateKey):
        return CertifyingKey(
            "rsa",
            public,
            lambda said: secret.sign(said, padding.PKCS1v15(), hashes.SHA256()),
        )
    return CertifyingKey(
        "ecdsa", public, lambda said: secret.sign(said, ec.ECDSA(hashes.SHA256()))
    )


def make_library_key(kind: str) -> Any:
    """A fresh ECDSA or RSA private key."""
    if kind == "rsa":
        return rsa.generate_private_key(public_exponent=65_537, key_size=RSA_BITS)
    return ec.generate_private_key(ec.SECP256R1())


def make_holder_key(kind: str) -> tuple[Any, bytes]:
    """A fresh key for a certificate's holder: its public part, and PKCS#8 in PEM."""
    if kind == "sm2":
        pair = suite("sm").generate()
        return sm2_public(pair.public), _sm2_pkcs8(pair.public, pair.secret)
    secret = make_library_key(kind)
    written = secret.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return library_signing(secret).public, written


def _sm2_pkcs8(public: bytes, secret: bytes) -> bytes:
    """RFC 5958 around RFC 5915, as GB/T 35276 and OpenSSL write SM2 keys."""
    curve = keys.ECDomainParameters("named", "sm2p256v1")
    inner = keys.ECPrivateKey(
        {
            "version": "ecPrivkeyVer1",
            "private_key": int.from_bytes(secret, "big"),
            "public_key": keys.ECPointBitString(b"\x04" + public),
        }
    )
    inner["private_key"].set_encoded_width(32)
    outer = keys.PrivateKeyInfo(
        {
            "version": 0,
            "private_key_algorithm": {"algorithm": "ec", "parameters": curve},
            "private_key": inner,
        }
    )
    written: bytes = pem.armor("PRIVATE KEY", outer.dump())
    return written


def requested_key(content: bytes) -> Any:
    """
    The public key of a PKCS#10 request (RFC 2986), whose holder has shown to have the
    secret. Nothing else of the request is taken. Raises BadRequest.
    """
    try:
        if len(content) > LARGEST_REQUEST:
            raise ValueError(f"over {LARGEST_REQUEST} bytes")
        der = pem.unarmor(content)[2] if pem.detect(content) else content
        request = csr.CertificationRequest.load(der, strict=True)
        public = request["certification_request_info"]["subject_pk_info"]
        well = _is_own(der, request, public)
    except (ValueError, TypeError, KeyError, InvalidSignature) as error:
        raise BadRequest(
            f"证书请求读不出（{error}）：须为 PKCS#10，SM2、P-256 或 RSA。"
            f" The request cannot be read ({error}): PKCS#10 of SM2, P-256 or RSA."
        ) from None
    if not well:
        raise BadRequest(
            "证书请求的签名不符，或算法不收：须由所申请的密钥签名，RSA 至少 2048 位。"
            " The request's signature does not hold, or its algorithm is not taken: it"
            " is signed with its own key, SM2, P-256, or RSA of at least 2,048 bits."
        )
    return public


def _is_own(der: bytes, request: Any, public: Any) -> bool:
    if public.algorithm == "ec" and public.curve[1] == "sm2p256v1":
        if request["signature_algorithm"]["algorithm"].dotted != SM2_WITH_SM3:
            return False
        point = bytes(public["public_key"].native)
        pair = sm2_pair(request["signature"].native)
        said = request["certification_request_info"].dump()
        return len(point) == 65 and suite("sm").verify(point[1:], said, pair)
    read = x509.load_der_x509_csr(der)
    key = read.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size >= 2_048 and read.is_signature_valid
    fits = isinstance(key, ec.EllipticCurvePublicKey)
    return fits and isinstance(key.curve, ec.SECP256R1) and read.is_signature_valid
