"""
What a wallet holds: its credentials, sealed at rest (huabiao.client.sealed_folder).
"""

import re
from hashlib import sha256
from pathlib import Path

from huabiao.client.sealed_folder import SealedFolder

MOST = 1_000
_NAME = re.compile(r"[0-9a-f]{16}")


class Holdings:
    """The credentials of one identity of a home."""

    def __init__(self, home: Path, name: str) -> None:
        self._folder = SealedFolder(home, name)

    def keep(self, text: str) -> str:
        """The name that a credential is kept under; ValueError where there are too
        many."""
        name, known = sha256(text.encode()).hexdigest()[:16], self._names()
        if name not in known and len(known) >= MOST:
            raise ValueError(f"凭证已满 {MOST} 份。 There are {MOST} credentials here.")
        self._folder.write(name, text)
        return name

    def all(self) -> dict[str, str]:
        """Every credential by its name, the newest first."""
        return {name: self._folder.read(name) for name in self._names()}

    def _names(self) -> list[str]:
        return [name for name in self._folder.names() if _NAME.fullmatch(name)]

    def drop(self, name: str) -> None:
        """Remove a credential; LookupError where there is none of this name."""
        if name not in self._names():
            raise LookupError(f"没有凭证 {name}。 There is no credential {name}.")
        self._folder.remove(name)
