"""
From a contract's Description to values: what a person wrote, what a person reads.

A Description names kinds; this module turns the names back into kinds and records, so
that a door knows every contract, also one that was deployed a minute ago.
"""

from functools import lru_cache
from typing import Any

from huabiao.client.labels import (
    called,
    fields_of,
    innermost,
    parameters_of,
    record_fields,
)
from huabiao.codec import Kind, Malformed, Record, decode, kind_named

Records = dict[str, type[Kind]]


class NotDescribed(LookupError):
    """The Description has no such operation or part; the sentence says what it has."""


class MalformedArgument(Malformed):
    """The value of one argument is not of its kind, is missing or is unknown."""

    def __init__(self, sentence: str, field: str) -> None:
        super().__init__(sentence)
        self.field = field


def records_of(description: dict[str, Any]) -> Records:
    """Every record class that a Description defines, by its name. A list asks for them
    row by row: they are made once for a Description, which nobody changes."""
    return _records_of(_Same(description["records"]))


class _Same:
    """A dictionary as a key: equal to itself alone, and kept alive by it."""

    def __init__(self, value: dict[str, Any]) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.value is other.value


@lru_cache(maxsize=256)
def _records_of(described: _Same) -> Records:
    made: Records = {}
    for name in described.value:
        _make(name, described.value, made)
    return made


def _make(name: str, described: dict[str, Any], made: Records) -> type[Kind]:
    if name in made:
        return made[name]
    kinds: dict[str, type[Kind]] = {}
    defaults: dict[str, Any] = {}
    for field, facts in described[name]["fields"].items():
        for other in _named_in(facts["kind"], described):
            if other != name:
                _make(other, described, made)
        kinds[field] = kind_named(facts["kind"], made)
        if "default" in facts:
            shown = facts["default"]
            defaults[field] = None if shown is None else kinds[field].parse(shown)
    body = {"__annotations__": kinds, "__doc__": described[name]["doc"], **defaults}
    made[name] = type(name, (Record,), body)
    return made[name]


def _named_in(kind: str, described: dict[str, Any]) -> list[str]:
    inner = innermost(kind)
    return [inner] if inner in described else []


def operation_of(description: dict[str, Any], operation: str) -> dict[str, Any]:
    """An operation's description; NotDescribed with those that there are."""
    found = description["operations"].get(operation)
    if found is None:
        known = ", ".join(sorted(description["operations"]))
        raise NotDescribed(
            f"{description['name']} 没有操作“{operation}”，有：{known}。"
            f" {description['name']} has no operation {operation!r}; it has: {known}."
        )
    return dict(found)


def parse_arguments(
    description: dict[str, Any], operation: str, written: dict[str, Any]
) -> dict[str, Any]:
    """
    What a person or a JSON document wrote, in the stored form that is signed.

    Raises MalformedArgument with the argument's name, NotDescribed for an operation
    that there is not.
    """
    facts = operation_of(description, operation)
    kinds = parameters_of(description, operation)
    records = records_of(description)
    parsed = {}
    for name, value in written.items():
        if name not in kinds:
            known = ", ".join(kinds) or "—"
            raise MalformedArgument(
                f"{operation} 没有参数 {name}，有：{known}。"
                f" {operation} takes no {name!r}; it takes: {known}.",
                name,
            )
        try:
            parsed[name] = kind_named(kinds[name]["kind"], records).parse(value)
        except Malformed as error:
            told = called(name, kinds[name])
            raise MalformedArgument(f"{told}：{error}", name) from None
    missing = [p["name"] for p in facts["parameters"] if p["required"]]
    for name in missing:
        if name not in parsed:
            raise MalformedArgument(
                f"缺少参数 {called(name, kinds[name])}。"
                f" The argument {name} is missing.",
                name,
            )
    return parsed


def parse_field(description: dict[str, Any], field: str, written: Any) -> Any:
    """A value of a record's field as a person wrote it, in its stored form; of a list,
    one element. Raises MalformedArgument."""
    facts = record_fields(description)[field]
    kind = facts["kind"]
    while kind.endswith("]"):
        outer, _, inner = kind[:-1].partition("[")
        if outer not in ("ListOf", "Maybe"):
            break
        kind = inner
    try:
        return kind_named(kind, records_of(description)).parse(written)
    except Malformed as error:
        raise MalformedArgument(f"{called(field, facts)}：{error}", field) from None


def show_arguments(
    description: dict[str, Any], operation: str, stored: dict[str, Any]
) -> dict[str, Any]:
    """Signed arguments as plain JSON, by their kinds where these are known."""
    kinds = {n: p["kind"] for n, p in parameters_of(description, operation).items()}
    records = records_of(description)
    return {
        name: _shown(kind_named(kinds[name], records), value)
        if name in kinds
        else show_plain(value)
        for name, value in stored.items()
    }


def _shown(kind: type[Kind], value: Any) -> Any:
    try:
        return kind.show(value)
    except Exception:  # a refused envelope may hold any value at all
        return show_plain(value)


def show_plain(value: Any) -> Any:
    """A stored value of no known kind as plain JSON; bytes in hexadecimal."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, (list, tuple)):
        return [show_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: show_plain(item) for name, item in value.items()}
    return value


def show_stored_record(description: dict[str, Any], stored: bytes) -> dict[str, Any]:
    """A stored record: {"state", "revision", "fields": {name: plain JSON}}."""
    state, revision, plain = decode(stored)
    kind = records_of(description)[description["record"]]
    return {"state": state, "revision": revision, "fields": kind.show(plain)}


def show_entry(description: dict[str, Any], part: str, stored: bytes) -> Any:
    """A stored entry of a part, such as a registry or a cell, as plain JSON."""
    entry = description["parts"].get(part, {}).get("entry")
    plain = decode(stored)
    if entry is None or entry not in description["records"]:
        return show_plain(plain)
    return records_of(description)[entry].show(plain)


def parties_in(description: dict[str, Any], stored: bytes) -> set[bytes]:
    """Every account that stands in a record's Party fields, lists included."""
    return _parties(description, description["record"], decode(stored)[2])


def parties_in_entry(
    description: dict[str, Any], part: str, stored: bytes
) -> set[bytes]:
    """The same of an entry of a part, such as a registry."""
    entry = description["parts"].get(part, {}).get("entry")
    if entry not in description["records"]:
        return set()
    return _parties(description, entry, decode(stored))


def _parties(description: dict[str, Any], record: str, plain: list[Any]) -> set[bytes]:
    found: set[bytes] = set()
    fields = fields_of(description, record)
    for facts, value in zip(fields.values(), plain, strict=False):
        if facts["widget"] == "party" or "[Party]" in facts["kind"]:
            items = value if isinstance(value, list) else [value]
            found.update(item for item in items if isinstance(item, bytes))
        for inner in _named_in(facts["kind"], description["records"]):
            # A record is a field, or optional, or a list of them are one.
            many = "ListOf[" in facts["kind"]
            for item in value or [] if many else [value] if value else []:
                found |= _parties(description, inner, item)
    return found
