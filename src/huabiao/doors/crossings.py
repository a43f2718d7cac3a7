"""
Crossings as people read them: a list, and one packet's life with its proofs.

Outgoing packets are records of `packets`; of incoming ones this chain keeps what came
of them. An incoming one is named `in:<route>.<n>`, since both sides count from one.
"""

from dataclasses import dataclass
from typing import Any

from huabiao.client.described import show_entry
from huabiao.codec import Instant
from huabiao.doors.city import City
from huabiao.doors.crossing_words import TRUST, Told, Way, tell, tell_received
from huabiao.doors.listing import Asked, list_records
from huabiao.doors.other_chains import now_ms, way_of
from huabiao.doors.problems import not_found
from huabiao.doors.records import entries, history

Json = dict[str, Any]
PACKETS, IN = "packets", "in:"
STATES = ("sent_out", "acknowledged", "declined", "timed_out")


@dataclass(frozen=True)
class AskedCrossings:
    """Which crossings: over a route ("" for all), in a state, in or out."""

    route: str = ""
    state: str = ""
    incoming: bool = False
    after: str = ""
    limit: int = 50


def crossings(city: City, asked: AskedCrossings) -> Json:
    """One page of crossings in words; `next` continues as `after`."""
    if PACKETS not in city.descriptions():
        return {"crossings": [], "counts": {}, "next": None}
    ways = _Ways(city, now_ms())
    if asked.incoming:
        prefix = f"{asked.route}." if asked.route else ""
        page = entries(
            city, PACKETS, "received", None, prefix, asked.after, asked.limit
        )
        found = [_incoming(ways, row["key"], row["entry"]) for row in page["entries"]]
        return {"crossings": found, "counts": {}, "next": page["next"]}
    where = {"route": asked.route} if asked.route else {}
    listed = list_records(
        city, None,
        Asked(PACKETS, asked.state or None, where, after=asked.after,
              limit=asked.limit),
    )  # fmt: skip
    return {
        "crossings": [_outgoing(ways, each) for each in listed["records"]],
        "counts": listed["counts"],
        "next": listed["next"],
    }


def crossing(city: City, id_: str) -> Json:
    """One crossing with its steps and where its proofs are; Problem 404."""
    ways = _Ways(city, now_ms())
    if not id_.startswith(IN):
        record = city.record(PACKETS, id_, None)
        return {
            **_outgoing(ways, record),
            "steps": history(city, PACKETS, id_, None)["steps"],
            "proof": f"packets/{id_}",
        }
    key = id_.removeprefix(IN)
    stored = city.port.read(f"{PACKETS}/received/{key}")
    if stored is None:
        raise not_found(
            f"没有收到过跨链件 {key[:80]}", f"No packet {key[:80]!r} was received"
        )
    entry = show_entry(city.description(PACKETS), "received", stored)
    return {
        **_incoming(ways, key, entry),
        # Of one number both an incoming and an outgoing packet may be told here.
        "steps": [
            step
            for step in history(city, PACKETS, key, None)["steps"]
            if step["operation"] == "receive"
        ],
        "proof": f"packets/received/{key}",
    }


class _Ways:
    """Routes as they stand now, each read once for a page."""

    def __init__(self, city: City, now: int) -> None:
        self._city, self.now = city, now
        self._known: dict[str, Way | None] = {}

    def __getitem__(self, name: str) -> Way | None:
        if name not in self._known:
            self._known[name] = way_of(self._city, name, self.now)
        return self._known[name]

    def trust(self, name: str) -> Json:
        stored = self._city.record("routes", name, None)["fields"]["trust"]
        return {"trust": stored, "trust_sentence": TRUST.get(stored, stored)}


def _outgoing(ways: _Ways, record: Json) -> Json:
    fields = record["fields"]
    plain = fields | {
        "state": record["state"],
        "sent_at": Instant.parse(fields["sent_at"]),
        "timeout": Instant.parse(fields["timeout"]),
    }
    way = ways[fields["route"]]
    told = tell(plain, way, ways.now)
    return {
        "id": record["id"],
        "direction": "out",
        "chain": fields["to"],
        "state": record["state"],
        "state_title": record["state_title"],
        **{name: fields[name] for name in (
            "route", "sequence", "counterpart", "sender", "receivers", "sent_at",
            "timeout", "code",
        )},
        "refusal": fields["sentence"],
        **(ways.trust(way.name) if way else {"trust": "", "trust_sentence": ""}),
        **_told(told),
    }  # fmt: skip


def _incoming(ways: _Ways, key: str, entry: Json) -> Json:
    route, _, number = key.rpartition(".")
    way = ways[route]
    chain = way.chain if way else route
    accepted = entry["code"] == "ok"
    title = (
        {"zh": "已收到", "en": "Received"}
        if accepted
        else {"zh": "已收到，未接受", "en": "Received, declined"}
    )
    return {
        "id": f"{IN}{key}",
        "direction": "in",
        "chain": chain,
        "state": "received" if accepted else "declined_here",
        "state_title": title | {"final": True},
        "route": route,
        "sequence": int(number) if number.isdigit() else 0,
        "received_at": entry["at"],
        "code": entry["code"],
        "refusal": entry["sentence"],
        **(ways.trust(way.name) if way else {"trust": "", "trust_sentence": ""}),
        **_told(tell_received(chain, entry["code"], entry["sentence"])),
    }


def _told(told: Told) -> Json:
    return {"sentence": told.sentence, "todo": told.todo, "stuck": told.stuck}
