"""
What a kind is, how one is refused, and how one is found by its name.

A kind says what a stored value is (a plain bool, int, str or bytes, or a list of
them), how a person or a JSON document writes it, how a door draws it. `check` guards
the chain: it takes the stored form only. `parse` and `show` serve doors: `parse`
reads what a person wrote, `show` gives plain JSON.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

SIMPLE, COMPOSITE = "huabiao.codec.kinds", "huabiao.codec.composite"
_REGISTRY: dict[str, "type[Kind]"] = {}


class Malformed(ValueError):
    """A value is not of its kind; the sentence says why and what to write."""


def malformed(zh: str, en: str) -> Malformed:
    return Malformed(f"{zh}。 {en}.")


class Kind:
    """A type of value. Subclasses name the plain type that is stored."""

    name: ClassVar[str] = "Kind"
    zh: ClassVar[str] = ""
    schema: ClassVar[dict[str, Any]] = {}
    widget: ClassVar[str] = "text"

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "name" not in cls.__dict__:
            cls.name = cls.__name__
        if cls.__module__ == SIMPLE:
            _REGISTRY[cls.name] = cls

    @classmethod
    def check(cls, value: Any) -> Any:
        """Return the value if it is of this kind in its stored form, else raise."""
        raise malformed(f"{cls.name} 不能存储", f"{cls.name} cannot be stored")

    @classmethod
    def parse(cls, written: Any) -> Any:
        """Read what a person or a JSON document wrote; returns the stored form."""
        return cls.check(written)

    @classmethod
    def show(cls, value: Any) -> Any:
        """The value as plain JSON."""
        return value

    @classmethod
    def holds_records(cls) -> bool:
        """Whether a stored value holds records that `revive` makes objects again."""
        return False

    @classmethod
    def revive(cls, value: Any) -> Any:
        """Turn a stored value into what a contract reads."""
        return value


def kind_named(
    name: str, records: Mapping[str, "type[Kind]"] | None = None
) -> "type[Kind]":
    """
    Find a kind by the name that a Description gives, such as ListOf[Fen].

    `records` are the records that the same Description defines.
    """
    found = _REGISTRY.get(name) or (records or {}).get(name)
    if found is None:
        from huabiao.codec.composite import build_named

        found = build_named(name, records)
    return found
