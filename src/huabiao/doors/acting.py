"""
What a person may do next, and why the rest is not open to them.

Drawn from the Description, the record's state and the roles on chain, by the rules that
`contracts.perform` holds: role, state, party. What the trade's own rules say, only the
contract knows; a door may offer what it will refuse.
"""

from typing import Any

from huabiao.client.described import records_of
from huabiao.client.labels import fields_of, record_fields, title_of
from huabiao.client.sealing import part_revealed_by, part_sealed_by, sealed_parts
from huabiao.codec import Kind, kind_named
from huabiao.crypto.address import show
from huabiao.doors.city import City

Json = dict[str, Any]
ANYONE, FOUNDER = "anyone", "founder"


def acts_on_record(
    city: City, description: Json, record: Json, viewer: bytes | None
) -> list[Json]:
    """The moves of a record, each with `open` and, where it is not, `why`."""
    found = []
    for name, operation in _operations(description, ("moves",)):
        why = _missing_role(city, description, operation, viewer)
        why = why or _wrong_state(description, operation, record["state"])
        why = why or _other_party(description, operation, record["fields"], viewer)
        found.append(_act(description, name, why))
    return found


def acts_on_scenario(city: City, description: Json, viewer: bytes | None) -> list[Json]:
    """What opens a record, and what is done without one."""
    return [
        _act(description, name, _missing_role(city, description, operation, viewer))
        for name, operation in _operations(description, ("opens", "does"))
    ]


def _operations(description: Json, manners: tuple[str, ...]) -> list[tuple[str, Json]]:
    return [
        (name, each)
        for name, each in description["operations"].items()
        if each["manner"] in manners and each["by"] != [FOUNDER]
    ]


def _act(description: Json, name: str, why: tuple[str, str] | None) -> Json:
    operation = description["operations"][name]
    # What is not open has no form: its fields are not drawn.
    drawn = operation["parameters"] if why is None else []
    records = records_of(description) if drawn else {}
    return {
        "operation": name,
        "manner": operation["manner"],
        "title": operation["title"] or name,
        "doc": operation["doc"],
        "keyed": operation["keyed"],
        "parameters": [_parameter(each, records, description) for each in drawn],
        "reveals": part_revealed_by(description, operation),
        "open": why is None,
        "why": {"zh": why[0], "en": why[1]} if why else None,
    }


def _parameter(
    described: Json, records: dict[str, type[Kind]], description: Json
) -> Json:
    """A parameter as a form's field."""
    part = part_sealed_by(description, described)
    if part:
        return _sealed(described, part, records, description)
    kind = kind_named(described["kind"], records)
    drawn = _field(described, kind, described["required"], description)
    return drawn | {"default": described.get("default")}


def _sealed(
    described: Json, part: str, records: dict[str, type[Kind]], description: Json
) -> Json:
    """A commitment is asked for by the value that it commits to. The browser computes
    it, and needs to know how values are stored: `kinds` has the fields of each record,
    with what stands in one that was left out."""
    value = sealed_parts(description)[part]
    drawn = _field(described, records[value], described["required"], description)
    kinds = {
        name: {
            field: {key: facts[key] for key in ("kind", "default") if key in facts}
            for field, facts in each["fields"].items()
        }
        for name, each in description["records"].items()
    }
    return drawn | {"widget": "seal", "part": part, "value": value, "kinds": kinds}


def _field(facts: Json, kind: type[Kind], required: bool, description: Json) -> Json:
    """
    A value as a form asks for it; `widget` without what it counts in.

    A record is asked for by its own `fields`. Of lists, one of records is rows of such
    fields, one of digests is files, and every other is one item a line.
    """
    while kind.name.startswith("Maybe["):
        kind = kind.item  # type: ignore[attr-defined]
    widget, _, unit = kind.widget.partition(":")
    drawn = {"name": facts["name"], "title": facts.get("title"), "kind": kind.name,
             "zh": kind.zh, "schema": kind.schema, "unit": unit, "of": "",
             "widget": widget, "required": required, "default": None}  # fmt: skip
    if widget == "list":
        item: type[Kind] = kind.item  # type: ignore[attr-defined]
        drawn["widget"] = {"record": "rows", "file": "files"}.get(item.widget, "list")
        drawn["of"] = item.widget
        kind = item
    if kind.widget == "record":
        inner = fields_of(description, kind.name)
        drawn["fields"] = [
            _field(
                inner[each] | {"name": each},
                held,
                required and each not in kind.defaults,  # type: ignore[attr-defined]
                description,
            )
            for each, held in kind.fields.items()  # type: ignore[attr-defined]
        ]
    return drawn


def _wrong_state(
    description: Json, operation: Json, state: str
) -> tuple[str, str] | None:
    if state in operation["from"]:
        return None
    names = [description["states"].get(each, {}) for each in operation["from"]]
    return (
        f"须为“{'或'.join(each.get('zh', '') for each in names)}”",
        f"needs {' or '.join(operation['from'])}",
    )


def _missing_role(
    city: City, description: Json, operation: Json, viewer: bytes | None
) -> tuple[str, str] | None:
    if ANYONE in operation["by"] and viewer is not None:
        return None
    roles = [description["roles"].get(each, {"zh": each}) for each in operation["by"]]
    if viewer is None:
        return "须先登录", "sign in first"
    if any(
        city.port.holds_role(description["name"], each, viewer)
        for each in operation["by"]
    ):
        return None
    return (
        f"须有角色“{'或'.join(each['zh'] for each in roles)}”，由"
        f"{description['lead'] or '牵头单位'}授予",
        f"needs the role {' or '.join(operation['by'])}, which the lead unit grants",
    )


def _other_party(
    description: Json, operation: Json, fields: Json, viewer: bytes | None
) -> tuple[str, str] | None:
    own = show(viewer) if viewer else ""
    if not operation["only"] or any(fields.get(n) == own for n in operation["only"]):
        return None
    known = record_fields(description)
    titles = [title_of(name, known.get(name)) for name in operation["only"]]
    zh = "或".join(title["zh"] for title in titles)
    en = " or ".join(title["en"] for title in titles)
    return f"只有记录中的{zh}可以", f"only the record's {en} may"
