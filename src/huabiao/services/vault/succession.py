"""
A vault's signature after a change of suite: nobody has to remember it.

The master key seals, and it signs what the chain must know (an erasure is done). When
another suite is announced, the vault makes a signing key of it, which joins the vault's
account by `identity.add_key`; the master key goes on sealing.

    HOME/vault/signing/SUITE.json
"""

import asyncio
import logging
from pathlib import Path

from huabiao.client.port import Port
from huabiao.client.signing import call, sign_envelope
from huabiao.client.wallets import passphrase
from huabiao.codec import decode
from huabiao.crypto import keystore
from huabiao.crypto.address import DOMAIN, address
from huabiao.crypto.keys import Keys

log = logging.getLogger("huabiao.vault")


class SigningKeys:
    """The keys that sign for one vault, by suite."""

    def __init__(self, home: Path, master: Keys) -> None:
        self._home, self._folder = home, home / "vault" / "signing"
        self.master = master
        self._by_suite = {master.suite.name: master}
        for path in sorted(self._folder.glob("*.json")):
            keys = keystore.load(path, passphrase(home))
            self._by_suite[keys.suite.name] = keys

    def of(self, suite_name: str) -> Keys:
        """The key of a suite; the master key where there is none."""
        return self._by_suite.get(suite_name, self.master)

    def join_coming(self, port: Port) -> bool:
        """Register a key of the suite that was announced; True when one was added."""
        stored = port.read("suites/coming")
        suite_name = "" if stored is None else str(decode(stored)[0])
        signer = self.of(port.suite_name)
        if not suite_name or suite_name in (port.suite_name, *self._joined(port)):
            return False
        keys = self._by_suite.get(suite_name) or self._make(suite_name)
        proof = keys.sign(DOMAIN + self.master.account)
        added = call("identity", "add_key", public=keys.public, proof=proof)
        envelope = sign_envelope(port.chain, signer, [added])
        (outcome,) = asyncio.run(port.submit([envelope]))
        if not outcome.accepted:
            log.warning("key of %s not registered: %s", suite_name, outcome.code)
        return outcome.accepted

    def _make(self, suite_name: str) -> Keys:
        account = self.master.account
        made = keystore.create(
            self._folder / f"{suite_name}.json", suite_name, self.master.name,
            passphrase(self._home), account_of=lambda public: account,
        )  # fmt: skip
        self._by_suite[suite_name] = made
        return made

    def _joined(self, port: Port) -> list[str]:
        """Suites whose key the chain knows."""
        return [
            name
            for name, keys in self._by_suite.items()
            if keys is not self.master
            and port.read(f"identity/keys/{_derived(port, keys)}") is not None
        ]


def _derived(port: Port, keys: Keys) -> str:
    return address(port.digest, keys.public).hex()
