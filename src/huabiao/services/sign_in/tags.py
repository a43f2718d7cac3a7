"""
Tags: what the chain knows a login by.

    tag = HMAC(key, kind ‖ 0 ‖ part ‖ 0 ‖ …)      RFC 2104; SHA-256, SM3 with suite sm

The key is HKDF of the node's sign-in key file and never leaves it: who reads the chain
can neither tell whose login a tag is nor try subjects out, and two cities know the same
person by different tags (as OpenID Connect Core 1.0 §8.1, pairwise identifiers).
"""

from cryptography.hazmat.primitives.hmac import HMAC

from huabiao.client.derived_keys import derive, hash_of
from huabiao.crypto.keys import Keys

DOMAIN = b"huabiao sign-in tag"
PROVIDER, OWN, PLACE = "provider", "own", "place"


class Tags:
    """Makes the tags of one node."""

    def __init__(self, keys: Keys) -> None:
        self._key, self._hash = derive(keys, DOMAIN), hash_of(keys.suite.name)

    def subject(self, issuer: str, subject: str) -> str:
        """The tag of a provider's subject, in hexadecimal."""
        return self._tag(PROVIDER, issuer, subject)

    def enrolment(self, id_: str) -> str:
        """The tag of an account of the node's own: another one when enrolled again."""
        return self._tag(OWN, id_)

    def place(self, organisation: str, name: str) -> str:
        """Under which name an account of the node's own is kept."""
        return self._tag(PLACE, organisation, name)

    def _tag(self, *parts: str) -> str:
        if any("\x00" in part for part in parts):
            raise ValueError("含有零字符。 There is a NUL in it.")
        made = HMAC(self._key, self._hash())
        made.update("\x00".join(parts).encode())
        return made.finalize().hex()
