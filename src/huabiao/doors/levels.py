"""
The two levels as people look at them: the chains that this one follows, how far every
department is, and what is docked between the levels.

What is said of another chain is what this chain holds of it: the newest header that was
anchored here by its certificate, and the district's own report. Where the other chain
runs beside this one, `services["other_levels"]` has its port and its address, and the
lag in blocks shows.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from huabiao.client.described import show_entry, show_stored_record
from huabiao.client.port import Port
from huabiao.codec import Instant, decode
from huabiao.crypto.address import show
from huabiao.doors.city import City

Json = dict[str, Any]
LEVELS, DOCKING = "levels", "docking"
PAGE, MOST_COUNTED, MOST_SHOWN = 500, 20_000, 200
COUNTED = (
    ("duties", "directory", "duties"), ("systems", "directory", "systems"),
    ("catalogs", "directory", "catalogs"), ("tables", "library", "tables"),
)  # fmt: skip
FIGURES = ("duties", "systems", "catalogs", "tables", "docked")


class Beside(NamedTuple):
    """Another level's node in this process: `services["other_levels"]` by route."""

    port: Port
    url: str


def levels(city: City) -> Json:
    """level, chains (those that are followed), progress by level, dockings."""
    city.caught_up()
    above = city.port.read(f"{LEVELS}/above/here")
    return {
        "level": "district" if above else "municipal",
        "chain": city.port.chain,
        "chains": [*chains(city)],
        "progress": [{"route": "", **progress(city)}, *_reported(city)],
        "dockings": [*dockings(city)],
    }


# -- chains ------------------------------------------------------------------------


def chains(city: City) -> Iterator[Json]:
    """Each chain of the other level, and the newest header of it that stands here."""
    if LEVELS not in city.descriptions():
        return
    description = city.description("light_clients")
    now = city.port.health()["time"]
    for route, stored in city.index.entries(LEVELS, "chains", limit=MOST_SHOWN):
        its = show_entry(city.description(LEVELS), "chains", stored)
        found = city.port.read(f"light_clients/record/{route}")
        if found is None:
            continue
        client = show_stored_record(description, found)
        yield {
            "route": route,
            **{name: its[name] for name in ("level", "zh", "en", "code")},
            **anchored(client, now),
            **_beside(city, route, client["fields"]["newest"]),
        }


def anchored(client: Json, now: int) -> Json:
    """chain, suite, state, height and time of the newest header here, its age (s), how
    long the members are still trusted (s; none once it is frozen)."""
    fields = client["fields"]
    at, trusted = fields["newest_time"], Instant.parse(fields["trusted_at"])
    left = max(0, trusted + fields["period"] - now) // 1000
    return {
        "chain": fields["chain"],
        "suite": fields["suite"],
        "state": client["state"] if left else "expired",
        "height": fields["newest"],
        "at": at if fields["newest"] else None,
        "age_s": (now - Instant.parse(at)) // 1000 if fields["newest"] else None,
        "trusted_s": left if client["state"] == "following" else 0,
    }


def _beside(city: City, route: str, height: int) -> Json:
    """Blocks that are not anchored yet, and the door, of a chain that runs here too."""
    known: Beside | None = city.services.get("other_levels", {}).get(route)
    if known is None:
        return {"behind": None, "url": None}
    return {"behind": max(0, known.port.height - height), "url": known.url}


# -- progress ----------------------------------------------------------------------


def progress(city: City) -> Json:
    """This chain's departments and what each has on chain, counted now; classified ones
    are counted and not named. `more`: there are entries beyond what was counted."""
    if LEVELS not in city.descriptions():
        return _told(city.port.height, None, [], 0)
    named, excluded = _enlisted(city)
    counts: dict[bytes, dict[str, int]] = {account: {} for account in named}
    for figure, contract, part in COUNTED:
        for owner in _owners(city, contract, part):
            its = counts.setdefault(owner, {})
            its[figure] = its.get(figure, 0) + 1
    for entry in _docked(city):
        its = counts.setdefault(entry, {})
        its["docked"] = its.get("docked", 0) + 1
    listed = [
        {
            "department": named.get(account) or city.organisation(account),
            **{name: its.get(name, 0) for name in FIGURES},
        }
        for account, its in counts.items()
        if account not in excluded
    ]
    listed.sort(key=lambda each: str(each["department"]))
    return _told(city.port.height, None, listed, len(excluded))


def _told(height: int, at: str | None, listed: list[Json], excluded: int) -> Json:
    return {
        "height": height,
        "at": at,
        "departments": listed,
        "excluded": excluded,
        "awaited": sum(not each["duties"] for each in listed),
        "total": {name: sum(each[name] for each in listed) for name in FIGURES},
    }


def _reported(city: City) -> Iterator[Json]:
    """What each district's coordinator reported last."""
    if LEVELS not in city.descriptions():
        return
    for route, stored in city.index.entries(LEVELS, "reports", limit=MOST_SHOWN):
        if route != "here":
            its = show_entry(city.description(LEVELS), "reports", stored)
            listed = its["departments"]
            yield {
                "route": route,
                **_told(its["height"], its["at"], listed, its["excluded"]),
            }


def _enlisted(city: City) -> tuple[dict[bytes, str], set[bytes]]:
    """Departments by account with their titles, and those that are classified."""
    named, excluded = {}, set()
    for key, stored in _all(city, LEVELS, "departments"):
        title, _, classified, _ = decode(stored)
        if classified:
            excluded.add(bytes.fromhex(key))
        else:
            named[bytes.fromhex(key)] = title
    return named, excluded


def _owners(city: City, contract: str, part: str) -> Iterator[bytes]:
    for _, stored in _all(city, contract, part):
        yield decode(stored)[0]


def _docked(city: City) -> Iterator[bytes]:
    for _, stored in _all(city, DOCKING, "dockings"):
        fields = decode(stored)
        if fields[2] == "docked" and fields[6] is not None:
            yield fields[6]


def _all(city: City, contract: str, part: str) -> Iterator[tuple[str, bytes]]:
    """Entries of a registry, a page at a time, up to a bound."""
    after = ""
    for _ in range(MOST_COUNTED // PAGE):
        rows = city.index.entries(contract, part, after=after, limit=PAGE)
        yield from rows
        if len(rows) < PAGE:
            return
        after = rows[-1][0]


# -- dockings ----------------------------------------------------------------------


def dockings(city: City) -> Iterator[Json]:
    """What is delegated or docked, and whether one level changed what the other has
    not accepted yet; the first two hundred."""
    if DOCKING not in city.descriptions():
        return
    for key, stored in city.index.entries(DOCKING, "dockings", limit=MOST_SHOWN):
        fields = decode(stored)
        route, upper, state, locked, catalog, other, owner, _, theirs, agreed = fields[
            :10
        ]
        drift = bool(agreed) and theirs != agreed
        changed = differing(city, agreed, theirs) if drift else []
        yield {
            "docking": key,
            "route": route,
            "side": "municipal" if upper else "district",
            "state": state,
            "locked": locked,
            "catalog": catalog,
            "other": other,
            "owner": show(owner) if owner else None,
            "drift": changed,
            "note": fields[14],
            "failed": fields[15],
        }


def differing(city: City, before: bytes, after: bytes) -> list[str]:
    """The fields in which two resources differ, by their names."""
    names = city.description("directory")["records"]["Resource"]["fields"]
    pairs = zip(names, decode(before), decode(after), strict=True)
    return [name for name, one, other in pairs if one != other]
