"""
A registered table: what the gateway may name in SQL, and where a citizen stands in it.
"""

from collections.abc import Callable

import msgspec

from huabiao.codec import decode
from huabiao.services.gateway.grant import Denied

Read = Callable[[str], bytes | None]
IDENTITY_NUMBER = "identity_number"


class RegisteredTable(msgspec.Struct, frozen=True):
    """A table of the library: its place, and each column's letter by name."""

    key: str
    digest: bytes
    revision: int
    database: str
    schema: str
    name: str
    primary_key: list[str]
    letters: dict[str, str]
    subjects: list[str]
    """The columns that hold identity numbers."""


class Tables:
    """Reads tables from the chain's state; unchanged ones are remembered."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._held: dict[str, tuple[bytes, RegisteredTable]] = {}

    def get(self, key: str) -> RegisteredTable:
        """The table as it is registered now; Denied if it is not, or not whole."""
        stored = self._read(f"library/tables/{key}")
        if stored is None:
            raise Denied(
                "table.unknown", "目录中已没有此表。 The table is not registered."
            )
        held = self._held.get(key)
        pages = self._pages(key, stored)
        mark = stored + b"".join(pages)
        if held is None or held[0] != mark:
            held = mark, _taken_apart(key, stored, pages)
            self._held[key] = held
        return held[1]

    def _pages(self, key: str, stored: bytes) -> list[bytes]:
        found = []
        for page in range(decode(stored)[5]):
            content = self._read(f"library/columns/{key}#{page}")
            if content is not None:
                found.append(content)
        return found


def _taken_apart(key: str, stored: bytes, pages: list[bytes]) -> RegisteredTable:
    _, _, _, structure, _, _, count, revision = decode(stored)
    columns = [column for page in pages for column in decode(page)[0]]
    if len(columns) != count or count != structure[9]:
        raise Denied(
            "table.incomplete",
            "此表的字段尚未登记完整。 The table's columns are not all registered yet.",
        )
    return RegisteredTable(
        key=key,
        digest=structure[10],
        revision=revision,
        database=structure[0],
        schema=structure[1],
        name=structure[2],
        primary_key=structure[5],
        letters={column[0]: column[2] for column in columns},
        subjects=[column[0] for column in columns if column[6] == IDENTITY_NUMBER],
    )
