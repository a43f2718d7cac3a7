"""
Other chains as this one knows them: clients and routes, in words, for every door.

All of it is public. Expiry is told by this machine's clock; the chain's own decides.
"""

import time
from typing import Any

from huabiao.client.described import show_entry
from huabiao.codec import Instant
from huabiao.doors.addresses import address_of, own_address
from huabiao.doors.city import City
from huabiao.doors.crossing_words import (
    LIGHT_CLIENT,
    TRUST,
    OtherChain,
    Way,
    client_todo,
    lasting,
    way_todo,
)
from huabiao.doors.listing import Asked, list_records

Json = dict[str, Any]
MOST = 200


def now_ms() -> int:
    return int(time.time() * 1000)


def chains(city: City, now: int) -> Json:
    """{"clients": […], "routes": […]}, each with `sentence` and `todo`."""
    if not {"light_clients", "routes"} <= city.descriptions().keys():
        return {"clients": [], "routes": []}
    return {
        "clients": [
            _client_json(each, _client(each, now), now)
            for each in _records(city, "light_clients")
        ],
        "routes": [
            _route_json(city, each, _way(city, each, now))
            for each in _records(city, "routes")
        ],
    }


def _records(city: City, scenario: str) -> list[Json]:
    found: list[Json] = list_records(city, None, Asked(scenario, limit=MOST))["records"]
    return found


def client_of(city: City, name: str, now: int) -> OtherChain | None:
    """A client by its name; None if there is none."""
    found = _find(city, "light_clients", name)
    return None if found is None else _client(found, now)


def way_of(city: City, name: str, now: int) -> Way | None:
    """A route by its name; None if there is none."""
    found = _find(city, "routes", name)
    return None if found is None else _way(city, found, now)


def _find(city: City, scenario: str, name: str) -> Json | None:
    if city.port.read(f"{scenario}/record/{name}") is None:
        return None
    return city.record(scenario, name, None)


def _client(record: Json, now: int) -> OtherChain:
    fields = record["fields"]
    trusted = Instant.parse(fields["trusted_at"])
    expires = trusted + fields["period"]
    following = record["state"] == "following"
    return OtherChain(
        record["id"],
        fields["chain"],
        "expired" if following and now > expires else record["state"],
        Instant.parse(fields["newest_time"]),
        expires,
        fields["why_frozen"],
    )


def _way(city: City, record: Json, now: int) -> Way:
    fields, name = record["fields"], record["id"]
    client = None
    if fields["verifier"] == LIGHT_CLIENT:
        client = client_of(city, fields["client"], now)
    by, at = _paused(city, name) if record["state"] == "paused" else ("", "")
    stored = city.port.read(f"packets/flows/{name}")
    flow = (
        show_entry(city.description("packets"), "flows", stored)
        if stored
        else {"since": Instant.show(0), "out": 0, "came": 0}
    )
    left = Instant.parse(flow["since"]) + fields["window"] - now
    out, came = (flow["out"], flow["came"]) if left > 0 else (0, 0)
    return Way(
        name, fields["chain"], record["state"], fields["verifier"], client,
        fields["why_paused"], by, at, fields["most"], out, came, max(left, 0),
    )  # fmt: skip


def _paused(city: City, name: str) -> tuple[str, str]:
    """Who paused a route last, and when."""
    for step in reversed(city.index.history("routes", name)):
        if step["operation"] == "pause" and step["code"] == "ok":
            return city.name_of(step["sender"]), Instant.show(step["time"])
    return "", ""


def _client_json(record: Json, client: OtherChain, now: int) -> Json:
    zh, en = lasting(client.expires - now)
    if client.state == "following":
        sentence = (
            f"跟随 {client.chain}；再过 {zh}没有新区块头即过期。"
            f" Follows {client.chain}; expires in {en} unless a header comes."
        )
    elif client.state == "expired":
        sentence = f"已过信任期。 {client.chain} was not heard of in time: expired."
    else:
        sentence = (
            f"{record['state_title'].get('zh', '')}。"
            f" {record['state_title'].get('en', '')}."
        )
    fields = record["fields"]
    return {
        "client": client.name,
        "chain": client.chain,
        "suite": fields["suite"],
        "state": client.state,
        "newest": fields["newest"],
        "newest_time": fields["newest_time"],
        "expires": Instant.show(client.expires),
        "sentence": sentence,
        "todo": client_todo(client),
    }


def _route_json(city: City, record: Json, way: Way) -> Json:
    fields = record["fields"]
    ends = way.name, fields["counterpart"]
    return {
        "route": way.name,
        "address": address_of(city, *ends),
        "own_address": own_address(city, *ends),
        "chain": way.chain,
        "counterpart": fields["counterpart"],
        "client": fields["client"],
        "verifier": way.verifier,
        "trust": fields["trust"],
        "trust_sentence": TRUST.get(fields["trust"], fields["trust"]),
        "ordered": fields["ordered"],
        "state": way.state,
        "state_title": record["state_title"],
        "most": way.most,
        "window": fields["window"],
        "out": way.out,
        "came": way.came,
        "todo": way_todo(way),
    }
