"""
One person, one subject; to each relying party another name (pairwise identifiers).

    tag         HMAC-SHA256(K1, identity number)        on the chain: one number, one
    identifier  HMAC-SHA256(K2, tag ‖ party's account)  for that party and the person
    K1, K2      HKDF-SHA256 (RFC 5869) of the bureau's key, a file that never leaves it

Without the key a tag can be neither made from a number nor tried out, although there
are few numbers; and two parties cannot find out from what they were told that it is one
person. As OpenID Connect Core 1.0 §8.1, pairwise subject identifiers; HMAC: RFC 2104.
"""

import hmac
import secrets
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from huabiao.durable import write_new
from huabiao.services.identity_numbers import is_valid

KEY_SIZE, FILE = 32, "pairwise.key"


class Pairwise:
    """The bureau's key in a home, made when the bureau enrols its first person."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    @property
    def exists(self) -> bool:
        """Whether this home is the bureau's."""
        return self._path.exists()

    def tag(self, number: str) -> bytes:
        """The tag of an identity number; ValueError if it is none (GB 11643)."""
        number = number.strip().upper()
        if not is_valid(number):
            raise ValueError(
                "不是有效的公民身份号码（GB 11643），请核对。"
                " This is no valid identity number (GB 11643): check it."
            )
        return hmac.digest(self._derived(b"huabiao tag"), number.encode(), "sha256")

    def identifier(self, tag: bytes, party: bytes) -> bytes:
        """What a relying party (an account) knows the person behind a tag by."""
        key = self._derived(b"huabiao pairwise")
        return hmac.digest(key, tag + party, "sha256")

    def _derived(self, use: bytes) -> bytes:
        return HKDFExpand(SHA256(), KEY_SIZE, use).derive(self._key())

    def _key(self) -> bytes:
        if not self._path.exists():
            with suppress(FileExistsError):  # whoever comes second uses the first's
                write_new(self._path, secrets.token_bytes(KEY_SIZE))
        key = self._path.read_bytes()
        if len(key) != KEY_SIZE:
            raise ValueError(
                f"{self._path} 已损坏，请从备份恢复。"
                f" {self._path} is damaged: restore it."
            )
        return key
