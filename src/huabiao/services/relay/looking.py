"""
The facts of one link, read from both of its chains.

Packets under way are listed some pages a round, from where the last one ended and
around again: whatever waits is seen in turn, and nobody can fill a relay's memory by
sending much. What the lists say may be old; everything is proved before it is acted on.
"""

import time
from dataclasses import dataclass, field

import msgspec

from huabiao.codec import decode
from huabiao.proofs.state_proofs import VALUE, StateEntry, Want
from huabiao.services.relay.doors import Door
from huabiao.services.relay.facts import (
    PROPOSED,
    Client,
    Crossing,
    Flow,
    Packet,
    Place,
    Route,
    Seen,
    Way,
    fields_of,
    read_fact,
    read_packet,
    read_record,
)

PAGE, PAGES, MOST_ROUTES, ROUTES_AGAIN_S = 200, 2, 20, 5.0
VERIFIER = "light_clients"


@dataclass
class Look:
    """Reads for the client `client` of chain `here`, which follows `there`."""

    here: Door
    there: Door
    client: str
    _routes: list[str] = field(default_factory=list)
    _fields: dict[str, list[str]] = field(default_factory=dict)
    _routes_at: float = float("-inf")
    _cursors: dict[tuple[str, str], str] = field(default_factory=dict)
    waiting: int = 0
    """Packets that were seen under way in the last look, both ways."""

    @property
    def partial(self) -> bool:
        """Whether there were more packets than the last look has seen."""
        return any(self._cursors.values())

    def look(self) -> Seen:
        routes = self._known_routes()
        stored = self._values(
            f"light_clients/record/{self.client}",
            *(f"routes/record/{name}" for name in routes),
            *(f"packets/flows/{name}" for name in routes),
        )
        state, client = self._client(stored[0])
        ways = self._ways(routes, stored[1:])
        ending = self._listed(self.here, {name: name for name in ways})
        sent = self._listed(
            self.there,
            {
                name: way.route.counterpart
                for name, way in ways.items()
                if not way.route.ordered
            },
        )
        coming = self._not_received(sent)
        self.waiting = len(coming) + len(ending)
        now = int(time.time() * 1000)
        return Seen(now, state, client, ways, coming, ending)

    def changed(self) -> int:
        """The newest change of members that the client has seen by now."""
        (stored,) = self._values(f"light_clients/record/{self.client}")
        return self._client(stored)[1].changed

    def _client(self, stored: StateEntry) -> tuple[str, Client]:
        names = self._fields["light_clients"]
        return read_record(Client, names, stored.value or b"")

    def _known_routes(self) -> list[str]:
        """The routes over this client, asked for now and then."""
        if time.monotonic() - self._routes_at > ROUTES_AGAIN_S:
            found = self.here.records("routes", 1_000, self.there.chain.name)
            self._routes = [
                each["id"]
                for each in found
                if each["fields"]["client"] == self.client
                and each["fields"]["verifier"] == VERIFIER
                and each["state"] != PROPOSED
            ][:MOST_ROUTES]
            for name in ("light_clients", "routes", "packets"):
                about = self.here.described(name)
                self._fields[name] = fields_of(about)
            self._fields["flows"] = fields_of(about, "flows")
            self._routes_at = time.monotonic()
        return self._routes

    def _ways(self, routes: list[str], stored: list[StateEntry]) -> dict[str, Way]:
        ways = {}
        flows = stored[len(routes) :]
        for name, record, flow in zip(routes, stored, flows, strict=False):
            if record.value is not None:
                state, route = read_record(Route, self._fields["routes"], record.value)
                plain = decode(flow.value) if flow.value else None
                known = (
                    read_fact(Flow, self._fields["flows"], plain) if plain else Flow()
                )
                ways[name] = Way(name, state, route, known)
        return ways

    def sent_at(self, door: Door, route: str, number: int) -> int | None:
        """When a packet was sent, as its sender's record says."""
        stored = door.value(f"packets/record/{route}.{number}")
        if stored is None:
            return None
        names = fields_of(door.described("packets"))
        return read_record(Crossing, names, stored)[1].sent_at

    def _values(self, *keys: str) -> list[StateEntry]:
        wanted: dict[str, Want] = dict.fromkeys(keys, VALUE)
        return self.here.ask(lambda city: city.state_proofs(wanted)).entries

    def _listed(self, door: Door, routes: dict[str, str]) -> dict[Place, int]:
        """Packets that a chain sent: the next pages of each route, by its names."""
        found = {}
        for name, there in routes.items():
            for key, stored in self._pages(door, there):
                packet = _packet(stored)
                if packet is not None and key == f"{there}.{packet.sequence}":
                    found[name, packet.sequence] = packet.timeout
        return found

    def _pages(self, door: Door, route: str) -> list[tuple[str, bytes]]:
        """The next PAGES pages; from the beginning where the end was reached."""
        name = (door.chain.name, route)
        cursor = self._cursors.get(name, "")
        found: list[tuple[str, bytes]] = []
        for _ in range(PAGES):
            rows, after = door.page("sent", f"{route}.", cursor, PAGE)
            if not rows and cursor and not found:
                cursor = ""  # a full page was the last one
                continue
            found += rows
            cursor = after
            if not cursor:
                break
        self._cursors[name] = cursor
        return found

    def _not_received(self, sent: dict[Place, int]) -> dict[Place, int]:
        places = list(sent)
        found: dict[Place, int] = {}
        for start in range(0, len(places), 1_000):
            part = places[start : start + 1_000]
            keys = [f"packets/received/{name}.{number}" for name, number in part]
            for place, entry in zip(part, self._values(*keys), strict=True):
                if entry.value is None:
                    found[place] = sent[place]
        return found


def _packet(stored: bytes) -> Packet | None:
    """A packet, or None where a door tells what is none."""
    try:
        return read_packet(stored)
    except msgspec.MsgspecError:
        return None
