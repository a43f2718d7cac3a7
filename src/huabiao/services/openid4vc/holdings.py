"""
What a wallet holds: one file a credential, for its owner's eyes only.

    HOME/credentials/NAME/DIGEST.vc     0600, in a folder 0700
"""

import os
from hashlib import sha256
from pathlib import Path

MOST = 1_000


class Holdings:
    """The credentials of one identity of a home."""

    def __init__(self, home: Path, name: str) -> None:
        self._folder = home / "credentials" / Path(name).name

    def keep(self, text: str) -> str:
        """The name that a credential is kept under; ValueError where there are too
        many."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = sha256(text.encode()).hexdigest()[:16]
        path = self._folder / f"{name}.vc"
        if not path.exists() and len(self.all()) >= MOST:
            raise ValueError(f"凭证已满 {MOST} 份。 There are {MOST} credentials here.")
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        return name

    def all(self) -> dict[str, str]:
        """Every credential by its name, the newest first."""
        paths = sorted(
            self._folder.glob("*.vc"), key=lambda each: each.stat().st_mtime_ns
        )
        return {each.stem: each.read_text("utf-8") for each in reversed(paths)}

    def drop(self, name: str) -> None:
        """Remove a credential; LookupError where there is none of this name."""
        path = self._folder / f"{Path(name).name}.vc"
        if not path.exists():
            raise LookupError(f"没有凭证 {name}。 There is no credential {name}.")
        path.unlink()
