"""
A home's header keys: member.json and, around a rotation, member-*.json beside it.

In place of such a file a `member*.signer` may stand: one line that names a key which
this process does not hold, in a token or with a signer (huabiao.crypto.stores). A new
file is found while the node runs: no restart is needed to change keys.
"""

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from huabiao.client.wallets import passphrase
from huabiao.crypto.keystore import BadKeyFile
from huabiao.crypto.stores.reference import SUFFIX, open_key, read_reference
from huabiao.crypto.stores.signer_socket import SocketSigner
from huabiao.crypto.stores.signing import Signing, StoreFailed
from huabiao.engines.signers import Certify, HeldKeys, Unsigned
from huabiao.node.key_ends import warning
from huabiao.proofs.header import certified_message
from huabiao.proofs.members import Member

LOOK_AGAIN_S = 5.0
AMONG_OTHERS_S = 0.5
"""How long a vote waits for its signer: the other members go on without it."""


def key_files(folder: Path) -> list[Path]:
    """Files that hold or name a header key of this home."""
    return sorted([*folder.glob("member*.json"), *folder.glob(f"member*{SUFFIX}")])


def open_file(path: Path) -> Signing:
    """The key that a file holds or names; StoreFailed, BadKeyFile or OSError."""
    reference = read_reference(path) if path.suffix == SUFFIX else str(path)
    return open_key(reference, lambda: passphrase(path.parent))


class HeaderKeys(HeldKeys):
    """The keys of a home's member files."""

    def __init__(self, folder: Path, patience: float | None = None) -> None:
        super().__init__({})
        self._folder, self._patience = folder, patience
        self._opened: dict[Path, Signing] = {}
        self._broken: set[Path] = set()
        self._looked = 0.0
        self._open_files()

    def _open_files(self) -> None:
        self._looked = time.monotonic()
        for path in key_files(self._folder):
            if path in self._opened or path in self._broken:
                continue
            # Another file than ours must not stop the node; the doctor tells.
            with contextlib.suppress(BadKeyFile, StoreFailed, OSError):
                key = open_file(path)
                if isinstance(key, SocketSigner) and self._patience is not None:
                    key = replace(key, patience=self._patience)
                self._opened[path] = key
                self.keys[key.public] = _certify(key)
            if path not in self._opened and path.suffix != SUFFIX:
                self._broken.add(path)  # a signer may yet be started, a file is read

    def find(self, members: Sequence[Member]) -> tuple[int, Certify] | None:
        found = super().find(members)
        if found is None and time.monotonic() - self._looked > LOOK_AGAIN_S:
            self._open_files()
            found = super().find(members)
        return found

    def warnings(self) -> Iterator[str]:
        """A sentence for each key in its last thirty days."""
        for path, key in self._opened.items():
            if said := warning(path, key.ends):
                yield said


def _certify(key: Signing) -> Certify:
    """Sign a header with this key; Unsigned where its store does not."""

    def certify(hash_: bytes, header: bytes) -> bytes:
        message = certified_message(hash_)
        try:
            if isinstance(key, SocketSigner):
                return key.sign(message, header)
            return key.sign(message)
        except StoreFailed as error:
            raise Unsigned(str(error)) from error

    return certify
