"""
Suites, keys and what is signed with them.

- `suite`: what a suite offers, and `suite(name)`.
- `intl`: Ed25519, SHA-256, AES-256-GCM, HPKE.
- `sm`: SM2, SM3, SM4-GCM.
- `sm2_curve`: the curve in plain integers, and what an SM2 signature is made over.
- `address`: the twenty bytes that name an account, and how a person writes them.
- `envelope`: what a client signs and a chain takes.
"""

from huabiao.crypto.suite import SUITES, Item, KeyPair, Suite, Unopenable, suite

__all__ = ["SUITES", "Item", "KeyPair", "Suite", "Unopenable", "suite"]
