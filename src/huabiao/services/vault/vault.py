"""
The vault of one node: keep a value, open it, destroy it.

    HOME/vault/key.json   the vault's identity and master key, opened by the passphrase
    HOME/vault/next.json  the next master key, while `rotating` wraps keys anew
    HOME/vault/keys/      wrapped data keys
    HOME/vault/objects/   sealed values, where no other storage is named

1. A value is kept before the envelope that carries its commitment is sent: the key
   first, then the object. If the chain refuses the envelope, both are destroyed.
2. Opening unwraps the key, opens the object and checks the value's commitment.
3. Destroying ends the key first; the object without it is only bytes.

Who may have a value opened is asked by the doors; the vault knows no roles.
"""

import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from huabiao.client.wallets import passphrase
from huabiao.crypto import keystore
from huabiao.crypto.keys import Keys
from huabiao.crypto.suite import SEALING_KEY_SIZE
from huabiao.services.vault.data_keys import DataKeys
from huabiao.services.vault.sealing import (
    Damaged,
    Missing,
    Place,
    commitment_of,
    open_value,
    seal_value,
    unwrap_key,
    wrap_key,
)
from huabiao.services.vault.storage import Storage, open_storage
from huabiao.services.vault.succession import SigningKeys

LARGEST_VALUE = 65_536
IDENTITY, RESTORED = "vault", "restored"


class KeptBusy(Exception):
    """The same value is being kept at this moment by another request."""

    def __init__(self) -> None:
        super().__init__(
            "同一份数据正在提交，请等它完成。"
            " The same value is being sent already; wait until that is done."
        )


class Vault:
    """Sealed values, their keys, and the identity that signs for them. Thread safe."""

    def __init__(
        self,
        master: Keys,
        keys: DataKeys,
        objects: Storage,
        signing: SigningKeys,
        retiring: Keys | None = None,
        restored: Path | None = None,
    ) -> None:
        self.master, self.retiring, self.signing = master, retiring, signing
        self._keys, self._objects, self._restored = keys, objects, restored
        self._lock = threading.Lock()
        self._claimed: set[bytes] = set()

    @property
    def account(self) -> bytes:
        """The account by which the chain knows this vault."""
        return self.master.account

    @contextmanager
    def claim(self, places: Sequence[Place]) -> Iterator[None]:
        """Hold these commitments while one envelope is under way; KeptBusy if held."""
        names = {place.commitment for place in places}
        with self._lock:
            if self._claimed & names:
                raise KeptBusy
            self._claimed |= names
        try:
            yield
        finally:
            with self._lock:
                self._claimed -= names

    def keep(self, place: Place, salt: bytes, encoded: bytes) -> bool:
        """
        Seal and store one opening; False if it is kept already.

        `encoded` is the value's canonical encoding; ValueError if it is too long or is
        not what the commitment says.
        """
        suite = self.master.suite
        if len(encoded) > LARGEST_VALUE:
            raise ValueError(
                f"值超过 {LARGEST_VALUE} 字节。 A value of over {LARGEST_VALUE} bytes."
            )
        if commitment_of(suite, salt, encoded) != place.commitment:
            raise ValueError(
                "盐和值与信封中的承诺不符。"
                " Salt and value do not give the commitment in the envelope."
            )
        with suppress(Missing, Damaged):
            self.open(place)
            return False
        data_key = secrets.token_bytes(SEALING_KEY_SIZE)
        sealed = seal_value(suite, data_key, place, salt, encoded)
        self._keys.put(place.name, wrap_key(self.master, data_key, place))
        try:
            self._objects.put(place.name, sealed)
        except Exception:
            self._keys.destroy(place.name)
            raise
        return True

    def open(self, place: Place) -> bytes:
        """The encoded value; Missing if it was erased, Damaged if it was altered."""
        wrapped = self._keys.get(place.name)
        sealed = None if wrapped is None else self._objects.get(place.name)
        if wrapped is None or sealed is None:
            raise Missing
        data_key = self._unwrap(wrapped, place)
        return open_value(self.master.suite, data_key, place, sealed)

    def _unwrap(self, wrapped: bytes, place: Place) -> bytes:
        """A data key, under the master key or the one that a rotation is retiring."""
        if self.retiring is not None:
            with suppress(Damaged):
                return unwrap_key(self.retiring, wrapped, place)
        return unwrap_key(self.master, wrapped, place)

    def wrap_anew(self, place: Place) -> bool:
        """Wrap one key under the newest master key; False if it does not open."""
        wrapped = self._keys.get(place.name)
        if wrapped is None:
            return True
        with suppress(Damaged):
            unwrap_key(self.master, wrapped, place)
            return True
        try:
            data_key = self._unwrap(wrapped, place)
        except Damaged:
            return False
        self._keys.put(place.name, wrap_key(self.master, data_key, place))
        return True

    def names(self) -> list[str]:
        """The commitments of everything that is kept."""
        return self._keys.names()

    def destroy(self, name: str) -> None:
        """Erase for good: the key first, then the object. Safe to repeat."""
        self._keys.destroy(name)
        self._objects.delete(name)

    def restored_at(self) -> int | None:
        """When this vault came out of a backup (UTC milliseconds), while that matters:
        the file holds nothing but the time."""
        if self._restored is None or not self._restored.exists():
            return None
        return int(self._restored.read_text())

    def forget_restore(self) -> None:
        if self._restored is not None:
            self._restored.unlink(missing_ok=True)

    def older_than(self, instant_ms: int) -> list[str]:
        """Names of what was kept before an instant (UTC milliseconds)."""
        return list(self._keys.older_than(instant_ms))


def open_vault(home: Path, suite_name: str, address: str | None = None) -> Vault:
    """The vault of a home, made at first use; see `open_storage` for the address."""
    folder = home / "vault"
    path, following = folder / "key.json", folder / "next.json"
    if path.exists():
        master = keystore.load(path, passphrase(home))
    else:
        master = keystore.create(path, suite_name, IDENTITY, passphrase(home))
    retiring = None
    if following.exists():  # a rotation was broken off: both keys open, one wraps
        master, retiring = keystore.load(following, passphrase(home)), master
    objects = open_storage(address, folder / "objects")
    signing = SigningKeys(home, master)
    keys, restored = DataKeys(folder / "keys"), folder / RESTORED
    return Vault(master, keys, objects, signing, retiring, restored)
