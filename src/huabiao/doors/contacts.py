"""
Whom a form may name: looked up by name, as far as the person who asks may know them.

- those who stand in records that the person acted on or is named in, where he sees the
  record whole: his own contacts, a person's account too
- organisations and departments by their registered names or codes, and who holds a seat
  of the chain: the registers of these are public

No name of a person stands on the chain, and no list of accounts has those of persons:
who is not public is found by nobody who has not dealt with him.
"""

import re
from collections.abc import Iterator
from typing import Any

from huabiao.client.described import show_entry
from huabiao.crypto.address import show
from huabiao.doors import organisations as register
from huabiao.doors.city import City
from huabiao.services.index import Wanted
from huabiao.services.index.topics import folded

Json = dict[str, Any]
LONGEST_WORDS, MOST_SHOWN = 100, 12
ACTS_READ, RECORDS_READ, LISTED, PAGE = 200, 40, 1_000, 200
_ACCOUNT = re.compile(r"hb1[0-9a-f]{44}")


def contacts(city: City, words: str, viewer: bytes, scenario: str = "") -> list[Json]:
    """
    At most MOST_SHOWN of {"account", "name", "zh", "en"}: an account, its registered
    name ("" where it has none), and where it is known from. Without words, one's own
    contacts. `scenario` is where the form stands: who is named beside one there counts.
    """
    city.caught_up()
    asked = _folded(words)
    found: dict[str, Json] = {}
    for each in _known(city, asked, viewer, scenario):
        if each["account"] != show(viewer) and _fits(each, asked):
            found.setdefault(each["account"], each)
        if len(found) == MOST_SHOWN:
            break
    return list(found.values())


def registered(city: City, words: str, most: int) -> list[tuple[str, Json]]:
    """At most so many (register, contact) of the public registers that words fit."""
    asked = _folded(words)
    found: dict[str, tuple[str, Json]] = {}
    for register_, each in _registers(city, asked, most):
        if asked and _fits(each, asked):
            found.setdefault(each["account"], (register_, each))
        if len(found) == most:
            break
    return list(found.values())


def _folded(words: str) -> str:
    return folded(words[:LONGEST_WORDS]).strip().lower()


def _fits(contact: Json, asked: str) -> bool:
    told = (contact[name] for name in ("name", "account", "zh", "en"))
    text = folded(" ".join(told)).lower()
    return all(word in text for word in asked.split())


def _known(city: City, asked: str, viewer: bytes, scenario: str) -> Iterator[Json]:
    yield from _of_own_records(city, viewer, scenario)
    if asked:
        yield from (each for _, each in _registers(city, asked, MOST_SHOWN))


def _contact(city: City, account: str, zh: str, en: str, name: str = "") -> Json:
    if not name:
        registered = city.name_of(account)
        name = "" if registered == account else registered
    return {"account": account, "name": name, "zh": zh, "en": en}


# -- one's own ------------------------------------------------------------------------


def _of_own_records(city: City, viewer: bytes, scenario: str) -> Iterator[Json]:
    """Every account in a record that the viewer has to do with, and sees."""
    for contract, key in _own_records(city, viewer, scenario):
        description = city.descriptions()[contract]
        stored = city.port.read(f"{contract}/record/{key}")
        if stored is None:
            continue
        sight = city.sight(description, key, viewer, stored)
        if sight.whole:
            shown = city.shown(description, key, stored, sight)["fields"]
            for field, account in _accounts_in(shown):
                yield _contact(city, account, f"{key} 的 {field}", f"{field} of {key}")


def _own_records(city: City, viewer: bytes, scenario: str) -> Iterator[tuple[str, str]]:
    """Records of this scenario that name the viewer, then the newest that he acted on;
    RECORDS_READ at most, each once."""
    places = [
        *_naming(city, viewer, scenario),
        *(
            (act["contract"], act["key"])
            for act in city.index.account_history(viewer, limit=ACTS_READ)
            if act["code"] == "ok" and act["key"]
        ),
    ]
    known = city.descriptions()
    for contract, key in list(dict.fromkeys(places))[:RECORDS_READ]:
        if contract in known and known[contract]["record"]:
            yield contract, key


def _naming(city: City, viewer: bytes, scenario: str) -> Iterator[tuple[str, str]]:
    description = city.descriptions().get(scenario)
    if description is None or description["record"] is None:
        return
    fields = description["records"][description["record"]]["fields"]
    for name in description["indexes"]:
        if fields.get(name, {}).get("widget") == "party":
            wanted = Wanted(fields={name: viewer}, sort="-id", limit=RECORDS_READ)
            for row in city.index.records(scenario, wanted):
                yield scenario, row["id"]


def _accounts_in(shown: Any, field: str = "") -> Iterator[tuple[str, str]]:
    """(field, account) of every account in a shown value, in its order."""
    if isinstance(shown, dict):
        for name, item in shown.items():
            yield from _accounts_in(item, f"{field}.{name}" if field else name)
    elif isinstance(shown, list):
        for item in shown:
            yield from _accounts_in(item, field)
    elif isinstance(shown, str) and _ACCOUNT.fullmatch(shown):
        yield field, shown


# -- the public registers -------------------------------------------------------------


def _registers(city: City, asked: str, most: int) -> Iterator[tuple[str, Json]]:
    yield from (("department", each) for each in _departments(city))
    yield from (("organisation", each) for each in _organisations(city, asked, most))
    yield from (("member", each) for each in _seats(city))


def _departments(city: City) -> Iterator[Json]:
    """The organisations that governance listed, LISTED at most."""
    description = city.description("governance")
    after, read = "", 0
    while read < LISTED:
        page = city.index.entries("governance", "accounts", "", after, PAGE)
        for key, stored in page:
            entry = show_entry(description, "accounts", stored)
            zh, en = f"单位 {entry['code']}", f"organisation {entry['code']}"
            yield _contact(city, show(bytes.fromhex(key)), zh, en, entry["name"])
        read += len(page)
        if len(page) < PAGE:
            return
        after = page[-1][0]


def _organisations(city: City, asked: str, most: int) -> Iterator[Json]:
    """Registered organisations that the search of the directory finds."""
    for each in register.found(city, asked, most):
        if each["kind"] == "organisation":
            zh, en = f"单位 {each['code']}", f"organisation {each['code']}"
            yield _contact(city, each["account"], zh, en, each["title"])


def _seats(city: City) -> Iterator[Json]:
    """Who holds a seat among those that sign headers."""
    if "membership" not in city.descriptions():
        return
    description = city.description("membership")
    for row in city.index.records("membership", Wanted(state="seated", limit=PAGE)):
        sight = city.sight(description, row["id"], None, row["value"])
        seat = city.shown(description, row["id"], row["value"], sight)["fields"]
        if "account" in seat:
            zh, en = f"链上成员 {row['id']}", f"member {row['id']}"
            yield _contact(city, seat["account"], zh, en)
