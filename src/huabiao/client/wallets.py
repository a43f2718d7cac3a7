"""
Wallets: the identities that live in a home folder, opened with its passphrase.

    HOME/wallets/NAME.json         key files (huabiao.crypto.keystore)
    HOME/wallets/SUITE/NAME.json   the identity's key of a suite that the chain goes to
    HOME/passphrase                opens them (0600); HUABIAO_PASSPHRASE stands in, or
                                   the operating system's keyring (passphrase.keyring)
"""

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

from huabiao.crypto import keystore
from huabiao.crypto.address import address
from huabiao.crypto.keys import Keys
from huabiao.crypto.stores import os_keyring
from huabiao.crypto.suite import suite
from huabiao.durable import sync_folder, write_new

_NAME = re.compile(r"[^\s/\\.][^/\\\x00-\x1f]{0,63}")


class NoSuchIdentity(LookupError):
    """The home holds no such identity; the sentence says how to make it."""


def passphrase(home: Path) -> str:
    """The passphrase of a home's key files; made at first use."""
    given = os.environ.get("HUABIAO_PASSPHRASE")
    if given:
        return given
    if (home / os_keyring.MARK).exists():
        return os_keyring.read(home)
    path = home / "passphrase"
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):  # another process made it at the same moment
            write_new(path, secrets.token_urlsafe(24).encode())
    return path.read_text().strip()


def wallet_path(home: Path, name: str) -> Path:
    """Where an identity's key file lies; ValueError for a name that cannot be one."""
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"身份名“{name[:40]}”不可用：不能含斜杠、控制字符，不能以点开头。"
            f" {name[:40]!r} cannot name an identity: no slash, no leading dot."
        )
    return home / "wallets" / f"{name}.json"


def create(
    home: Path, name: str, suite_name: str, founding: str = "",
    days: int = keystore.LIFETIME_DAYS,
) -> Keys:  # fmt: skip
    """
    A new identity; keystore.BadKeyFile if there is one of this name.

    `founding` is the suite of the chain's genesis, where it has another one by now.
    """
    digest = suite(founding or suite_name).digest
    return keystore.create(
        wallet_path(home, name), suite_name, name, passphrase(home), days,
        lambda public: address(digest, public),
    )  # fmt: skip


def later_path(home: Path, name: str, suite_name: str) -> Path:
    """Where an identity's key of another suite lies."""
    path = wallet_path(home, name)
    return path.parent / suite_name / path.name


def create_later(home: Path, keys: Keys, suite_name: str) -> Keys:
    """A key of another suite for the same account; the same one when asked again."""
    path, secret = later_path(home, keys.name, suite_name), passphrase(home)
    if path.exists():
        return keystore.load(path, secret)
    return keystore.create(
        path, suite_name, keys.name, secret, account_of=lambda public: keys.account
    )


def create_for(home: Path, name: str, suite_name: str, account: bytes) -> Keys:
    """
    A key for an account whose others are lost, as an identity of this name; the same
    one when asked again. ValueError where the name is another account's.
    """
    path, secret = wallet_path(home, name), passphrase(home)
    if not path.exists():
        return keystore.create(
            path, suite_name, name, secret, account_of=lambda public: account
        )
    keys = keystore.load(path, secret)
    if keys.account != account or keys.suite.name != suite_name:
        raise ValueError(
            f"身份“{name}”已属另一账户，请换一个名称。"
            f" The identity {name!r} is another account's: choose another name."
        )
    return keys


def open_identity(
    home: Path, name: str, suite_name: str, make: bool = False, founding: str = ""
) -> Keys:
    """An identity of this home; with `make` it is created at first use, as `create`."""
    path = wallet_path(home, name)
    if not path.exists():
        if make:
            return create(home, name, suite_name, founding)
        known = "、".join(names(home)) or "—"
        raise NoSuchIdentity(
            f"没有身份“{name}”，已有：{known}。先运行 huabiao key new {name}。"
            f" There is no identity {name!r}; make it with: huabiao key new {name}."
        )
    keys = keystore.load(path, passphrase(home))
    if keys.suite.name != suite_name:
        later = later_path(home, name, suite_name)
        if later.exists():
            return keystore.load(later, passphrase(home))
        raise NoSuchIdentity(
            f"身份“{name}”属于套件 {keys.suite.name}，此链使用 {suite_name}；"
            "请另建身份（更替套件前应运行 huabiao key join）。"
            f" The identity {name!r} is of the suite {keys.suite.name}, the chain uses"
            f" {suite_name}: make another (before a change of suite: huabiao key join)."
        )
    return keys


def key_path(home: Path, name: str, suite_name: str) -> Path:
    """Where the key lies by which an identity signs on a chain of this suite."""
    path = wallet_path(home, name)
    if keystore.stated_suite(path) == suite_name:
        return path
    return later_path(home, name, suite_name)


def renew(path: Path, secret: str, days: int) -> tuple[Keys, Keys]:
    """
    The key in a file, and the one that is to take its place: made beside it, and found
    again there if a rotation was interrupted.
    """
    old, following = keystore.load(path, secret), _following(path)
    if following.exists():
        return old, keystore.load(following, secret)
    return old, keystore.renew_signing(following, old, secret, days)


def put_in_place(path: Path) -> None:
    """The new key is the identity's from now on; the old one is gone."""
    os.replace(_following(path), path)
    sync_folder(path.parent)


def _following(path: Path) -> Path:
    return path.with_name(f".{path.stem}.following.json")


def names(home: Path) -> list[str]:
    """The identities of this home, sorted."""
    return sorted(path.stem for path in (home / "wallets").glob("[!.]*.json"))
