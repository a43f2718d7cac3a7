"""
Which gateways a home has: HOME/gateways.json, read by its node, written by an operator.

    [{"identity": "区民政局", "account": "hb1…", "database": "postgresql+psycopg://…",
      "subjects": {"table": "column"}}]

An address may hold a password, so the file is its owner's alone. One owner has one
gateway, before one database.
"""

import os
import secrets
from pathlib import Path

import msgspec

FILE = "gateways.json"


class Stand(msgspec.Struct, frozen=True):
    """An owner's gateway: its identity in the home, its account (hb1…), the database's
    SQLAlchemy address, and by table a column of identity numbers that the library does
    not know for one."""

    identity: str
    account: str
    database: str
    subjects: dict[str, str] = {}


def read_stands(home: Path) -> list[Stand]:
    """The gateways of a home; ValueError if the file cannot be read as that."""
    path = home / FILE
    if not path.exists():
        return []
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[Stand])
    except msgspec.MsgspecError as error:
        raise ValueError(
            f"{path} 无法读取：{error}。 {path} cannot be read: {error}."
        ) from None


def keep_stand(home: Path, stand: Stand) -> None:
    """Enter a gateway, in place of its owner's one before."""
    others = [each for each in read_stands(home) if each.account != stand.account]
    draft = home / f".{FILE}.{secrets.token_hex(4)}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode([*others, stand])))
    os.replace(draft, home / FILE)
