"""
Public keys as texts: multibase (base58btc) over a multicodec prefix, and as JWK.

    z… = "z" ‖ base58btc(varint(code) ‖ key)

Codes: multiformats/multicodec, table.csv. A point of P-256 or SM2 is written compressed
(SEC 1 §2.3.3), 33 bytes. JWK: RFC 7517, RFC 8037; `crv` "SM2" is private, no registry
has it. Our own form of an SM2 key is x ‖ y, 64 bytes; that of P-256 the same.
"""

import base64
from collections.abc import Callable
from typing import NamedTuple

import base58
from cryptography.hazmat.primitives.asymmetric import ec

from huabiao.crypto import sm2_curve
from huabiao.services.did.resolution import DidFailed

LONGEST = 8_192
COMPRESSED = 33


class KeyKind(NamedTuple):
    """A kind of public key: its name, multicodec code and encoded size."""

    name: str
    code: int
    size: int

    @property
    def prefix(self) -> bytes:
        """The code as an unsigned varint."""
        return bytes(((self.code & 0x7F) | 0x80, self.code >> 7))


ED25519 = KeyKind("Ed25519", 0xED, 32)
X25519 = KeyKind("X25519", 0xEC, 32)
P256 = KeyKind("P-256", 0x1200, COMPRESSED)
SM2 = KeyKind("SM2", 0x1206, COMPRESSED)
ML_DSA_65 = KeyKind("ML-DSA-65", 0x1211, 1_952)
KINDS = (ED25519, X25519, P256, SM2, ML_DSA_65)

OF_SUITE = {"intl": ED25519, "sm": SM2, "pq": ML_DSA_65}
"""The kind of a suite's signing keys."""


def encode(kind: KeyKind, public: bytes) -> str:
    """A key in our own form as multibase; ValueError if it cannot be one."""
    raw = _compressed(public) if kind.size == COMPRESSED else public
    if len(raw) != kind.size:
        raise ValueError(
            f"{kind.name} 公钥长度不符。 No {kind.name} key has {len(public)} bytes."
        )
    return "z" + base58.b58encode(kind.prefix + raw).decode()


def decode(text: str) -> tuple[KeyKind, bytes]:
    """The kind and the key in our own form; DidFailed (invalidDid)."""
    try:
        if not text.startswith("z") or len(text) > LONGEST:
            raise ValueError("multibase")
        raw = base58.b58decode(text[1:])
    except ValueError:
        raise _malformed("不是 base58btc", "it is not base58btc") from None
    for kind in KINDS:
        if raw[:2] == kind.prefix:
            key = raw[2:]
            if len(key) != kind.size:
                raise _malformed("长度不符", f"{kind.name} has {kind.size} bytes")
            return kind, _POINTS.get(kind, bytes)(key)
    known = ", ".join(kind.name for kind in KINDS)
    raise _malformed("不认识的密钥种类", f"its kind is none of {known}")


def to_jwk(kind: KeyKind, public: bytes) -> dict[str, str]:
    """A key in our own form as a JSON Web Key."""
    if kind in (ED25519, X25519):
        return {"kty": "OKP", "crv": kind.name, "x": _b64(public)}
    if kind in (P256, SM2):
        x, y = public[:32], public[32:]
        return {"kty": "EC", "crv": kind.name, "x": _b64(x), "y": _b64(y)}
    return {"kty": "AKP", "alg": kind.name, "pub": _b64(public)}


def from_jwk(jwk: object) -> tuple[KeyKind, bytes]:
    """The same back; DidFailed (invalidDidDocument) for other keys."""
    try:
        if not isinstance(jwk, dict):
            raise TypeError("no object")
        name = jwk.get("crv") or jwk.get("alg")
        kind = next(kind for kind in KINDS if kind.name == name)
        parts = (
            ("pub",)
            if kind is ML_DSA_65
            else ("x", "y")[: 1 + (kind.size == COMPRESSED)]
        )
        public = b"".join(_unb64(jwk[part]) for part in parts)
        if decode(encode(kind, public)) != (kind, public):
            raise ValueError("point")
        return kind, public
    except (KeyError, StopIteration, TypeError, ValueError):
        raise DidFailed(
            "invalidDidDocument",
            "JWK 不是本软件认识的公钥。 The JWK is no public key that is known here.",
        ) from None


def _compressed(public: bytes) -> bytes:
    return bytes((2 + public[-1] % 2,)) + public[:32] if len(public) == 64 else public


def _p256_point(key: bytes) -> bytes:
    try:
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
    except ValueError:
        raise _malformed("不在曲线上", "it is no point of P-256") from None
    numbers = point.public_numbers()
    return numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")


def _sm2_point(key: bytes) -> bytes:
    """Decompress: y² = x³ + ax + b, and P ≡ 3 mod 4 (GB/T 32918.1 §4.2.10)."""
    p, x = sm2_curve.P, int.from_bytes(key[1:], "big")
    y = pow((x * x + sm2_curve.A) * x + sm2_curve.B, (p + 1) // 4, p)
    if y % 2 != key[0] % 2:
        y = p - y
    public = key[1:] + y.to_bytes(32, "big")
    if key[0] not in (2, 3) or not sm2_curve.is_on_curve(public):
        raise _malformed("不在曲线上", "it is no point of SM2")
    return public


_POINTS: dict[KeyKind, Callable[[bytes], bytes]] = {P256: _p256_point, SM2: _sm2_point}


def _malformed(zh: str, en: str) -> DidFailed:
    return DidFailed(
        "invalidDid", f"公钥的写法有误：{zh}。 The public key is malformed: {en}."
    )


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
