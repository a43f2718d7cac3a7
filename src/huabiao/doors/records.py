"""
What people read of records, uses of their data and the directory, as plain JSON.

As in `reading`, a viewer (None: nobody in particular) gets no more than he may see.
"""

from collections.abc import Iterator
from typing import Any

from huabiao.client.described import show_entry, show_stored_record
from huabiao.codec import Instant, decode
from huabiao.crypto.address import parse as parse_account
from huabiao.doors.city import City
from huabiao.doors.listing import csv_head, csv_line
from huabiao.doors.organisations import kyc_uses
from huabiao.doors.problems import not_found
from huabiao.doors.uses_abroad import reader_abroad
from huabiao.doors.vault import openings_about

Json = dict[str, Any]
Viewer = bytes | None
MOST_ALERTS, MOST_TAGS, PAGE = 500, 2_000, 200
ENTRIES_LOOKED = 4_000


def history(city: City, scenario: str, key: str, viewer: Viewer) -> Json:
    """Who did what to a record, oldest first; who and where, to those who may see."""
    description = city.description(scenario)
    city.caught_up()
    whole = city.sight(description, key, viewer).whole
    steps = []
    for row in city.index.history(scenario, key):
        if row["code"] != "ok" and not whole:
            continue
        facts = description["operations"].get(row["operation"], {})
        step: Json = {
            "height": row["height"],
            "time": Instant.show(row["time"]),
            "operation": row["operation"],
            "title": facts.get("title", ""),
            "from": row["from"],
            "to": row["to"],
            "code": row["code"],
        }
        if whole:
            step |= {
                "envelope": row["envelope"],
                "sender": row["sender"],
                "sender_name": city.name_of(row["sender"]),
                "sentence": row["sentence"],
            }
        steps.append(step)
    if not steps:
        raise city.nothing_found(
            f"没有 {scenario} “{key[:80]}”的历史",
            f"There is no history of {scenario} {key[:80]!r}",
        )
    return {"scenario": scenario, "id": key, "complete": whole, "steps": steps}


# -- uses of a person's data ------------------------------------------------------


def uses_of(city: City, account: bytes) -> list[Json]:
    """Each use of the data of the person behind an account, oldest first: rows read
    under a grant, personal values that a vault opened, and an enterprise's file."""
    city.caught_up()
    found: dict[str, Json] = {}
    for tag in tags_of(city, account):
        for use in city.index.uses(city.tags.receipts(tag)):
            found.setdefault(use["receipt"], use_json(city, use))
    openings = openings_about(city, account)
    uses = [*found.values(), *openings, *kyc_uses(city, account)]
    return sorted(uses, key=lambda use: use["height"])


USED = ("at", "height", "reader", "reader_name", "owner", "owner_name", "table",
        "record", "columns", "purpose", "legal_basis", "grant", "receipt")  # fmt: skip


def csv_of_uses(city: City, account: bytes) -> Iterator[str]:
    """The same as CSV (RFC 4180), the newest first; what a use lacks is left empty."""
    uses = uses_of(city, account)
    yield csv_head(USED)
    for use in reversed(uses):
        cells = use | {"columns": "、".join(use["columns"])}
        yield csv_line([cells.get(name) for name in USED])


def tags_of(city: City, account: bytes) -> list[bytes]:
    """The subject tags of the person behind an account: one a department that holds
    data, so MOST_TAGS is far beyond any city's."""
    prefix = account.hex() + "/"
    tags: list[bytes] = []
    after = ""
    while len(tags) < MOST_TAGS:
        page = city.index.entries("identity", "persons", prefix, after, PAGE)
        tags += [bytes.fromhex(key.rpartition("/")[2]) for key, _ in page]
        if len(page) < PAGE:
            break
        after = page[-1][0]
    return tags[:MOST_TAGS]


def use_json(city: City, use: Json) -> Json:
    """One receipt, and the grant under which it came, as plain JSON."""
    description = city.description("sharing")
    stored = city.port.read(f"sharing/receipts/{use['receipt']}")
    entry = show_entry(description, "receipts", stored) if stored else {}
    shown: Json = {"receipt": use["receipt"], "height": use["height"], **entry}
    request = city.port.read(f"sharing/record/{entry.get('grant', '')}")
    if request is not None:
        record = show_stored_record(description, request)
        shown["grant_state"] = record["state"]
        for name in ("table", "purpose", "legal_basis"):
            shown[name] = record["fields"][name]
    for name in ("owner", "reader"):
        if name in entry:
            shown[f"{name}_name"] = city.name_of(entry[name])
    if "reader" in entry:
        shown |= reader_abroad(city, parse_account(entry["reader"]))
    return shown


# -- the directory -----------------------------------------------------------------


def drift(city: City) -> list[Json]:
    """Where a database no longer is what the library says: the alerts that stand."""
    description = city.descriptions().get("drift")
    if description is None:
        return []
    city.caught_up()
    alerts = []
    for table, standing in city.index.entries("drift", "current", limit=MOST_ALERTS):
        id_ = decode(standing)[0]
        stored = city.port.read(f"drift/record/{id_}")
        if stored is None:
            continue  # answered since the read model was asked
        record = show_stored_record(description, stored)
        fields = record["fields"]
        alerts.append(
            {
                "table": table,
                "alert": id_,
                "state": record["state"],
                "owner_name": city.name_of(fields["owner"]),
                **fields,
            }
        )
    return alerts


def entries(
    city: City, scenario: str, part: str, viewer: Viewer, prefix: str, after: str,
    limit: int, stored: bool = False,
) -> Json:  # fmt: skip
    """
    Entries of a part in the order of their keys, those that the viewer sees; `stored`
    adds the bytes, in hexadecimal, that stand on the chain and that a proof proves.

    `next` is the key of the last that is shown: keys of others may name accounts. Where
    few are seen, ENTRIES_LOOKED are looked through at most; `prefix` finds the rest.
    """
    description = city.description(scenario)
    if part not in description["parts"]:
        known = ", ".join(description["parts"]) or "—"
        raise not_found(
            f"{scenario} 没有“{part[:80]}”，有：{known}",
            f"{scenario} has no part {part[:80]!r}; it has: {known}",
        )
    city.caught_up()
    if description["parts"][part]["part"] == "cell":
        # A cell is one value under the part's own name.
        cell = city.port.read(f"{scenario}/{part}")
        seen = [("", cell)] if cell is not None and not after else []
        seen = _those_seen(city, description, part, seen, viewer)
    else:
        seen = _entries_seen(city, description, part, viewer, prefix, after, limit + 1)
    return {
        "scenario": scenario,
        "part": part,
        "entries": [
            {"key": key, "entry": show_entry(description, part, held)}
            | ({"stored": held.hex()} if stored else {})
            for key, held in seen[:limit]
        ],
        "next": seen[limit - 1][0] if len(seen) > limit else None,
    }


Entries = list[tuple[str, bytes]]


def _entries_seen(
    city: City, description: Json, part: str, viewer: Viewer, prefix: str, after: str,
    wanted: int,
) -> Entries:  # fmt: skip
    """The next entries of a registry that a viewer sees, as many as are wanted."""
    seen: Entries = []
    size, looked = wanted, 0
    while len(seen) < wanted and looked < ENTRIES_LOOKED:
        rows = city.index.entries(description["name"], part, prefix, after, size)
        seen += _those_seen(city, description, part, rows, viewer)
        if len(rows) < size:
            break
        after, looked, size = rows[-1][0], looked + size, PAGE
    return seen


def _those_seen(
    city: City, description: Json, part: str, rows: Entries, viewer: Viewer
) -> Entries:
    return [
        (key, held)
        for key, held in rows
        if city.sees_entry(description, part, key, held, viewer)
    ]
