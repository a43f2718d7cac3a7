"""
The directory's levels: departments, their duties, systems and catalogs, and tables.

All of it is public. A level is read up to MOST entries, in the order of keys; `more`
says that there are further ones, which the search finds.
"""

from dataclasses import dataclass, field
from typing import Any

from huabiao.crypto.address import show
from huabiao.doors.city import City
from huabiao.doors.listing import Asked, list_records
from huabiao.doors.records import entries

Json = dict[str, Any]
MOST, WAITING_SHOWN = 300, 50
UNDER = {"duty": "", "system": "duty", "catalog": "duty", "table": "catalog"}
"""Which level an entry hangs below in the tree."""


@dataclass
class Node:
    """An entry of a level; `stands_on` are the keys of what it depends on."""

    level: str
    key: str
    title: str
    owner: str
    stands_on: tuple[str, ...] = ()
    below: list["Node"] = field(default_factory=list)


@dataclass
class Department:
    """A department, its duties in the order of codes, and all of its entries."""

    account: str
    name: str
    duties: list[Node] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)


def departments(city: City) -> tuple[list[Department], bool]:
    """Every department that registered something, in the order of names; and whether
    a level has more entries than were read."""
    if not {"directory", "library"} <= city.descriptions().keys():
        return [], False
    levels = {
        level: _level(city, contract, part, level)
        for level, contract, part in (
            ("duty", "directory", "duties"), ("system", "directory", "systems"),
            ("catalog", "directory", "catalogs"), ("table", "library", "tables"),
        )
    }  # fmt: skip
    every = [node for nodes in levels.values() for node in nodes]
    known = {(node.level, node.key): node for node in every}
    for node in every:
        parent = known.get((UNDER[node.level], *node.stands_on[:1]))
        if parent is not None:
            parent.below.append(node)
    found: dict[str, Department] = {}
    for node in every:
        new = Department(node.owner, city.name_of(node.owner))
        one = found.setdefault(node.owner, new)
        one.nodes.append(node)
        if node.level == "duty":
            one.duties.append(node)
    more = any(len(nodes) == MOST for nodes in levels.values())
    return sorted(found.values(), key=lambda each: (each.name, each.account)), more


def _level(city: City, contract: str, part: str, level: str) -> list[Node]:
    rows = entries(city, contract, part, None, "", "", MOST)["entries"]
    return [_node(level, row["key"], row["entry"]) for row in rows]


def _node(level: str, key: str, entry: Json) -> Node:
    """An entry as a node; what it stands on that makes the tree comes first."""
    if level == "catalog":
        title, on = entry["resource"]["title"], (entry["duty"],)
    elif level == "system":
        title, on = entry["title"], (entry["duty"],)
    elif level == "table":
        place = entry["structure"]
        title = place["comment"] or f"{place['schema_name']}.{place['table_name']}"
        on = (entry["catalog"], entry["system"])
    else:
        title, on = entry["title"], ()
    return Node(level, key, title, entry["owner"], on)


def waiting_for(city: City, viewer: bytes) -> Json:
    """Requests for an account's data that it has to answer, and the grants in force
    that it gave or has, each with how often data went out under it."""
    if "sharing" not in city.descriptions():
        return {"waiting": [], "given": [], "held": []}

    def asked(state: str, side: str) -> list[Json]:
        where = {side: show(viewer)}
        listed = Asked("sharing", state, where, limit=WAITING_SHOWN)
        found: list[Json] = list_records(city, viewer, listed)["records"]
        return found

    return {
        "waiting": asked("requested", "owner"),
        "given": asked("granted", "owner"),
        "held": asked("granted", "reader"),
    }
