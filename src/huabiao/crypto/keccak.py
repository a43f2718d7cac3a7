"""
Keccak-256 as Ethereum uses it: SHA-3 with the padding of the competition's entry.

It is no digest of ours. A chain that reads Ethereum's proofs needs it (decision 0078).
"""

from Crypto.Hash import keccak


def keccak256(message: bytes) -> bytes:
    """32 bytes; the Keccak submission version 3 of 2011, capacity 512, padding 0x01."""
    return keccak.new(digest_bits=256, data=message).digest()
