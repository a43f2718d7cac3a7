"""
Layouts: what the Descriptions say about stored values.

A value is stored as an array in the order of its record's fields; the Description
names them. A value that no Description explains is still indexed, without names.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from huabiao.codec import encode
from huabiao.services.index.tables import list_of

NOTHING = b"\x01"
"""Where a record holds nothing in a field: it is listed first, and can be asked for."""

LONGEST_VALUE = 256
SMALLEST, LARGEST = -(2**63), 2**63 - 1
Plan = tuple[tuple[str, int, int], ...]
"""Indexed fields: name, position, and number in `fields`."""


class Layouts:
    """The Descriptions by contract, and the places of their indexed fields."""

    def __init__(self, documents: Mapping[str, str]) -> None:
        self.documents = dict(documents)
        self.described: dict[str, dict[str, Any]] = {
            name: json.loads(text) for name, text in documents.items()
        }
        self.plans = {name: plan_of(name, d) for name, d in self.described.items()}

    def with_changes(self, documents: Mapping[str, str]) -> "Layouts":
        """These layouts and others, which take precedence."""
        return Layouts({**self.documents, **documents})

    def named(self, contract: str, part: str, plain: Any) -> dict[str, Any]:
        """A stored array by its field names, records inside it too.

        What no Description names goes by its number.
        """
        described = self.described.get(contract, {})
        if part == "record":
            record = described.get("record")
        else:
            shape = described.get("parts", {}).get(part, {})
            record = shape.get("entry") or shape.get("record")
        found = _named(described.get("records", {}), record, plain)
        return found if type(found) is dict else {"0": found}

    def parts(self, contract: str) -> list[str]:
        """The names of a contract's parts."""
        return list(self.described.get(contract, {}).get("parts", {}))


def _named(records: Mapping[str, Any], record: str | None, plain: Any) -> Any:
    """A value of a record by its field names; of anything else, itself."""
    if type(plain) is not list:
        return plain
    fields = list(records.get(record or "", {}).get("fields", {}).items())
    named = {}
    for number, value in enumerate(plain):
        name, field = fields[number] if number < len(fields) else (str(number), {})
        inner, is_list = _inside(field.get("kind", ""))
        if inner not in records:
            named[name] = value
        elif is_list and type(value) is list:
            named[name] = [_named(records, inner, item) for item in value]
        else:
            named[name] = _named(records, inner, value)
    return named


def _inside(kind: str) -> tuple[str, bool]:
    """ListOf[Item] is (Item, True), Maybe[Terms] is (Terms, False)."""
    is_list = False
    while kind.endswith("]"):
        outer, _, inner = kind[:-1].partition("[")
        is_list, kind = is_list or outer == "ListOf", inner
    return kind, is_list


def plan_of(contract: str, description: Mapping[str, Any]) -> Plan:
    """The indexed fields of a contract's main record."""
    record = description.get("records", {}).get(description.get("record"), {})
    names = list(record.get("fields", {}))
    return tuple(
        (name, names.index(name), list_of(contract, name))
        for name in description.get("indexes", ())
        if name in names
    )


def document_of(description: Mapping[str, Any]) -> str:
    """A Description as text, the same for the same content."""
    return json.dumps(description, ensure_ascii=False, separators=(",", ":"))


def indexed_values(plan: Plan, plain: Any) -> list[tuple[int, bytes]]:
    """(list, value) of every indexed field; each element of a list is one."""
    held, found = plain if type(plain) is list else (), []
    for _, position, listed in plan:
        value = held[position] if position < len(held) else None
        if type(value) is not list:
            found.append((listed, column_value(value)))
        else:
            # An empty list is nothing too, so that a list by this field has every
            # record.
            each = {column_value(one) for one in value or (None,)}
            found += [(listed, one) for one in each]
    return found


def column_value(value: Any) -> bytes:
    """
    A plain value as bytes that have its order: nothing, then numbers, texts, bytes and
    whatever else. Of a long one its beginning, and a digest that keeps it apart.
    """
    kind = type(value)
    if value is None:
        return NOTHING
    if kind is bytes:
        key = b"\x04" + value
    elif kind is str:
        key = b"\x03" + value.encode()
    elif (kind is int or kind is bool) and SMALLEST <= value <= LARGEST:
        return b"\x02" + (value - SMALLEST).to_bytes(8, "big")
    else:
        key = b"\x05" + encode(value)
    if len(key) > LONGEST_VALUE:
        return key[:LONGEST_VALUE] + sha256(key).digest()
    return key
