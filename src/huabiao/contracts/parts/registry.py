"""
Registry (登记簿): named entries of one record class.

Laws: an entry is added once under its key; what is not there cannot be changed or
removed; every entry satisfies its kinds.
"""

from typing import Any, Generic, TypeVar

from huabiao.codec import Record, decode, encode
from huabiao.contracts.context import Refused
from huabiao.contracts.parts.part import Part

Entry = TypeVar("Entry", bound=Record)


class Registry(Part, Generic[Entry]):
    """`duties = Registry(Duty)`."""

    kind = "registry"

    def __init__(self, entry: type[Entry], zh: str = "", en: str = "") -> None:
        self.entry, self.zh, self.en = entry, zh or entry.__name__, en or entry.__name__

    def find(self, key: str) -> Entry | None:
        """The entry under a key, or None."""
        stored = self._context.read(self._path(key))
        return None if stored is None else self.entry.from_plain(decode(stored))

    def get(self, key: str) -> Entry:
        """The entry under a key; refused if there is none."""
        entry = self.find(key)
        if entry is None:
            raise Refused(
                "entry.unknown",
                f"{self.zh}中没有“{key}”。 There is no {key!r} in {self.en}.",
            )
        return entry

    def add(self, key: str, entry: Entry) -> None:
        """Enter something new; refused if the key is taken."""
        if self._context.read(self._path(key)) is not None:
            raise Refused(
                "entry.exists",
                f"{self.zh}中已有“{key}”。 {key!r} is already in {self.en}.",
            )
        self.put(key, entry)

    def put(self, key: str, entry: Entry) -> None:
        """Enter something, or change what is there."""
        self._context.write(self._path(key), encode(entry.plain()))

    def remove(self, key: str) -> None:
        """Strike an entry; refused if there is none."""
        self.get(key)
        self._context.write(self._path(key), None)

    def __contains__(self, key: str) -> bool:
        return self._context.read(self._path(key)) is not None

    def describe(self) -> dict[str, Any]:
        return {"part": self.kind, "entry": self.entry.__name__, "zh": self.zh,
                "en": self.en}  # fmt: skip

    def records(self) -> list[Any]:
        return [self.entry]
