"""
Accounts of the node's own, for organisations without a provider: a passphrase that the
person knows, and a code of six digits that their telephone shows (TOTP, RFC 6238).

    HOME/sign_in/accounts/ORGANISATION/PLACE.json   a key file, opened by the person's
                  own passphrase; PLACE is a tag, so no name stands there
    TOTP secret   HKDF of that file's secret, with the node's sign-in key as the salt:
                  20 bytes, stored nowhere

So a copied folder holds no secret that opens without both passphrases. A code is good
once: the step of the last one is kept (RFC 6238 §5.2). Whatever is wrong, the answer
is the same, takes as long, and is counted; five misses lock the account for an hour. A
lost telephone or passphrase is an enrolment anew by the organisation, which gives
another tag and so must be bound on the chain again.
"""

import hmac
import secrets
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from huabiao.client.derived_keys import derive
from huabiao.crypto import keystore
from huabiao.crypto.keys import Keys
from huabiao.services.attempts import Attempts
from huabiao.services.sign_in.tags import Tags

DOMAIN, SALT = b"huabiao sign-in code", b"huabiao sign-in salt"
DIGITS, STEP_S, SECRET_BYTES, DRIFT = 6, 30, 20, 1
SHORTEST, LONGEST, LONGEST_NAME = 12, 200, 60
MOST_ACCOUNTS, MOST_AT_ONCE = 1_000, 2
SCHEMA = "CREATE TABLE IF NOT EXISTS used (login TEXT PRIMARY KEY, step INTEGER)"


class Refused(Exception):
    """Organisation, name, passphrase or code is wrong; nobody is told which."""

    def __init__(self) -> None:
        super().__init__(
            "单位、姓名、口令或动态码不对，或动态码已用过。"
            " The organisation, name, passphrase or code is wrong, or it was used."
        )


class Overloaded(Exception):
    """Too many try at once; each costs memory."""

    def __init__(self) -> None:
        super().__init__("登录过多，请稍后再试。 Too many are signing in: try again.")


@dataclass(frozen=True)
class Enrolled:
    """What the person's telephone takes, and the tag to be bound on the chain."""

    login: str
    uri: str
    """otpauth://totp/…, with the secret: shown once, kept nowhere."""


class Accounts:
    """The accounts of one node. Thread safe."""

    def __init__(
        self, folder: Path, keys: Keys, tags: Tags,
        clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self._folder, self._keys, self._tags = folder, keys, tags
        self._clock, self._salt = clock, derive(keys, SALT)
        self._lock, self._gate = (
            threading.Lock(),
            threading.BoundedSemaphore(MOST_AT_ONCE),
        )
        self._attempts = Attempts(folder / "attempts.sqlite", clock=clock)
        self._file = sqlite3.connect(folder / "codes.sqlite", check_same_thread=False)
        self._file.executescript(SCHEMA)

    def close(self) -> None:
        self._attempts.close()
        self._file.close()

    def enrol(
        self, organisation: str, name: str, passphrase: str, city: str
    ) -> Enrolled:
        """A new account, or one anew in place of what was there; ValueError."""
        if not SHORTEST <= len(passphrase) <= LONGEST:
            raise ValueError(
                f"口令须有 {SHORTEST} 至 {LONGEST} 个字符。"
                f" A passphrase has {SHORTEST} to {LONGEST} letters."
            )
        if not 0 < len(name.strip()) <= LONGEST_NAME:
            raise ValueError(f"姓名在 {LONGEST_NAME} 字以内。 The name is too long.")
        path, id_ = self._path(organisation, name), secrets.token_hex(16)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._lock:
            if not path.exists() and len([*path.parent.iterdir()]) >= MOST_ACCOUNTS:
                raise ValueError(f"已满 {MOST_ACCOUNTS} 个。 There are too many.")
            draft = path.with_name(f"{id_}.new")
            made = keystore.create(draft, self._keys.suite.name, id_, passphrase)
            shutil.move(draft, path)
        uri = self._totp(made).get_provisioning_uri(name.strip(), f"{city}")
        return Enrolled(self._tags.enrolment(id_), uri)

    def sign_in(self, organisation: str, name: str, passphrase: str, code: str) -> str:
        """The tag of who signs in; Refused, Locked or Overloaded."""
        path = self._path(organisation, name)
        who = bytes.fromhex(path.stem)
        self._attempts.take(who)
        if not self._gate.acquire(timeout=5):
            self._attempts.good(who)
            raise Overloaded
        try:
            keys = self._opened(path, passphrase)
        finally:
            self._gate.release()
        login = self._tags.enrolment(keys.name)
        self._use(login, self._totp(keys), code)
        self._attempts.good(who)
        return login

    def _path(self, organisation: str, name: str) -> Path:
        """Where an account is kept; Refused for what can be no organisation."""
        if not (organisation.isascii() and organisation.isalnum()) or (
            len(organisation) > LONGEST or "\x00" in name
        ):
            raise Refused
        place = self._tags.place(organisation, name.strip())
        return self._folder / "accounts" / organisation / f"{place}.json"

    def _opened(self, path: Path, passphrase: str) -> Keys:
        """A person's key file. An account that is not there costs as much time: then
        the node's own file is tried, which the passphrase is not of."""
        there = path.exists()
        try:
            keys = keystore.load(
                path if there else self._folder / "key.json", passphrase[:LONGEST]
            )
        except keystore.BadKeyFile:
            raise Refused from None
        if not there:
            raise Refused
        return keys

    def _totp(self, keys: Keys) -> TOTP:
        secret = derive(keys, DOMAIN, SECRET_BYTES, self._salt)
        return TOTP(secret, DIGITS, SHA1(), STEP_S)

    def _use(self, login: str, totp: TOTP, code: str) -> None:
        """Take a code of this step, the last or the next, later than all before."""
        now = int(self._clock()) // STEP_S
        fitting = [
            step
            for step in range(now - DRIFT, now + DRIFT + 1)
            if hmac.compare_digest(totp.generate(step * STEP_S), _digits(code))
        ]
        with self._lock, self._file:
            for step in fitting:
                done = self._file.execute(
                    "INSERT INTO used VALUES (?, ?) ON CONFLICT (login) DO UPDATE"
                    " SET step = excluded.step WHERE step < excluded.step",
                    (login, step),
                )
                if done.rowcount:
                    return
        raise Refused


def _digits(code: str) -> bytes:
    return code.strip().encode()[: DIGITS * 4]
