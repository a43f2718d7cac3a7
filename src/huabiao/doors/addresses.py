"""
Addresses of chains: CHAIN.ZONE, before a resource's /CONTRACT/RECORD (client/resource).

The chain is the name of the route that leads to it. A district's zone is its city; a
city is its own zone, and so is any chain that is on no level here. This chain bears the
names that the ends of its routes give it.

    on the city's chain     haidian.beijing   a district      beijing.beijing   itself
    on Haidian's            beijing.beijing   the city        haidian.beijing   itself
"""

from typing import Any

from huabiao.client.resource import BadAddress, parse_resource
from huabiao.doors.city import City

Json = dict[str, Any]


def address_of(city: City, route: str, counterpart: str) -> str | None:
    """The address of the chain at the end of a route, by whose other end this one is
    `counterpart`; None where a name cannot be part of one."""
    return _written(route, counterpart if _is_below(city, route) else route)


def own_address(city: City, route: str, counterpart: str) -> str | None:
    """This chain's own address, as the end of that route knows it."""
    stored = city.port.read(f"levels/chains/{route}")
    above = stored is not None and not _is_below(city, route)
    return _written(counterpart, route if above else counterpart)


def _is_below(city: City, route: str) -> bool:
    """Whether the chain at the end of a route is a district's."""
    if city.port.read(f"levels/chains/{route}") is None:
        return False
    return bool(city.port.ask("levels", "level_of", {"route": route}) == "district")


def _written(chain: str, zone: str) -> str | None:
    try:
        return str(parse_resource(f"{chain}.{zone}"))
    except BadAddress:
        return None
