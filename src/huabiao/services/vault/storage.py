"""
Where sealed objects lie: one interface, a folder by default, S3 as an extra.

Names are 64 hexadecimal digits. What is stored is ciphertext under a key that lies
elsewhere (`data_keys`), so that a copy which a storage keeps of a deleted object says
nothing.
"""

from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from huabiao.durable import sync_folder, write_whole

LARGEST_OBJECT = 1 << 20


class StorageFailed(Exception):
    """The storage cannot be reached or written; the sentence says which."""


class Storage(Protocol):
    """Sealed objects by name. Thread safe."""

    def put(self, name: str, content: bytes) -> None:
        """Store durably; a name is replaced at once or not at all."""

    def get(self, name: str) -> bytes | None:
        """The object, or None."""

    def delete(self, name: str) -> None:
        """Remove it; nothing happens if it is not there."""


def open_storage(address: str | None, folder: Path) -> Storage:
    """
    The storage of an address: None is the folder; `s3+https://HOST/BUCKET` is a bucket,
    with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; `s3+http` is for tests.
    """
    if not address:
        return FolderStorage(folder)
    parts = urlsplit(address)
    bucket = parts.path.strip("/")
    if parts.scheme not in ("s3+https", "s3+http") or not parts.netloc or not bucket:
        raise ValueError(
            f"保险库地址“{address[:80]}”须写作 s3+https://主机/存储桶。"
            f" Write the vault's address as s3+https://HOST/BUCKET, not {address[:80]}."
        )
    from huabiao.services.vault.s3 import S3Storage

    return S3Storage(parts.netloc, bucket, secure=parts.scheme == "s3+https")


class FolderStorage:
    """FOLDER/ab/abcd…: one file an object, written beside and then renamed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def path(self, name: str) -> Path:
        """Where an object lies, in one of 256 folders."""
        return self.folder / name[:2] / name

    def put(self, name: str, content: bytes) -> None:
        write_in_folder(self.path(name), content)

    def get(self, name: str) -> bytes | None:
        try:
            with self.path(name).open("rb") as file:
                return file.read(LARGEST_OBJECT)
        except FileNotFoundError:
            return None

    def delete(self, name: str) -> None:
        path = self.path(name)
        try:
            path.unlink()
        except FileNotFoundError:
            return
        sync_folder(path.parent)


def write_in_folder(path: Path, content: bytes) -> None:
    """Write durably; the folder is made, durably too, if it is not there."""
    if not path.parent.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        sync_folder(path.parent.parent)
    write_whole(path, content)
