"""
Passkeys of staff: a key in somebody's telephone or security key (WebAuthn Level 3).

    HOME/sign_in/passkeys.sqlite   credential id, public key, counter, and the tag of
                                   the login that it is for; no name

Who signed in with passphrase and code a moment ago may add one; afterwards it takes no
other. The challenge is that of one way of one browser (`flows`), good once within five
minutes. Library: webauthn (Duo), in the extra `passkeys`; what it is told to demand:

- origin and relying party are the operator's `door`, never what a request says;
- the authenticator has verified its person (§6.1, flag UV): two factors in one;
- a signature counter that does not rise means that the key was copied (§6.1.1): the
  passkey is taken out of use for good.
"""

import ipaddress
import json
import sqlite3
import threading
import time
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from huabiao.services.sign_in.flows import Flow

MOST_PASSKEYS, LARGEST_ANSWER = 5, 16_384
SCHEMA = """CREATE TABLE IF NOT EXISTS passkeys (
    id BLOB PRIMARY KEY, login TEXT NOT NULL, public BLOB NOT NULL,
    counter INTEGER NOT NULL, added INTEGER NOT NULL,
    copied INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS of_login ON passkeys (login)"""


class PasskeyRefused(Exception):
    """What a browser brought is no passkey of this door; it is not told why."""

    def __init__(
        self, zh: str = "通行密钥不可用", en: str = "The passkey is not taken"
    ) -> None:
        said = f"{zh}，请重试或换一种方式登录。 {en}: try again, or another way."
        super().__init__(said)


@dataclass(frozen=True)
class Passkey:
    """One of a login's, as its person sees it; `added` in UTC milliseconds."""

    id: str
    added: int
    copied: bool


def is_installed() -> bool:
    """Whether the extra `passkeys` is there."""
    from importlib.util import find_spec

    return find_spec("webauthn") is not None


def relying_party(door: str) -> str:
    """The name that passkeys are bound to: the door's host; empty where it is none, as
    an address of numbers is not (WebAuthn §5.1.2)."""
    host = urlsplit(door).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host
    return ""


class Passkeys:
    """The passkeys of one node. Thread safe."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / "passkeys.sqlite"
        path.touch(mode=0o600)
        self._lock = threading.Lock()
        self._file = sqlite3.connect(path, check_same_thread=False)
        self._file.executescript(SCHEMA)

    def close(self) -> None:
        self._file.close()

    def of(self, login: str) -> list[Passkey]:
        """A login's passkeys, oldest first."""
        with self._lock:
            rows = self._file.execute(
                "SELECT id, added, copied FROM passkeys WHERE login = ?"
                " ORDER BY added, id",
                (login,),
            ).fetchall()
        return [Passkey(id_.hex(), added, bool(copied)) for id_, added, copied in rows]

    def remove(self, login: str, id_: str) -> None:
        """Take one of a login's away; nothing happens where it has none such."""
        with self._lock, self._file:
            self._file.execute(
                "DELETE FROM passkeys WHERE login = ? AND lower(hex(id)) = ?",
                (login, id_),
            )

    def ask_to_make(self, door: str, flow: Flow, login: str, title: str) -> str:
        """JSON that a browser makes a passkey by; `title` is what it shows, and goes
        nowhere else."""
        from webauthn import generate_registration_options, options_to_json
        from webauthn.helpers import structs

        return options_to_json(
            generate_registration_options(
                rp_id=relying_party(door), rp_name="华表 Huabiao",
                user_id=bytes.fromhex(login), user_name=title,
                challenge=challenge_of(flow),
                authenticator_selection=structs.AuthenticatorSelectionCriteria(
                    resident_key=structs.ResidentKeyRequirement.REQUIRED,
                    user_verification=structs.UserVerificationRequirement.REQUIRED,
                ),
                exclude_credentials=[
                    structs.PublicKeyCredentialDescriptor(bytes.fromhex(each.id))
                    for each in self.of(login)
                ],
            )
        )  # fmt: skip

    def add(self, door: str, flow: Flow, login: str, answer: str) -> None:
        """Keep what a browser made; PasskeyRefused."""
        from webauthn import verify_registration_response
        from webauthn.helpers.exceptions import WebAuthnException

        try:
            made = verify_registration_response(
                credential=_bounded(answer), expected_challenge=challenge_of(flow),
                expected_rp_id=relying_party(door), expected_origin=door,
                require_user_verification=True,
            )  # fmt: skip
        except (WebAuthnException, *_MALFORMED):
            raise PasskeyRefused from None
        row = (made.credential_id, login, made.credential_public_key, made.sign_count)
        with self._lock, self._file:
            (held,) = self._file.execute(
                "SELECT count(*) FROM passkeys WHERE login = ?", (login,)
            ).fetchone()
            if held >= MOST_PASSKEYS:
                most = f"至多 {MOST_PASSKEYS} 个", f"{MOST_PASSKEYS} passkeys at most"
                raise PasskeyRefused(*most)
            done = self._file.execute(
                "INSERT OR IGNORE INTO passkeys VALUES (?, ?, ?, ?, ?, 0)",
                (*row, int(time.time() * 1000)),
            )
        if not done.rowcount:
            raise PasskeyRefused

    def ask_to_show(self, door: str, flow: Flow) -> str:
        """JSON by which a browser lets somebody choose one of theirs for this door."""
        from webauthn import generate_authentication_options, options_to_json
        from webauthn.helpers.structs import UserVerificationRequirement

        return options_to_json(
            generate_authentication_options(
                rp_id=relying_party(door), challenge=challenge_of(flow),
                user_verification=UserVerificationRequirement.REQUIRED,
            )
        )  # fmt: skip

    def sign_in(self, door: str, flow: Flow, answer: str) -> str:
        """The tag of who signs in; PasskeyRefused."""
        from webauthn import verify_authentication_response
        from webauthn.helpers.exceptions import WebAuthnException

        try:
            given = _bounded(answer)
            id_ = urlsafe_b64decode(str(given["rawId"]) + "==")
            login, public = self._known(id_)
            shown = verify_authentication_response(
                credential=given, expected_challenge=challenge_of(flow),
                expected_rp_id=relying_party(door), expected_origin=door,
                # The counter is judged below, where it is also written.
                credential_public_key=public, credential_current_sign_count=0,
                require_user_verification=True,
            )  # fmt: skip
        except (WebAuthnException, *_MALFORMED):
            raise PasskeyRefused from None
        self._count(id_, shown.new_sign_count)
        return login

    def _known(self, id_: bytes) -> tuple[str, bytes]:
        with self._lock:
            row = self._file.execute(
                "SELECT login, public FROM passkeys WHERE id = ? AND NOT copied",
                (id_,),
            ).fetchone()
        if row is None:
            raise PasskeyRefused
        return row[0], row[1]

    def _count(self, id_: bytes, shown: int) -> None:
        """Take a higher counter, once; an authenticator without one always says 0."""
        with self._lock, self._file:
            done = self._file.execute(
                "UPDATE passkeys SET counter = ?2 WHERE id = ?1 AND NOT copied"
                " AND (counter < ?2 OR (counter = 0 AND ?2 = 0))",
                (id_, shown),
            )
            if not done.rowcount:
                self._file.execute(
                    "UPDATE passkeys SET copied = 1 WHERE id = ?", (id_,)
                )
        if not done.rowcount:
            raise PasskeyRefused(
                "此通行密钥似被复制，已停用", "This passkey seems copied and is void"
            )


_MALFORMED = (ValueError, KeyError, TypeError, RecursionError)


def challenge_of(flow: Flow) -> bytes:
    """The nonce of a way, 32 bytes."""
    return urlsafe_b64decode(flow.nonce + "==")


def _bounded(answer: str) -> dict[str, Any]:
    if len(answer) > LARGEST_ANSWER:
        raise ValueError("too large")
    found = json.loads(answer)
    if not isinstance(found, dict):
        raise TypeError("no object")
    return found
