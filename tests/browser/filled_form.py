"""
A form of a page, filled in with the arguments of a call: each field as its widget asks.

A digest is given as the file that it is of, where that is known, else by its digits.
"""

from datetime import datetime, timedelta
from typing import Any

from playwright.sync_api import Locator

from huabiao.client.described import Records
from huabiao.codec import kind_named
from huabiao.crypto.envelope import Call

Json = dict[str, Any]
Originals = dict[str, bytes]


def fill_in(
    form: Locator, operation: Json, call: Call, records: Records, known: Originals
) -> None:
    """Every argument of the call into its field."""
    for parameter in operation["parameters"]:
        name = parameter["name"]
        if name in call.arguments:
            kind = kind_named(parameter["kind"], records)
            _fill(form, name, kind.show(call.arguments[name]), known)


def _fill(within: Locator, name: str, value: Any, known: Originals) -> None:
    """One value into its field; a record's parts, a list's rows each in theirs."""
    named = f"[data-widget][name='{name}']"
    at = within.locator(f":scope > p {named}, :scope > {named}")
    match at.get_attribute("data-widget"):
        case "record":
            _fill_each(at, value, known)
        case "rows":
            for item in value:
                at.locator(":scope > [data-add]").click()
                _fill_each(at.locator(":scope > [data-row]").last, item, known)
        case "seal":
            at.locator("details").evaluate("each => { each.open = true; }")
            at.locator("[data-commitment]").fill(value)
        case "files":
            at.set_input_files([_file(known[each]) for each in value])
        case "file" if value in known:
            at.set_input_files([_file(known[value])])
        case "file":
            within.locator(f"[data-digest][name='{name}']").fill(value)
        case "checkbox":
            at.set_checked(value)
        case "select":
            at.select_option(value)
        case "list":
            at.fill("\n".join(map(str, value)))
        case "datetime":
            at.fill(_in_beijing(value))
        case _:
            at.fill("" if value is None else str(value))


def _fill_each(within: Locator, values: Json, known: Originals) -> None:
    for name, value in values.items():
        if value is not None:
            _fill(within, name, value, known)


def _file(content: bytes) -> Any:
    return {"name": "file", "mimeType": "text/plain", "buffer": content}


def _in_beijing(instant: str) -> str:
    """An instant of the API as a form's clock shows it."""
    moment = datetime.fromisoformat(instant.replace("Z", "+00:00"))
    return (moment + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M:%S")
