"""
What a person may do next, and why the rest is not open to them.

Drawn from the Description, the record's state and the roles on chain, by the rules that
`contracts.perform` holds: role, state, party. What the trade's own rules say, only the
contract knows; a door may offer what it will refuse.
"""

from typing import Any

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
        why = _wrong_state(description, operation, record["state"])
        why = why or _missing_role(city, description, operation, viewer)
        why = why or _other_party(operation, record["fields"], viewer)
        found.append(_act(name, operation, why))
    return found


def acts_on_scenario(city: City, description: Json, viewer: bytes | None) -> list[Json]:
    """What opens a record, and what is done without one."""
    return [
        _act(name, operation, _missing_role(city, description, operation, viewer))
        for name, operation in _operations(description, ("opens", "does"))
    ]


def _operations(description: Json, manners: tuple[str, ...]) -> list[tuple[str, Json]]:
    return [
        (name, each)
        for name, each in description["operations"].items()
        if each["manner"] in manners and each["by"] != [FOUNDER]
    ]


def _act(name: str, operation: Json, why: tuple[str, str] | None) -> Json:
    return {
        "operation": name,
        "title": operation["title"] or name,
        "doc": operation["doc"],
        "keyed": operation["keyed"],
        "parameters": [_field(each) for each in operation["parameters"]],
        "open": why is None,
        "why": {"zh": why[0], "en": why[1]} if why else None,
    }


def _field(parameter: Json) -> Json:
    """A parameter as a form's field; `widget` without what it counts in."""
    widget, _, unit = parameter["widget"].partition(":")
    return {**parameter, "widget": widget, "unit": unit}


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
    operation: Json, fields: Json, viewer: bytes | None
) -> tuple[str, str] | None:
    own = show(viewer) if viewer else ""
    if not operation["only"] or any(fields.get(n) == own for n in operation["only"]):
        return None
    names = operation["only"]
    return f"只有记录中的 {'、'.join(names)} 可以", f"only the record's {names} may"
