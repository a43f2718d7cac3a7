"""
Offers: what an issuer holds ready for whoever brings the code.

    made      a code of 256 bits, and if wanted a transaction code that goes another way
    redeemed  code and transaction code are taken for an access token, once
    issued    the token is taken for one credential, once; the claims are erased

A code that comes a second time ends the token too (RFC 6749 §4.1.2). Five wrong
transaction codes end the offer. In the file are digests of codes and tokens, never
themselves; claims are there until they are issued, or until the first new offer ten
minutes after the end.
"""

import json
import secrets
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from huabiao.services.openid4vc.desk_file import DeskFile
from huabiao.services.openid4vc.oauth import OAuthError

SCHEMA = """
CREATE TABLE IF NOT EXISTS offers (
    code BLOB PRIMARY KEY, pin BLOB, configuration TEXT NOT NULL, wanted TEXT NOT NULL,
    until INTEGER NOT NULL, wrong INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'open', token BLOB UNIQUE, token_until INTEGER
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS configurations (
    id TEXT PRIMARY KEY, form TEXT NOT NULL, type TEXT NOT NULL) WITHOUT ROWID;
"""
MOST_WRONG, PIN_DIGITS, TOKEN_MS, KEPT_MS = 5, 6, 300_000, 600_000
MOST_OPEN, MOST_CONFIGURATIONS = 100_000, 500


@dataclass(frozen=True)
class Configuration:
    """A credential that is on offer: its id in the metadata, form and type."""

    id: str
    form: str
    type: str


@dataclass(frozen=True)
class Offered:
    """What is issued for a token; `wanted` is what the issuer wrote when offering."""

    configuration: str
    wanted: dict[str, Any]


class Offers:
    """One issuer's offers; a file of SQLite, for several processes."""

    def __init__(self, path: Path) -> None:
        self._file = DeskFile(path, SCHEMA).transaction

    def make(
        self, configuration: Configuration, wanted: dict[str, Any], until: int,
        now: int, with_pin: bool = True,
    ) -> tuple[str, str | None]:  # fmt: skip
        """A code and a transaction code; ValueError where too much is on offer."""
        code = secrets.token_urlsafe(32)
        pin = f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}}" if with_pin else None
        row = (_digest(code), pin and _digest(code, pin), configuration.id,
               json.dumps(wanted), until)  # fmt: skip
        with self._file() as file:
            file.execute("DELETE FROM offers WHERE until < ?", (now - KEPT_MS,))
            (count,) = file.execute("SELECT count(*) FROM offers").fetchone()
            (kinds,) = file.execute("SELECT count(*) FROM configurations").fetchone()
            if count >= MOST_OPEN or kinds >= MOST_CONFIGURATIONS:
                raise ValueError(
                    "要约过多。 There are too many offers or kinds of them."
                )
            file.execute(
                "INSERT OR REPLACE INTO configurations VALUES (?, ?, ?)",
                (configuration.id, configuration.form, configuration.type),
            )
            file.execute(
                "INSERT INTO offers (code, pin, configuration, wanted, until)"
                " VALUES (?, ?, ?, ?, ?)",
                row,
            )
        return code, pin

    def configurations(self) -> list[Configuration]:
        """What has ever been on offer here."""
        with self._file() as file:
            rows = file.execute("SELECT id, form, type FROM configurations ORDER BY id")
            return [Configuration(*row) for row in rows]

    def redeem(self, code: str, pin: str | None, now: int) -> str:
        """An access token for a code; OAuthError as OpenID4VCI 1.0 §6.3 names them."""
        key = _digest(code)
        with self._file() as file:
            file.execute("BEGIN IMMEDIATE")
            row = file.execute(
                "SELECT pin, until, wrong, state FROM offers WHERE code = ?", (key,)
            ).fetchone()
            refusal = _refusal(row, _digest(code, pin or ""), pin, now)
            if refusal is None:
                token = secrets.token_urlsafe(32)
                file.execute(
                    "UPDATE offers SET state = 'redeemed', token = ?, token_until = ?"
                    " WHERE code = ?",
                    (_digest(token), now + TOKEN_MS, key),
                )
                return token
            if row is not None and row[3] == "redeemed":
                file.execute(f"UPDATE offers SET {_ENDED} WHERE code = ?", (key,))
            elif row is not None and refusal.code == "invalid_grant":
                file.execute(
                    "UPDATE offers SET wrong = wrong + 1 WHERE code = ?", (key,)
                )
        raise refusal

    def of_token(self, token: str, now: int) -> Offered:
        """What a token is good for; OAuthError `invalid_token` (RFC 6750 §3.1)."""
        with self._file() as file:
            row = file.execute(
                "SELECT configuration, wanted FROM offers"
                " WHERE token = ? AND state = 'redeemed' AND token_until > ?",
                (_digest(token), now),
            ).fetchone()
        if row is None:
            raise OAuthError("invalid_token", "The access token is not good", 401)
        return Offered(row[0], json.loads(row[1]))

    def spend(self, token: str) -> None:
        """End a token and erase its claims; OAuthError if another took it first."""
        with self._file() as file:
            done = file.execute(
                f"UPDATE offers SET {_ENDED} WHERE token = ? AND state = 'redeemed'",
                (_digest(token),),
            )
            if not done.rowcount:
                raise OAuthError("invalid_token", "The access token was used", 401)

    def give_back(self, token: str, offered: Offered) -> None:
        """Let a token be used again: nothing was issued for it, through no fault of
        the wallet."""
        with self._file() as file:
            file.execute(
                "UPDATE offers SET state = 'redeemed', wanted = ? WHERE token = ?",
                (json.dumps(offered.wanted), _digest(token)),
            )


_ENDED = "state = 'ended', wanted = '{}', pin = NULL"


def _digest(*parts: str) -> bytes:
    """A transaction code of six digits is hidden by the 256 bits that stand before."""
    return sha256("\x00".join(parts).encode()).digest()


def _refusal(row: Any, given: bytes, pin: str | None, now: int) -> OAuthError | None:
    """Why a code is not redeemed, or None."""
    if row is None:
        return OAuthError("invalid_grant", "The pre-authorized code is not known")
    wanted, until, wrong, state = row
    if state != "open":
        return OAuthError("invalid_grant", "The pre-authorized code was used before")
    if until <= now or wrong >= MOST_WRONG:
        return OAuthError("invalid_grant", "The pre-authorized code is over")
    if (wanted is None) != (pin is None):
        said = "A tx_code is needed" if pin is None else "No tx_code is expected"
        return OAuthError("invalid_request", said)
    if wanted is not None and not secrets.compare_digest(wanted, given):
        return OAuthError("invalid_grant", "The tx_code is another")
    return None
