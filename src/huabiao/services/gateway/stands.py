"""
Which gateways a home has: HOME/gateways.json, read by its node, written by an operator.

    [{"identity": "区民政局", "account": "hb1…", "database": "postgresql+psycopg://…",
      "subjects": {"table": "column"}}]

An address may hold a password, so the file is its owner's alone. One owner has one
gateway, before one database.
"""

from pathlib import Path

import msgspec

from huabiao.durable import write_whole

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
    listed = msgspec.json.format(msgspec.json.encode([*others, stand]))
    write_whole(home / FILE, listed)
