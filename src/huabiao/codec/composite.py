"""
Kinds made of kinds: lists, choices, optional values, personal and secret fields.

`Personal[Text]` and `Secret[Fen]` keep the value off the chain: what is stored is a
32-byte commitment, digest(salt ‖ encoded value); the value lies encrypted in the vault
(docs/formats/commitment.md).
"""

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from huabiao.codec.kind import Kind, kind_named, malformed
from huabiao.codec.kinds import Digest

LONGEST_LIST = 1_000


class ListOf(Kind, list):  # type: ignore[type-arg]
    """A list of up to 1,000 values of one kind."""

    item: ClassVar[type[Kind]] = Kind
    widget = "list"

    def __class_getitem__(cls, item: type[Kind]) -> Any:
        return _made(
            cls,
            item.name,
            item=item,
            zh=f"{item.zh}列表",
            schema={"type": "array", "items": item.schema, "maxItems": LONGEST_LIST},
        )

    @classmethod
    def check(cls, value: Any) -> Any:
        if type(value) not in (list, tuple):
            raise malformed(
                f"须为列表，得到 {value!r:.60}", f"not a list: {value!r:.60}"
            )
        if len(value) > LONGEST_LIST:
            raise malformed(
                f"列表超过 {LONGEST_LIST} 项",
                f"a list of more than {LONGEST_LIST} items",
            )
        return [cls.item.check(item) for item in value]

    @classmethod
    def parse(cls, written: Any) -> Any:
        if isinstance(written, str):
            written = cls._split(written)
        if not isinstance(written, list):
            raise malformed(
                f"须为列表，得到 {written!r:.60}", f"not a list: {written!r:.60}"
            )
        return cls.check([cls.item.parse(item) for item in written])

    @classmethod
    def _split(cls, written: str) -> Any:
        """Items between commas; a list of records, which hold commas, is JSON."""
        if not cls.item.holds_records():
            return [part for part in written.split(",") if part]

        try:
            return json.loads(written)
        except ValueError as error:
            raise malformed(
                f"{cls.item.name} 列表须为 JSON", f"a {cls.name} is written as JSON"
            ) from error

    @classmethod
    def show(cls, value: Any) -> Any:
        return [cls.item.show(item) for item in value]

    @classmethod
    def holds_records(cls) -> bool:
        return cls.item.holds_records()

    @classmethod
    def revive(cls, value: Any) -> Any:
        return [cls.item.revive(item) for item in value]


class Maybe(Kind):
    """A value of one kind, or nothing."""

    item: ClassVar[type[Kind]] = Kind

    def __class_getitem__(cls, item: type[Kind]) -> Any:
        schema = {"anyOf": [item.schema, {"type": "null"}]}
        return _made(
            cls, item.name, item=item, zh=item.zh, schema=schema, widget=item.widget
        )

    @classmethod
    def check(cls, value: Any) -> Any:
        return None if value is None else cls.item.check(value)

    @classmethod
    def parse(cls, written: Any) -> Any:
        return None if written in (None, "") else cls.item.parse(written)

    @classmethod
    def show(cls, value: Any) -> Any:
        return None if value is None else cls.item.show(value)

    @classmethod
    def holds_records(cls) -> bool:
        return cls.item.holds_records()

    @classmethod
    def revive(cls, value: Any) -> Any:
        return None if value is None else cls.item.revive(value)


class OneOf(Kind, str):
    """One word of a fixed list."""

    words: ClassVar[tuple[str, ...]] = ()
    zh, widget = "选项", "select"

    def __class_getitem__(cls, words: str | tuple[str, ...]) -> Any:
        words = (words,) if isinstance(words, str) else words
        schema = {"type": "string", "enum": list(words)}
        return _made(cls, "|".join(words), words=words, schema=schema)

    @classmethod
    def check(cls, value: Any) -> Any:
        if value not in cls.words:
            words = "、".join(cls.words)
            raise malformed(
                f"{value!r:.60} 不在选项中：{words}",
                f"{value!r:.60} is none of: {', '.join(cls.words)}",
            )
        return value


class _Committed(Digest):
    """A value kept in the vault, and its commitment on the chain."""

    item: ClassVar[type[Kind]] = Kind

    def __class_getitem__(cls, item: type[Kind]) -> Any:
        return _made(cls, item.name, item=item, zh=f"{item.zh}（{cls.zh}）")


class Personal(_Committed):
    """Personal data: only its commitment is on the chain; it can be erased."""

    zh, widget = "个人信息", "personal"


class Secret(_Committed):
    """A trade secret: only its commitment is on the chain."""

    zh, widget = "商业秘密", "secret"


def committed_item(kind: type[Kind]) -> type[Kind] | None:
    """The kind of the value behind a personal or secret field, also an optional one;
    None for every other kind."""
    if issubclass(kind, Maybe):
        kind = kind.item
    return kind.item if issubclass(kind, _Committed) else None


_OUTER: dict[str, Any] = {
    "ListOf": ListOf, "Maybe": Maybe, "Personal": Personal, "Secret": Secret,
}  # fmt: skip


def _made(outer: Any, inner: str, **attributes: Any) -> Any:
    """A subclass of a kind that knows its item."""
    name = f"{outer.name}[{inner}]"
    return type(name, (outer,), {"name": name, "__module__": __name__, **attributes})


def build_named(
    name: str, records: Mapping[str, type[Kind]] | None = None
) -> type[Kind]:
    """Build a composite kind from its name, such as Maybe[ListOf[Fen]]."""
    outer, bracket, rest = name.partition("[")
    if bracket and rest.endswith("]"):
        if outer == "OneOf":
            chosen: type[Kind] = OneOf.__class_getitem__(tuple(rest[:-1].split("|")))
            return chosen
        if outer in _OUTER:
            made: type[Kind] = _OUTER[outer][kind_named(rest[:-1], records)]
            return made
    raise malformed(f"没有名为 {name!r:.80} 的类型", f"there is no kind {name!r:.80}")
