"""
The Ed25519 curve: parameters, and points in plain integers (RFC 8032 §5.1).

Curve −x² + y² = 1 + d·x²·y² over GF(2²⁵⁵ − 19); a public key is y in 32 bytes, little
endian, with the lowest bit of x on top. Nothing here is secret and nothing takes
constant time.
"""

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
L = 2**252 + 27742317777372353535851937790883648493
"""The order of the base point."""
SQRT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)

PUBLIC_SIZE, SIGNATURE_SIZE = 32, 64

Point = tuple[int, int]


def point_of(public: bytes) -> Point | None:
    """The point that 32 bytes name (RFC 8032 §5.1.3); None if they name none."""
    number = int.from_bytes(public, "little")
    y, odd = number & (1 << 255) - 1, number >> 255
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * SQRT_OF_MINUS_1 % P
    if y >= P or (x * x - square) % P or (x == 0 and odd):
        return None
    return (P - x if x & 1 != odd else x), y


def public_of(point: Point) -> bytes:
    """The 32 bytes that name a point (RFC 8032 §5.1.2)."""
    x, y = point
    return (y | (x & 1) << 255).to_bytes(32, "little")


def add(left: Point, right: Point) -> Point:
    """The sum of two points; the law is complete (RFC 8032 §5.1.4)."""
    (x1, y1), (x2, y2) = left, right
    product = D * x1 * x2 * y1 * y2
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, P)
    y = (y1 * y2 + x1 * x2) * pow(1 - product, -1, P)
    return x % P, y % P


def negative(point: Point) -> Point:
    """The point that makes the neutral one with this."""
    return P - point[0], point[1]


NEUTRAL: Point = (0, 1)


def multiply(scalar: int, point: Point) -> Point:
    """scalar · point by double-and-add, some 10 ms."""
    total = NEUTRAL
    for bit in bin(scalar)[2:]:
        total = add(total, total)
        if bit == "1":
            total = add(total, point)
    return total


def _base() -> Point:
    point = point_of((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    assert point is not None
    return point


BASE = _base()


def _small_orders() -> frozenset[bytes]:
    """The names of the eight points whose order divides 8."""
    for number in range(2, 100):
        point = point_of(number.to_bytes(32, "little"))
        if point is not None:
            of_eight = multiply(L, point)
            found = {public_of(multiply(times, of_eight)) for times in range(8)}
            if len(found) == 8:
                return frozenset(found)
    raise AssertionError("a point outside the large subgroup is among any few")


SMALL_ORDERS = _small_orders()
