"""
Keys that a home needs beside its identities', each drawn from a key file of its own.

A key file (huabiao.crypto.keystore) is opened by a passphrase; the key is HKDF (RFC
5869) of its secret, for one use: SHA-256, on a chain of national cryptography SM3. So
whatever such a key seals is as safe as the home's key files.
"""

from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from huabiao.client.wallets import passphrase
from huabiao.crypto import keystore
from huabiao.crypto.keys import Keys

KEY_BYTES = 32
HASHES: dict[str, type[hashes.HashAlgorithm]] = {"sm": hashes.SM3}


def hash_of(suite_name: str) -> type[hashes.HashAlgorithm]:
    """The hash under HMAC and HKDF on a chain of a suite."""
    return HASHES.get(suite_name, hashes.SHA256)


def own_keys(home: Path, path: Path, suite_name: str, name: str) -> Keys:
    """The keys of a file of this home; made at first use."""
    if not path.exists():
        try:
            return keystore.create(path, suite_name, name, passphrase(home))
        except keystore.BadKeyFile:
            if not path.exists():
                raise  # else another process made it at the same moment
    return keystore.load(path, passphrase(home))


def derive(keys: Keys, use: bytes, size: int = KEY_BYTES, salt: bytes = b"") -> bytes:
    """A key of so many bytes for one use, from an opened file."""
    hashed = hash_of(keys.suite.name)()
    return HKDF(hashed, size, salt or None, use).derive(keys.secret)
