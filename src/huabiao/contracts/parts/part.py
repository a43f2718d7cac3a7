"""
The base of every part: a named piece of a scenario's state with laws of its own.

A part is declared as an attribute of a scenario and reached as `self.<name>`; its state
lives under `<contract>/<part>/…` and nowhere else.
"""

from typing import Any, ClassVar, Self

from huabiao.contracts.context import Context
from huabiao.contracts.labels import Labels


class Part:
    """Subclass it, state the laws in the docstring, and test them."""

    kind: ClassVar[str] = "part"
    labels: ClassVar[Labels] = Labels()
    """What the fields of this part's own records are called."""
    name: str = ""
    _context: Context

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, scenario: Any, owner: type) -> Self:
        if scenario is None:
            return self
        bound = object.__new__(type(self))
        bound.__dict__.update(self.__dict__)
        bound.__dict__["_context"] = scenario._context
        return bound

    def describe(self) -> dict[str, Any]:
        """What the Description says of this part."""
        return {"part": self.kind}

    def described(self) -> dict[str, dict[str, Any]]:
        """The same by the name under which entries lie; a part of two kinds of entries
        keeps the other one under `<part>_<what>`."""
        return {self.name: self.describe()}

    def records(self) -> list[Any]:
        """The record classes that this part stores."""
        return []

    def _path(self, key: str) -> str:
        return f"{self.name}/{key}"
