"""
Ed25519 as libsodium checks it: for the whole network, it decides.

Verifiers differ at the edges (small-order keys, points with another encoding, what is
left in a subgroup of eight), so that one of them must.
"""

from nacl.bindings import crypto_sign_open
from nacl.exceptions import CryptoError

PUBLIC_SIZE, SIGNATURE_SIZE = 32, 64


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether libsodium accepts this signature; False on any malformed bytes."""
    # crypto_sign_open reads signature || message: unchecked, a longer "signature" would
    # slide into the message.
    if len(public) != PUBLIC_SIZE or len(signature) != SIGNATURE_SIZE:
        return False
    try:
        crypto_sign_open(signature + message, public)
    except CryptoError:
        return False
    return True
