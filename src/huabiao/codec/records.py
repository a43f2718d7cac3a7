"""
Records: named fields of known kinds that are stored together.

    class Manifest(Record):
        waste_code: Text
        declared: Kilograms
        carrier: Maybe[Party] = None

A record is stored as a MessagePack array of its fields in the order of definition. A
later version of a contract may add fields with defaults at the end, and still reads
what an earlier one wrote. A record may be a field of another: `ListOf[Item]`.
"""

from collections.abc import Callable
from typing import Any, ClassVar, Self

from huabiao.codec.kind import COMPOSITE, SIMPLE, Kind, Malformed, malformed

_MISSING: Any = object()
_RESERVED = ("check", "parse", "show", "plain", "from_plain", "fields", "defaults")


class Record(Kind):
    """Base of every record; its annotations are its fields."""

    fields: ClassVar[dict[str, type[Kind]]] = {}
    defaults: ClassVar[dict[str, Any]] = {}
    _names: ClassVar[tuple[str, ...]] = ()
    _checks: ClassVar[tuple[tuple[str, Callable[[Any], Any], Any], ...]] = ()
    """Of each field: its name, its check, and a default that passed it already."""
    _nested: ClassVar[tuple[tuple[str, type[Kind]], ...]] = ()
    widget = "record"

    def __init_subclass__(cls, **options: Any) -> None:
        fields = dict(cls.fields)
        defaults = dict(cls.defaults)
        for name, kind in cls.__dict__.get("__annotations__", {}).items():
            if not (isinstance(kind, type) and issubclass(kind, Kind)):
                raise TypeError(f"{cls.__name__}.{name}: {kind!r} is not a kind")
            if name in _RESERVED:
                raise TypeError(f"{cls.__name__}: a field cannot be named {name!r}")
            if name in cls.__dict__:
                defaults[name] = cls.__dict__[name]
                delattr(cls, name)
            elif defaults:
                raise TypeError(
                    f"{cls.__name__}.{name}: a field without a default"
                    " follows one that has a default"
                )
            fields[name] = kind
        super().__init_subclass__(**options)
        cls.fields, cls.defaults = fields, defaults
        cls._names = tuple(fields)
        cls._checks = tuple(
            (name, kind.check, _settled(kind, defaults.get(name, _MISSING)))
            for name, kind in fields.items()
        )
        cls._nested = tuple(
            (name, kind) for name, kind in fields.items() if kind.holds_records()
        )
        cls.schema = {
            "type": "object",
            "properties": {name: kind.schema for name, kind in fields.items()},
            "required": [name for name in fields if name not in defaults],
        }

    def __init__(self, *values: Any, **named: Any) -> None:
        names = self._names
        if len(values) > len(names):
            raise TypeError(f"{type(self).__name__} has {len(names)} fields")
        given = dict(zip(names, values, strict=False))
        for name in named:
            if name not in self.fields or name in given:
                raise TypeError(f"{type(self).__name__} has no free field {name!r}")
        held = {**self.defaults, **given, **named}
        if len(held) < len(names):
            missing = next(name for name in names if name not in held)
            raise TypeError(f"{type(self).__name__} needs {missing!r}")
        self.__dict__.update(held)

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self.fields:
            raise AttributeError(f"{type(self).__name__} has no field {name!r}")
        self.__dict__[name] = value

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.__dict__ == self.__dict__

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        inner = ", ".join(f"{name}={self.__dict__[name]!r}" for name in self._names)
        return f"{type(self).__name__}({inner})"

    def plain(self) -> list[Any]:
        """The stored form: every field checked, in order."""
        held = self.__dict__
        out = []
        for name, check, settled in self._checks:
            value = held[name]
            if value is not settled:
                try:
                    value = check(value)
                except Malformed as error:
                    raise Malformed(f"{name}：{error}") from error
            out.append(value)
        return out

    @classmethod
    def from_plain(cls, plain: list[Any]) -> Self:
        """Read the stored form, also one that an earlier version wrote."""
        self = cls.__new__(cls)
        held = self.__dict__
        held.update(zip(cls._names, plain, strict=False))
        for name, kind in cls._nested:
            if name in held:
                held[name] = kind.revive(held[name])
        if len(held) < len(cls._names):
            for name in cls._names[len(held) :]:
                held[name] = cls.defaults[name]
        return self

    @classmethod
    def holds_records(cls) -> bool:
        return True

    @classmethod
    def revive(cls, value: Any) -> Any:
        return cls.from_plain(value) if type(value) is list else value

    @classmethod
    def check(cls, value: Any) -> Any:
        """As a kind: takes a record, or the stored form of one; gives the latter."""
        if isinstance(value, cls):
            return value.plain()
        if type(value) not in (list, tuple) or len(value) != len(cls._names):
            raise malformed(f"须为 {cls.name}", f"not a {cls.name}: {value!r:.60}")
        return cls.from_plain(list(value)).plain()

    @classmethod
    def parse(cls, written: Any) -> Any:
        if isinstance(written, str):
            import json

            try:
                written = json.loads(written)
            except ValueError as error:
                raise malformed(
                    f"{cls.name} 须为 JSON", f"{cls.name} is written as JSON"
                ) from error
        if not isinstance(written, dict):
            raise malformed(f"须为 {cls.name}", f"not a {cls.name}: {written!r:.60}")
        unknown = sorted(set(written) - set(cls.fields))
        if unknown:
            raise malformed(
                f"{cls.name} 没有字段 {unknown[0]}", f"{cls.name} has no {unknown[0]!r}"
            )
        values = {
            name: kind.parse(written[name]) if name in written else cls.defaults[name]
            for name, kind in cls.fields.items()
            if name in written or name in cls.defaults
        }
        missing = [name for name in cls.fields if name not in values]
        if missing:
            raise malformed(f"{cls.name} 缺 {missing[0]}", f"{missing[0]!r} is missing")
        return cls(**values).plain()

    @classmethod
    def show(cls, value: Any) -> Any:
        plain = value.plain() if isinstance(value, cls) else value
        defaults = [cls.defaults.get(name) for name in cls._names[len(plain) :]]
        return {
            name: kind.show(item)
            for (name, kind), item in zip(
                cls.fields.items(), [*plain, *defaults], strict=True
            )
        }


def _settled(kind: type[Kind], default: Any) -> Any:
    """A default whose check says the same whenever it is asked, and costs nothing: it
    is of one of our own kinds, and nothing can change it."""
    simple = kind.__module__ == SIMPLE and type(default) in (bool, int, str, bytes)
    if not simple and not (default is None and kind.__module__ == COMPOSITE):
        return _MISSING
    try:
        return default if kind.check(default) is default else _MISSING
    except Malformed:  # it is said when one is stored
        return _MISSING
