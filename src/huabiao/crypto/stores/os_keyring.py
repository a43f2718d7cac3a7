"""
The operating system's keyring, which keeps the passphrase of a home's key files.

    HOME/passphrase.keyring    {"service": …, "entry": …}: where it is

Key files stay encrypted files; what opens them lies with the Secret Service, the macOS
Keychain or the Windows Credential Locker, and opens with the user's session. Whoever
copies the folder, or the disk, has ciphertext alone. Library: keyring (PyPI).
"""

import contextlib
import json
import secrets
from pathlib import Path
from types import ModuleType

from huabiao.crypto.stores.signing import StoreFailed
from huabiao.durable import write_whole

MARK = "passphrase.keyring"
SERVICE = "huabiao"


def keep(home: Path, passphrase: str) -> str:
    """
    Give the passphrase to the keyring, read it back, then remove the file that held it.
    Returns the entry's name; StoreFailed where there is no keyring.
    """
    library = _library()
    entry = f"{home.resolve().name}-{secrets.token_hex(4)}"
    try:
        library.set_password(SERVICE, entry, passphrase)
        kept = library.get_password(SERVICE, entry)
    except library.errors.KeyringError as error:
        raise _failed(str(error)) from None
    if kept != passphrase:
        raise _failed("it does not give back what it was given")
    mark = home / MARK
    noted = json.dumps({"service": SERVICE, "entry": entry})
    write_whole(mark, f"{noted}\n".encode())
    with contextlib.suppress(FileNotFoundError):
        (home / "passphrase").unlink()
    return entry


def read(home: Path) -> str:
    """The passphrase of a home; StoreFailed where the keyring does not give it."""
    library = _library()
    try:
        named = json.loads((home / MARK).read_text("utf-8"))
        found: str | None = library.get_password(named["service"], named["entry"])
    except (ValueError, KeyError, TypeError) as error:
        raise _failed(f"{home / MARK}: {error}") from None
    except library.errors.KeyringError as error:
        raise _failed(str(error)) from None
    if not found:
        raise _failed(f"no entry {named['entry']}")
    return found


def _library() -> ModuleType:
    try:
        import keyring
        import keyring.errors
    except ImportError:
        raise StoreFailed(
            "未安装系统密钥环支持：pip install 'huabiao[keyring]'。"
            " The keyring is not installed: pip install 'huabiao[keyring]'."
        ) from None
    return keyring


def _failed(why: str) -> StoreFailed:
    return StoreFailed(
        f"系统密钥环不可用（{why}）；请先登录并解锁，服务器上可用 HUABIAO_PASSPHRASE。"
        f" The system's keyring cannot be used ({why}): sign in and unlock it; on a"
        " server set HUABIAO_PASSPHRASE."
    )
