"""
Registers in which accounts stand, each walked in the order of its keys.

A walk gives (key, row) after a key, or before it where it goes backward, and reads one
page of the register at a time. Of a contract that not everybody may read it gives
nothing to who may not.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from huabiao.client.described import show_entry
from huabiao.codec import decode
from huabiao.crypto.address import parse, show
from huabiao.doors.city import City
from huabiao.doors.contacts import registered
from huabiao.doors.organisations import NEVER
from huabiao.doors.visibility import is_supervisor, sees_all
from huabiao.services.index import Wanted

Json = dict[str, Any]
Viewer = bytes | None
Walk = Iterator[tuple[str, Json]]
PAGE = 100
GOVERNANCE, ORGANISATIONS, SEATS = "governance", "organisations", "membership"


@dataclass(frozen=True)
class Sought:
    """Which accounts: of one register, holders of a scenario's roles or who acted on
    its records, or those that words of a registered name or a code find."""

    register: str = ""
    scenario: str = ""
    role: str = ""
    words: str = ""
    backward: bool = False

    def registers(self) -> list[str]:
        """The registers to walk, in their order."""
        if self.register:
            return [self.register]
        if self.scenario:
            return ["role"]
        names = [name for name in REGISTERS if name != "actor"]
        return names[::-1] if self.backward else names

    def supervised(self, city: City, viewer: Viewer) -> list[str]:
        """The contracts whose actors this viewer may see, in the order of the walk."""
        if viewer is None:
            return []
        names = [
            name
            for name, each in city.descriptions().items()
            if self.scenario in ("", name) and is_supervisor(each, viewer, city.port)
        ]
        return sorted(names, reverse=self.backward)


def _row(
    city: City, account: bytes, zh: str, en: str, name: str = "",
    since: str | None = None, until: str | None = None, stands: bool = True,
) -> Json:  # fmt: skip
    """One thing that an account stands as. `name` is empty where no register has one;
    a time that is not known, or never comes, is None."""
    written = show(account)
    if not name:
        known = city.organisation(account)
        name = "" if known == written else known
    return {
        "account": written, "name": name, "zh": zh, "en": en,
        "since": None if since == NEVER else since,
        "until": None if until == NEVER else until, "stands": stands,
    }  # fmt: skip


def _entries(
    city: City, viewer: Viewer, sought: Sought, part: tuple[str, str], prefix: str,
    after: str,
) -> Walk:  # fmt: skip
    """The entries of a registry (contract, part) as people read them, by their keys."""
    contract, name = part
    description = city.descriptions().get(contract)
    if description is None or not sees_all(description, viewer, city.port):
        return
    while True:
        rows = city.index.entries(
            contract, name, prefix, after, PAGE, sought.backward
        )  # fmt: skip
        for key, stored in rows:
            yield key, show_entry(description, name, stored)
        if len(rows) < PAGE:
            return
        after = rows[-1][0]


def _departments(city: City, viewer: Viewer, sought: Sought, after: str) -> Walk:
    part = GOVERNANCE, "accounts"
    for key, entry in _entries(city, viewer, sought, part, "", after):
        zh, en = f"单位 {entry['code']}", f"department {entry['code']}"
        account = bytes.fromhex(key)
        yield key, _row(city, account, zh, en, entry["name"], entry["since"])


def _organisations(city: City, viewer: Viewer, sought: Sought, after: str) -> Walk:
    part = ORGANISATIONS, "accounts"
    for key, entry in _entries(city, viewer, sought, part, "", after):
        code = entry["organisation"]
        # A suspended organisation is in the register of accounts, and not listed.
        listed = city.port.read(f"{ORGANISATIONS}/organisations/{code}") is not None
        zh, en = f"登记单位 {code}", f"organisation {code}"
        account = bytes.fromhex(key)
        yield key, _row(city, account, zh, en, "", entry["since"], None, listed)


def _devices(city: City, viewer: Viewer, sought: Sought, after: str) -> Walk:
    part = ORGANISATIONS, "owners"
    description = city.descriptions().get(ORGANISATIONS, {})
    for key, entry in _entries(city, viewer, sought, part, "", after):
        code = entry["organisation"]
        stored = city.port.read(f"{ORGANISATIONS}/devices/{code}/{key}")
        device = show_entry(description, "devices", stored) if stored else {}
        called = " ".join(device.get(name, "") for name in ("kind", "serial"))
        stands = device.get("retired_at", NEVER) == NEVER
        zh, en = f"单位 {code} 的设备", f"device of {code}"
        row = _row(city, bytes.fromhex(key), zh, en, called, entry["since"],
                   device.get("until"), stands)  # fmt: skip
        yield key, row


def _members(city: City, viewer: Viewer, sought: Sought, after: str) -> Walk:
    description = city.descriptions().get(SEATS)
    if description is None or not sees_all(description, viewer, city.port):
        return
    sort = "-id" if sought.backward else "id"
    while True:
        wanted = Wanted(sort=sort, after=after, limit=PAGE)
        rows = city.index.records(SEATS, wanted)
        for row in rows:
            state = description["states"].get(row["state"], {})
            zh = f"链上成员 {row['id']}（{state.get('zh', row['state'])}）"
            en = f"member {row['id']} ({state.get('en', row['state'])})"
            account = decode(row["value"])[2][0]
            stands = row["state"] == "seated"
            yield row["id"], _row(city, account, zh, en, stands=stands)
        if len(rows) < PAGE:
            return
        after = rows[-1]["cursor"]


def _roles(city: City, viewer: Viewer, sought: Sought, after: str) -> Walk:
    prefix = f"{sought.scenario}/" if sought.scenario else ""
    prefix += f"{sought.role}/" if sought.role else ""
    part = GOVERNANCE, "roles"
    for key, entry in _entries(city, viewer, sought, part, prefix, after):
        scenario, role, digits = key.split("/")
        account = bytes.fromhex(digits)
        zh, en = role_title(city, scenario, role)
        stands = city.port.holds_role(scenario, role, account)
        yield key, _row(city, account, zh, en, "", None, entry["until"], stands)


def role_title(city: City, scenario: str, role: str) -> tuple[str, str]:
    """A role of a contract in both languages; supervisors are of every contract, and
    of the whole city."""
    about = city.descriptions().get(scenario, {})
    of = about.get("title", {"zh": scenario, "en": scenario})
    if role == "supervisor":
        named = {"zh": "监管方", "en": "supervisor"}
        of = {"zh": "全市", "en": "the whole city"} if not about else of
    else:
        named = about.get("roles", {}).get(role, {"zh": role, "en": role})
    return f"{of['zh']}：{named['zh']}", f"{of['en']}: {named['en']}"


def _actors(city: City, viewer: Viewer, sought: Sought, after: str) -> Walk:
    begun, _, digits = after.partition("/")
    last = _place(digits)
    for contract in sought.supervised(city, viewer):
        if begun and (contract > begun if sought.backward else contract < begun):
            continue
        place = last if contract == begun else b""
        title = city.description(contract)["title"]
        zh, en = f"{title['zh']}：经办", f"{title['en']}: acted"
        while True:
            found = city.index.actors(contract, place, PAGE, sought.backward)
            for account in found:
                yield f"{contract}/{account.hex()}", _row(city, account, zh, en)
            if len(found) < PAGE:
                break
            place = found[-1]


def _place(digits: str) -> bytes:
    try:
        return bytes.fromhex(digits)
    except ValueError:
        return b""


REGISTERS: dict[str, Callable[[City, Viewer, Sought, str], Walk]] = {
    "department": _departments,
    "organisation": _organisations,
    "device": _devices,
    "member": _members,
    "role": _roles,
    "actor": _actors,
}


def by_name(city: City, words: str, most: int) -> list[Json]:
    """Accounts of public registers whose registered name or code has these words, the
    best first; no more than are found at once."""
    rows = []
    for register, each in registered(city, words, most):
        account = parse(each["account"])
        row = _row(city, account, each["zh"], each["en"], each["name"])
        rows.append({"register": register, **row})
    return rows
