"""
SM2 by GmSSL: signing, single checks, and the wrapping of a short key.

GmSSL speaks ASN.1 DER (GB/T 35276-2017: SM2Signature, SM2Cipher); everywhere else in
the project signatures are r ‖ s (64 bytes) and wrapped keys C1 ‖ C3 ‖ C2 (128 bytes).
It reports what it refuses with an exception and a line on standard error, so what can
be refused beforehand is, and one thing that it should refuse and does not.
"""

import gmssl_pyx

from huabiao.crypto import sm2_curve as curve

WRAPPED_SIZE = 128


def sign_digest(secret: bytes, hashed: bytes) -> bytes:
    """A randomised signature r ‖ s over a digest e; the secret is in range."""
    (r, s), _ = _read_integers(gmssl_pyx.sm2_sign_sm3_digest(secret, hashed))
    return r + s


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether this signature holds; False on any malformed bytes."""
    return curve.is_on_curve(public) and verify_digest(
        public, curve.message_digest(public, message), signature
    )


def verify_digest(public: bytes, hashed: bytes, signature: bytes) -> bool:
    """GB/T 32918.2 §7.1 over a digest e; `public` is on the curve."""
    if len(signature) != curve.SIGNATURE_SIZE:
        return False
    r, s = curve.point_of(signature)
    if not (0 < r < curve.N and 0 < s < curve.N) or r + s == curve.N:
        return False
    if not gmssl_pyx.sm2_verify_sm3_digest(public, hashed, der_of(signature)):
        return False
    # GmSSL 3.2 reads the x of infinity as 0 and so accepts r = e there; a signer can
    # make such a signature on purpose, and nodes would disagree about it.
    if (r - int.from_bytes(hashed, "big")) % curve.N == 0:
        return _reaches_a_point(public, r, s)
    return True


def _reaches_a_point(public: bytes, r: int, s: int) -> bool:
    """Whether s·G + (r + s)·P is not infinity: slow, for the one suspicious case."""
    signer = curve.multiply(r + s, curve.point_of(public))
    return curve.add(curve.multiply(s, curve.G), signer) is not None


def wrap(public: bytes, key: bytes) -> bytes:
    """Encrypt a 32-byte key to a point (GB/T 32918.4 §6): C1 ‖ C3 ‖ C2."""
    (x, y), rest = _read_integers(gmssl_pyx.sm2_encrypt(public, key))
    return x + y + rest[2:34] + rest[36:68]


def unwrap(secret: bytes, wrapped: bytes) -> bytes | None:
    """The key that `wrap` encrypted (GB/T 32918.4 §7), or None if it does not open."""
    if len(wrapped) != WRAPPED_SIZE or not curve.is_on_curve(wrapped[:64]):
        return None
    strings = b"\x04\x20" + wrapped[64:96] + b"\x04\x20" + wrapped[96:]
    try:
        key: bytes = gmssl_pyx.sm2_decrypt(
            secret, _sequence(_integers(wrapped[:64]) + strings)
        )
    except gmssl_pyx.GmsslInnerError:
        return None
    return key


def der_of(signature: bytes) -> bytes:
    """r ‖ s (64 bytes, any values) as an SM2Signature in DER."""
    return _sequence(_integers(signature))


def _sequence(body: bytes) -> bytes:
    length = bytes((len(body),)) if len(body) < 0x80 else bytes((0x81, len(body)))
    return b"\x30" + length + body


def _integers(pair: bytes) -> bytes:
    """Two 32-byte numbers as DER INTEGERs: shortest form, a zero before a high bit."""
    encoded = b""
    for half in (pair[:32], pair[32:]):
        magnitude = half.lstrip(b"\x00") or b"\x00"
        if magnitude[0] & 0x80:
            magnitude = b"\x00" + magnitude
        encoded += bytes((0x02, len(magnitude))) + magnitude
    return encoded


def _read_integers(der: bytes) -> tuple[tuple[bytes, bytes], bytes]:
    """The two INTEGERs that open a SEQUENCE, 32 bytes each, and what follows them."""
    rest, found = der[2 if der[1] < 0x80 else 3 :], []
    for _ in range(2):
        size = rest[1]
        found.append(rest[2 : 2 + size].lstrip(b"\x00").rjust(32, b"\x00"))
        rest = rest[2 + size :]
    return (found[0], found[1]), rest
