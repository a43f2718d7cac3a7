"""
Copies of other chains' records (contract `shared_records`) in words: of which resource,
how old, and on whose word it rests.
"""

from typing import Any

from huabiao.codec import Instant
from huabiao.doors.addresses import address_of
from huabiao.doors.city import City
from huabiao.doors.crossing_words import TRUST, lasting
from huabiao.doors.other_chains import now_ms

Json = dict[str, Any]
SCENARIO = "shared_records"


def copy(city: City, key: str, viewer: bytes | None) -> Json:
    """The record of a copy as a viewer sees it, with `told`; Problem 404."""
    record = city.record(SCENARIO, key, viewer)
    return {**record, "told": told(city, record, now_ms())}


def told(city: City, record: Json, now: int) -> Json | None:
    """address, url (where the other chain runs beside this one), age_s, sentence and
    trust_sentence of a copy; None for who does not see the whole record."""
    if not record["complete"]:
        return None
    fields = record["fields"]
    route, contract, path = fields["route"], fields["contract"], fields["path"]
    age = max(0, now - Instant.parse(fields["at"]))
    return {
        "address": _address(city, route, contract, path),
        "url": _url(city, route, contract, path),
        "age_s": age // 1000,
        "sentence": _sentence(fields, record["state"], *lasting(age)),
        "trust_sentence": TRUST.get(fields["trust"], fields["trust"]),
    }


def _sentence(fields: Json, state: str, zh: str, en: str) -> str:
    chain, height = fields["chain"], fields["height"]
    if state == "gone":
        return (
            f"{chain} 在高度 {height} 已没有此记录；这是 {zh}前的情形。"
            f" At height {height}, {en} ago, {chain} had no such record any more."
        )
    return (
        f"这是 {chain} 在高度 {height} 的情形，{zh}前；此后的变化须更新才知道。"
        f" So it stood on {chain} at height {height}, {en} ago; what changed since is"
        " known when it is renewed."
    )


def _address(city: City, route: str, contract: str, path: str) -> str | None:
    found = city.port.read(f"routes/record/{route}")
    if found is None:
        return None
    way = city.record("routes", route, None)["fields"]
    place = address_of(city, route, way["counterpart"])
    return place and f"{place}/{contract}/{path.removeprefix('record/')}"


def _url(city: City, route: str, contract: str, path: str) -> str | None:
    beside = city.services.get("other_levels", {}).get(route)
    if beside is None or not path.startswith("record/"):
        return None
    return f"{beside.url}/scenarios/{contract}/{path.removeprefix('record/')}"
