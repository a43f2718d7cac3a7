"""
The SM2 curve: parameters, points in plain integers, and what a signature is made over.

Curve y² = x³ + ax + b over GF(P), GB/T 32918.5-2017 §2; digest e = SM3(Z_A ‖ M) with
Z_A from GB/T 32918.2-2016 §5.5. Points here are affine integer pairs or None for
infinity; public keys are x ‖ y, 64 bytes, big endian; signatures r ‖ s, 64 bytes.

The arithmetic is not constant time: it derives demo keys and checks public points, and
real keys are generated and used by GmSSL.
"""

from functools import lru_cache

from gmssl_pyx import sm3_hash

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)

PUBLIC_SIZE = SIGNATURE_SIZE = 64
IDENTITY = b"1234567812345678"

Point = tuple[int, int]


def _be(value: int) -> bytes:
    return value.to_bytes(32, "big")


def identity_prefix(identity: bytes) -> bytes:
    """ENTL ‖ ID ‖ a ‖ b ‖ xG ‖ yG: the part of Z_A that all signers share."""
    bits = len(identity) * 8
    return bits.to_bytes(2, "big") + identity + b"".join(map(_be, (A, B, *G)))


_DEFAULT_PREFIX = identity_prefix(IDENTITY)


@lru_cache(maxsize=4096)
def signer_digest(public: bytes) -> bytes:
    """Z_A of a signer under the default identity 1234567812345678."""
    digest: bytes = sm3_hash(_DEFAULT_PREFIX + public)
    return digest


def message_digest(public: bytes, message: bytes) -> bytes:
    """e = SM3(Z_A ‖ M): the 32 bytes that the signature is over."""
    digest: bytes = sm3_hash(signer_digest(public) + message)
    return digest


def is_on_curve(public: bytes) -> bool:
    """Whether x ‖ y is a point: 64 bytes, coordinates below P, equation satisfied."""
    if len(public) != PUBLIC_SIZE:
        return False
    x, y = point_of(public)
    return x < P and y < P and (y * y - (x * x + A) * x - B) % P == 0


def point_of(public: bytes) -> Point:
    """Split x ‖ y; the caller has checked the length."""
    return int.from_bytes(public[:32], "big"), int.from_bytes(public[32:], "big")


def public_of(point: Point) -> bytes:
    """Join a point to x ‖ y."""
    return _be(point[0]) + _be(point[1])


def add(left: Point | None, right: Point | None) -> Point | None:
    """The sum of two points, either of which may be infinity (None)."""
    if left is None or right is None:
        return right if left is None else left
    (x1, y1), (x2, y2) = left, right
    if x1 == x2:
        if (y1 + y2) % P == 0:
            return None
        slope = (3 * x1 * x1 + A) * pow(2 * y1, -1, P) % P
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, P) % P
    x3 = (slope * slope - x1 - x2) % P
    return x3, (slope * (x1 - x3) - y1) % P


def multiply(scalar: int, point: Point | None) -> Point | None:
    """scalar · point by double-and-add, about 10 ms."""
    total = None
    for bit in bin(scalar % N)[2:]:
        total = add(total, total)
        if bit == "1":
            total = add(total, point)
    return total
