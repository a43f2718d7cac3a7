"""
Codes: eight digits into a secret, by a key that never leaves this service.

    secret     = HMAC(key, "huabiao licence code" ‖ 0x00 ‖ digits)   RFC 2104
    commitment = the chain's digest of the secret: where the permit stands

There are only 10^8 codes: whoever had the key could try them all, whoever has the chain
alone can try none. The hash is SHA-256, on a chain of national cryptography SM3.

    HOME/codes/key.json   a key file, opened by the passphrase; the key is drawn from
                          its secret by HKDF (RFC 5869). Lost, open codes are void.
"""

import secrets
from pathlib import Path

from cryptography.hazmat.primitives.hmac import HMAC

from huabiao.client.derived_keys import derive, hash_of, own_keys
from huabiao.crypto import suite

DIGITS, IDENTITY = 8, "codes"
DOMAIN = b"huabiao licence code\x00"


class Codes:
    """Makes codes and knows their secrets; keeps none of them."""

    def __init__(self, key: bytes, suite_name: str) -> None:
        self._key, self._digest = key, suite(suite_name).digest
        self._hash = hash_of(suite_name)

    def draw(self) -> str:
        """Eight digits, each equally likely."""
        return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"

    def secret(self, digits: str) -> bytes:
        """What redeems a code; ValueError where these are not eight digits."""
        if len(digits) != DIGITS or not digits.isascii() or not digits.isdigit():
            raise ValueError("授权码为八位数字。 A code has eight digits.")
        made = HMAC(self._key, self._hash())
        made.update(DOMAIN + digits.encode())
        return made.finalize()

    def commitment(self, digits: str) -> str:
        """Under which id the permit of a code stands on the chain."""
        return self._digest(self.secret(digits)).hex()


def open_codes(home: Path, suite_name: str) -> Codes:
    """The codes of a home; the key is made at first use."""
    path = home / "codes" / "key.json"
    return Codes(derive(own_keys(home, path, suite_name, IDENTITY), DOMAIN), suite_name)
