"""
Signing in to the doors by another way than a signed challenge. In reading order:

- `ways`       which ways are open at a node: its address, providers, the credential
- `tags`       what the chain knows a login by, and nobody else
- `flows`      one browser's way to a provider and back: state, nonce, PKCE
- `providers`  OpenID Connect: the request, the token, what is demanded of it
- `accounts`   accounts of the node's own: a passphrase and a code from a telephone
- `passkeys`   a key in a telephone or security key, added once signed in by a code
- `badges`     a credential from a wallet, for the account that it is about

Whom a login reads for is for the chain to say (the contract `staff`); signing in gives
no right to act.
"""

import time
from functools import cached_property
from pathlib import Path
from threading import BoundedSemaphore

from huabiao.client.derived_keys import own_keys
from huabiao.crypto.keys import Keys
from huabiao.services.credentials.strict_json import Object
from huabiao.services.sign_in.accounts import Accounts
from huabiao.services.sign_in.flows import Flows
from huabiao.services.sign_in.passkeys import Passkeys, is_installed, relying_party
from huabiao.services.sign_in.providers import metadata_of
from huabiao.services.sign_in.tags import Tags
from huabiao.services.sign_in.ways import Provider, Settings, Ways

FOLDER, IDENTITY = "sign_in", "sign-in"
FRESH_S, MOST_ASKING = 60.0, 4
"""How long a provider's metadata is believed; how many ask providers at once."""


class SignIn:
    """The ways of one node. Its key file is made when the first way is used."""

    def __init__(self, home: Path, suite_name: str) -> None:
        self._home, self._suite_name = home, suite_name
        self.folder = home / FOLDER
        self.flows = Flows()
        self.asking = BoundedSemaphore(MOST_ASKING)
        self._known: dict[str, tuple[float, Object]] = {}

    @cached_property
    def keys(self) -> Keys:
        path = self.folder / "key.json"
        return own_keys(self._home, path, self._suite_name, IDENTITY)

    @property
    def ways(self) -> Ways:
        return Ways(self.folder, lambda: self.keys)

    @cached_property
    def tags(self) -> Tags:
        return Tags(self.keys)

    @cached_property
    def accounts(self) -> Accounts:
        return Accounts(self.folder, self.keys, self.tags)

    @cached_property
    def passkeys(self) -> Passkeys:
        return Passkeys(self.folder)

    @property
    def takes_passkeys(self) -> bool:
        """Whether the door has a name that passkeys can be bound to, and the extra is
        installed."""
        return is_installed() and bool(relying_party(self.ways.read().door))

    def metadata(self, provider: Provider) -> Object:
        """What a provider says of itself, not older than a minute; NotSignedIn."""
        known = self._known.get(provider.issuer)
        if known is None or time.monotonic() - known[0] > FRESH_S:
            known = time.monotonic(), metadata_of(provider)
            self._known[provider.issuer] = known
        return known[1]

    @property
    def has_accounts(self) -> bool:
        """Whether anybody was enrolled with a passphrase and a code."""
        return (self.folder / "accounts").exists()

    def close(self) -> None:
        if "accounts" in self.__dict__:
            self.accounts.close()
        if "passkeys" in self.__dict__:
            self.passkeys.close()


def open_sign_in(home: Path, suite_name: str) -> SignIn:
    return SignIn(home, suite_name)


__all__ = [
    "Accounts",
    "Flows",
    "Provider",
    "Settings",
    "SignIn",
    "Tags",
    "Ways",
    "open_sign_in",
]
