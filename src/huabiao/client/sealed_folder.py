"""
A wallet's folder: what its owner holds, sealed at rest like the keys.

    HOME/credentials/NAME/key.json      a key file; HKDF of its secret is the key
    HOME/credentials/NAME/FILE.sealed   sealed by it: nonce ‖ ciphertext ‖ tag;
                                        associated data: DOMAIN ‖ NAME ‖ 0 ‖ FILE

So no file opens under another's name, or in another wallet. Whatever an older version
left open there is sealed when the folder is next used, and the open file removed.
"""

from functools import cached_property
from pathlib import Path

from huabiao.client.derived_keys import derive, own_keys
from huabiao.client.wallets import wallet_path
from huabiao.crypto import keystore
from huabiao.crypto.suite import Suite, Unopenable
from huabiao.durable import write_whole

DOMAIN = b"huabiao wallet folder\x00"
SUFFIX, KEY_FILE, LARGEST = ".sealed", "key.json", 1_048_576
FIRST_SUITE = "intl"
"""What seals the folder of a name without a key of its own."""


class SealedFolder:
    """The folder of one identity of a home; names of files are its user's to choose."""

    def __init__(self, home: Path, name: str) -> None:
        self._home, self._name = home, Path(name).name
        self._folder = home / "credentials" / self._name

    @cached_property
    def _sealing(self) -> tuple[Suite, bytes]:
        """The folder's suite and key, made at first use in the identity's suite."""
        chosen = keystore.stated_suite(wallet_path(self._home, self._name))
        path = self._folder / KEY_FILE
        keys = own_keys(self._home, path, chosen or FIRST_SUITE, "credentials")
        return keys.suite, derive(keys, DOMAIN)

    def names(self) -> list[str]:
        """The files that are held, the newest first."""
        self._seal_what_is_open()
        paths = sorted(
            self._folder.glob(f"[!.]*{SUFFIX}"),
            key=lambda each: (each.stat().st_mtime_ns, each.name),
        )
        return [each.name.removesuffix(SUFFIX) for each in reversed(paths)]

    def read(self, file: str) -> str:
        """The text of a file; LookupError where there is none, ValueError where it does
        not open."""
        self._seal_what_is_open()
        try:
            sealed = self._path(file).read_bytes()
        except FileNotFoundError:
            raise LookupError(f"没有 {file}。 There is no {file}.") from None
        try:
            return self._open(file, sealed).decode()
        except Unopenable:
            raise ValueError(
                f"{self._path(file)} 打不开：被改动过，或密钥文件已换。请用备份恢复。"
                f" {self._path(file)} does not open: it was altered, or the key file is"
                " another. Restore a backup."
            ) from None

    def write(self, file: str, text: str) -> None:
        """Seal a text, and keep it under a name in place of what was there."""
        self._seal_what_is_open()
        self._write(file, text.encode(), None)

    def remove(self, file: str) -> None:
        """LookupError where there is no file of this name."""
        self._seal_what_is_open()
        try:
            self._path(file).unlink()
        except FileNotFoundError:
            raise LookupError(f"没有 {file}。 There is no {file}.") from None

    def _path(self, file: str) -> Path:
        return self._folder / f"{Path(file).name}{SUFFIX}"

    def _associated(self, file: str) -> bytes:
        return DOMAIN + self._name.encode() + b"\x00" + Path(file).name.encode()

    def _open(self, file: str, sealed: bytes) -> bytes:
        suite, key = self._sealing
        return suite.open(key, sealed, self._associated(file))

    def _write(self, file: str, text: bytes, at_ns: int | None) -> None:
        """Flushed to the disk under another name, then put in place."""
        if len(text) > LARGEST:
            raise ValueError(f"{file} 过大。 {file} is too large to keep.")
        (suite, key), path = self._sealing, self._path(file)
        write_whole(path, suite.seal(key, text, self._associated(file)), at_ns=at_ns)

    def _seal_what_is_open(self) -> None:
        """Credentials and link secrets as earlier versions left them: in clear."""
        for path in (*self._folder.glob("*.vc"), self._folder / "link-secret"):
            try:
                text, at = path.read_bytes(), path.stat().st_mtime_ns
            except FileNotFoundError:
                continue  # another process sealed it at the same moment
            self._write(path.stem, text, at)
            path.unlink(missing_ok=True)
