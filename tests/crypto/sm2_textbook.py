"""GB/T 32918 in plain integers: the third opinion, slow and easy to compare with it."""

from gmssl_pyx import sm3_hash

from huabiao.crypto import sm2_curve as curve


def number(encoded):
    return int.from_bytes(encoded, "big")


def encoded(value):
    return value.to_bytes(32, "big")


def verify_digest(public, hashed, signature):
    """GB/T 32918.2 §7.1, steps B1 to B7, over a digest e."""
    r, s = number(signature[:32]), number(signature[32:])
    if not (1 <= r < curve.N and 1 <= s < curve.N):
        return False
    t = (r + s) % curve.N
    if t == 0:
        return False
    signer = curve.multiply(t, curve.point_of(public))
    point = curve.add(curve.multiply(s, curve.G), signer)
    return point is not None and (number(hashed) + point[0]) % curve.N == r


def abscissa_to_point(start):
    """The first point whose x is `start` or more (p is 3 modulo 4)."""
    for x in range(start, curve.P):
        right = (x**3 + curve.A * x + curve.B) % curve.P
        y = pow(right, (curve.P + 1) // 4, curve.P)
        if y * y % curve.P == right:
            return x, y
    raise AssertionError("no point from here up to p")


def case_for(point, s, t):
    """A public key, a digest and a signature whose check computes exactly `point`."""
    rest = curve.add(point, curve.multiply(curve.N - s, curve.G))
    public = curve.public_of(curve.multiply(pow(t, -1, curve.N), rest))
    r = (t - s) % curve.N
    return public, encoded((r - point[0]) % curve.N), encoded(r) + encoded(s)


def infinity_case(secret, hashed):
    """A signature by `secret` whose check computes infinity, with r = e mod n."""
    e = number(hashed) % curve.N
    t = e * pow(1 + secret, -1, curve.N) % curve.N
    s = -t * secret % curve.N
    return encoded((t - s) % curve.N) + encoded(s)


def unwrap(secret, wrapped):
    """GB/T 32918.4 §7: the plaintext of C1 ‖ C3 ‖ C2 (32 bytes)."""
    c3, c2 = wrapped[64:96], wrapped[96:]
    x, y = curve.multiply(number(secret), curve.point_of(wrapped[:64]))
    shared = encoded(x) + encoded(y)
    stream = sm3_hash(shared + (1).to_bytes(4, "big"))
    key = bytes(a ^ b for a, b in zip(c2, stream, strict=True))
    assert c3 == sm3_hash(encoded(x) + key + encoded(y))
    return key
