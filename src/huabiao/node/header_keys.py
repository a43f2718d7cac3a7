"""
A home's header keys: member.json and, around a rotation, member-*.json beside it.

A new file is found while the node runs: no restart is needed to change keys.
"""

import contextlib
import time
from collections.abc import Sequence
from pathlib import Path

from huabiao.client.wallets import passphrase
from huabiao.crypto import keystore
from huabiao.engines.signers import HeldKeys, Sign
from huabiao.proofs.members import Member

LOOK_AGAIN_S = 5.0


class HeaderKeys(HeldKeys):
    """The keys of a home's member files."""

    def __init__(self, folder: Path) -> None:
        super().__init__({})
        self._folder = folder
        self._files: set[Path] = set()
        self._looked = 0.0
        self._open_files()

    def _open_files(self) -> None:
        self._looked = time.monotonic()
        for path in sorted(self._folder.glob("member*.json")):
            if path not in self._files:
                # Another file than ours must not stop the node; the doctor tells.
                with contextlib.suppress(keystore.BadKeyFile, OSError):
                    keys = keystore.load(path, passphrase(self._folder))
                    self.keys[keys.public] = keys.sign
                self._files.add(path)

    def find(self, members: Sequence[Member]) -> tuple[int, Sign] | None:
        found = super().find(members)
        if found is None and time.monotonic() - self._looked > LOOK_AGAIN_S:
            self._open_files()
            found = super().find(members)
        return found
