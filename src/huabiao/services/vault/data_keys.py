"""
The wrapped data key of each object, one small file each, on this machine's own disk.

    FOLDER/ab/abcd…   the key, wrapped by the vault's master key

They lie apart from the objects, which may be anywhere: destroying this file is what
erases. It is overwritten with zeros, flushed, and only then removed. A disk that
writes elsewhere than it is told (flash, copy-on-write file systems) may keep the old
block; without the master key that block says nothing either (docs/privacy.md).
"""

import os
from collections.abc import Iterator
from pathlib import Path

from huabiao.durable import sync_folder
from huabiao.services.vault.storage import write_in_folder

LARGEST_WRAPPED = 4_096


class DataKeys:
    """Wrapped keys by the name of their object."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def path(self, name: str) -> Path:
        return self.folder / name[:2] / name

    def put(self, name: str, wrapped: bytes) -> None:
        """Store durably."""
        write_in_folder(self.path(name), wrapped)

    def get(self, name: str) -> bytes | None:
        """The wrapped key, or None: never made, or destroyed."""
        try:
            with self.path(name).open("rb") as file:
                return file.read(LARGEST_WRAPPED)
        except FileNotFoundError:
            return None

    def destroy(self, name: str) -> None:
        """Overwrite, flush, remove, flush; nothing happens if it is not there."""
        erase_file(self.path(name))

    def names(self) -> list[str]:
        """The names of all keys, in order."""
        return sorted(path.name for path in self.folder.glob("??/[0-9a-f]*"))

    def older_than(self, instant_ms: int) -> Iterator[str]:
        """Names of keys that were written before an instant (UTC milliseconds)."""
        for path in self.folder.glob("??/[0-9a-f]*"):
            if path.stat().st_mtime_ns < instant_ms * 1_000_000:
                yield path.name


def erase_file(path: Path) -> None:
    """Overwrite, flush, remove, flush; nothing happens if it is not there."""
    try:
        handle = os.open(path, os.O_WRONLY)
    except FileNotFoundError:
        return
    try:
        os.pwrite(handle, bytes(os.fstat(handle).st_size), 0)
        os.fsync(handle)
    finally:
        os.close(handle)
    path.unlink(missing_ok=True)
    sync_folder(path.parent)
