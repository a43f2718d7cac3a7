"""The one interface of every key store, and what is said when a store fails."""

from typing import Protocol


class Signing(Protocol):
    """A signing key, wherever it lives; `huabiao.crypto.keys.Keys` is one."""

    @property
    def name(self) -> str:
        """What the store calls it."""

    @property
    def suite_name(self) -> str:
        """ "intl" or "sm"."""

    @property
    def public(self) -> bytes:
        """The public key, raw, in the suite's own form."""

    @property
    def ends(self) -> str:
        """The last day it is meant for, as 2027-11-25; empty if none is stated."""

    def sign(self, message: bytes) -> bytes:
        """The suite's signature; StoreFailed where the store does not give one."""


class StoreFailed(ValueError):
    """A store that cannot be opened or does not sign; the sentence says what to do."""


class StoreAway(StoreFailed):
    """The store does not answer at present; the same question may be asked again."""


class SigningRefused(StoreFailed):
    """The signer read what it was to sign, and will not sign it."""
