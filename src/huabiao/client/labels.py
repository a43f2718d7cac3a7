"""
What people call the fields and parameters that a Description tells of.

A contract gives a word of its trade (docs/scenario.md, Labels); where it gives none,
the name itself stands in both languages. The facts of a field or a parameter are its
kind as docs/formats/description.md has it.
"""

from typing import Any

Json = dict[str, Any]
Named = dict[str, Json]
"""The facts of fields or parameters, by their names."""


def title_of(name: str, facts: Json | None) -> Json:
    """{"zh": …, "en": …} of a field or a parameter."""
    plain = name.replace("_", " ")
    return (facts or {}).get("title") or {"zh": plain, "en": plain}


def called(name: str, facts: Json | None) -> str:
    """The same in a Chinese sentence, with the name that programs and commands use."""
    title = (facts or {}).get("title")
    return f"“{title['zh']}”（{name}）" if title else name


def record_fields(description: Json) -> Named:
    """The fields of the record that operations move."""
    return fields_of(description, description["record"])


def fields_of(description: Json, record: str | None) -> Named:
    """The fields of a record by its name."""
    found: Named = description["records"].get(record, {}).get("fields", {})
    return found


def entry_fields(description: Json, part: str) -> Named:
    """The fields of a part's entries."""
    return fields_of(description, description["parts"].get(part, {}).get("entry"))


def parameters_of(description: Json, operation: str) -> Named:
    """The parameters of an operation; none of one that there is not."""
    facts = description["operations"].get(operation, {"parameters": []})
    return {each["name"]: each for each in facts["parameters"]}


def innermost(kind: str) -> str:
    """What a kind's name ends in: Line of Maybe[ListOf[Line]]."""
    return kind.rstrip("]").rpartition("[")[2]


def fields_within(description: Json, facts: Json | None) -> Named:
    """The fields of the record that a field or parameter holds, in a list too."""
    return fields_of(description, innermost(facts["kind"]) if facts else None)


def named_by(description: Json, event: str) -> Named:
    """What names may mean that an event tells: a parameter of the operation of its name
    first, then a field of the record, then whatever else bears the name."""
    found: Named = {}
    for record in description["records"]:
        found |= fields_of(description, record)
    for operation in description["operations"]:
        found |= parameters_of(description, operation)
    return found | record_fields(description) | parameters_of(description, event)


def asked_by(description: Json, operation: str) -> Named:
    """The names that a call of an operation is written with: its parameters, the fields
    of records among them, and of what it may seal."""
    sealed = [each for each in description["parts"].values() if "value" in each]
    waiting = [parameters_of(description, operation)]
    waiting += [fields_of(description, each["value"]) for each in sealed]
    found: Named = {}
    while waiting:
        fresh = {n: each for n, each in waiting.pop(0).items() if n not in found}
        found |= fresh
        waiting += [fields_within(description, each) for each in fresh.values()]
    return found
