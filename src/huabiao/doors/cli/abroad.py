"""
Another chain as the commands of this one reach it: over a route, at an address.

An identity's key for another chain lies in the same home as NAME@ROUTE: chains may have
different suites, so it is a key, and an account, of its own.
"""

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

import click

from huabiao.doors.cli.settings import Failed, Settings

if TYPE_CHECKING:
    from huabiao.client.remote import Remote
    from huabiao.client.resource import Resource
    from huabiao.crypto.keys import Keys

at_option = click.option(
    "--at-url", "at_url", metavar="URL",
    help="对方链的门户；同机运行时自动得知 · the other chain's door",
)  # fmt: skip


class Way(NamedTuple):
    """A route, the client under it, and the chain and suite that the client follows;
    `changed` is the newest change of members over there that it has seen."""

    route: str
    client: str
    chain: str
    suite: str
    changed: int


def route_to(settings: Settings, written: str) -> tuple[str, "Resource"]:
    """The route to the chain of a resource's address, "" for this chain, and the
    address taken apart; Failed with the addresses that there are."""
    from huabiao.client.resource import parse_resource

    found = parse_resource(written)
    place = f"{found.chain}.{found.zone}"
    routes = settings.city.get("/api/chains")["routes"]
    if place in {each["own_address"] for each in routes}:
        return "", found
    named = {each["address"]: each["route"] for each in routes if each["address"]}
    if place not in named:
        known = "、".join(named) or "—"
        raise Failed(
            f"不知道链 {place}，已知：{known}。"
            f" The chain {place} is not known here; these are: {known}."
        )
    return str(named[place]), found


def way(settings: Settings, route: str) -> Way:
    """The chain at the end of a route; Failed with the routes that there are."""
    found = settings.city.get("/api/chains")
    clients = {each["client"]: each for each in found["clients"]}
    routes = {each["route"]: each for each in found["routes"]}
    client = clients.get(routes.get(route, {}).get("client", ""))
    if client is None:
        known = "、".join(routes) or "—"
        raise Failed(
            f"没有通往我方之链的路由“{route}”，有：{known}。"
            f" There is no route {route!r} to a chain of ours; there are: {known}."
        )
    path = f"/api/scenarios/light_clients/records/{quote(client['client'])}"
    changed = int(settings.city.get(path)["fields"]["changed"])
    return Way(route, client["client"], client["chain"], client["suite"], changed)


def door_of(settings: Settings, route: str, given: str | None) -> "Remote":
    """The door of the chain at the end of a route; it must be that very chain."""
    from huabiao.client.remote import Remote

    there = way(settings, route)
    url = given or next(
        (each["url"] for each in levels(settings) if each["route"] == route), None
    )
    if not url:
        raise Failed(
            f"不知道“{route}”的门户地址，请用 --at-url 写明（向对方索取）。"
            f" Where the door of {route!r} is, is not known: give it with --at-url."
        )
    door = Remote(url)
    if door.chain != there.chain:
        raise Failed(
            f"{url} 是链 {door.chain}，路由“{route}”通往 {there.chain}。"
            f" {url} is the chain {door.chain}; the route leads to {there.chain}."
        )
    return door


def levels(settings: Settings) -> list[dict[str, Any]]:
    """The chains of the other level, with their doors where they run beside ours."""
    found: list[dict[str, Any]] = settings.city.get("/api/levels")["chains"]
    return found


def keys_for(
    settings: Settings, identity: str, route: str, suite: str, make: bool = True
) -> "Keys":
    """An identity's key for the chain at the end of a route: NAME@ROUTE of this home,
    made at first use; NoSuchIdentity where it is neither there nor to be made."""
    from huabiao.client.wallets import open_identity

    settings.keys(identity, make=False)
    return open_identity(settings.home, f"{identity}@{route}", suite, make)


def reader(
    settings: Settings, identity: str | None, route: str, door: "Remote"
) -> "Remote":
    """The door of another chain as seen by NAME@ROUTE, where there is such a key."""
    if not identity:
        return door
    try:
        keys = keys_for(settings, identity, route, door.suite_name, make=False)
    except LookupError:
        return door
    return door.as_(keys)
