"""
Cell (单值): one record that a scenario keeps, such as its parameters.

Law: it always satisfies its kinds; before it is set it has no value.
"""

from typing import Any, Generic, TypeVar

from huabiao.codec import Record, decode, encode
from huabiao.contracts.context import Refused
from huabiao.contracts.parts.part import Part

Entry = TypeVar("Entry", bound=Record)


class Cell(Part, Generic[Entry]):
    """`parameters = Cell(Parameters)`."""

    kind = "cell"

    def __init__(self, entry: type[Entry]) -> None:
        self.entry = entry

    def get(self) -> Entry:
        """The value; refused before it was set."""
        value = self.find()
        if value is None:
            raise Refused(
                "cell.unset", f"{self.name} 尚未设置。 {self.name} has not been set."
            )
        return value

    def find(self) -> Entry | None:
        """The value, or None before it was set."""
        stored = self._context.read(self.name)
        return None if stored is None else self.entry.from_plain(decode(stored))

    def set(self, entry: Entry) -> None:
        """Replace the value."""
        self._context.write(self.name, encode(entry.plain()))

    def describe(self) -> dict[str, Any]:
        return {"part": self.kind, "entry": self.entry.__name__}

    def records(self) -> list[Any]:
        return [self.entry]
