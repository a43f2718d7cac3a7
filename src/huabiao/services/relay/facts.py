"""
What a relay reads of clients, routes and packets, as the chain keeps it.

The fields stand in the order of the records of the contracts `light_clients`, `routes`
and `packets`; fields that a later version adds at the end are not looked at.
"""

from dataclasses import dataclass

import msgspec

FOLLOWING, OPEN, PROPOSED = "following", "open", "proposed"


class Client(msgspec.Struct, array_like=True, frozen=True):
    """A light client; instants and `period` in milliseconds."""

    chain: str
    suite: str
    members: bytes
    period: int
    proposed_by: bytes
    newest: int
    newest_time: int
    changed: int
    trusted_at: int
    taken: int
    era: int
    last: int
    why_frozen: str

    @property
    def expires(self) -> int:
        return self.trusted_at + self.period


class Route(msgspec.Struct, array_like=True, frozen=True):
    """A way to another chain; `counterpart` is its name over there."""

    chain: str
    counterpart: str
    verifier: str
    client: str
    trust: str
    ordered: bool
    most: int
    window: int
    proposed_by: bytes
    pauses: int
    why_paused: str


class Flow(msgspec.Struct, array_like=True, frozen=True):
    """What went and came over a route in the window that began at `since`."""

    next_out: int = 1
    next_in: int = 1
    since: int = 0
    out: int = 0
    came: int = 0


class Packet(msgspec.Struct, array_like=True, frozen=True):
    """What crosses; the payloads are looked at by nobody on the way."""

    chain: str
    route: str
    to: str
    counterpart: str
    sequence: int
    timeout: int


class Crossing(msgspec.Struct, array_like=True, frozen=True):
    """The sender's record of a packet."""

    route: str
    sequence: int
    to: str
    counterpart: str
    sender: str
    receivers: list[str]
    sent_at: int
    timeout: int


read_client = msgspec.msgpack.Decoder(tuple[str, int, Client]).decode
read_route = msgspec.msgpack.Decoder(tuple[str, int, Route]).decode
read_crossing = msgspec.msgpack.Decoder(tuple[str, int, Crossing]).decode
read_flow = msgspec.msgpack.Decoder(Flow).decode
read_packet = msgspec.msgpack.Decoder(Packet).decode

Place = tuple[str, int]
"""A packet by the route's name on this side, and its number."""


@dataclass(frozen=True)
class Way:
    """A route of the chain that is written to."""

    name: str
    state: str
    route: Route
    flow: Flow

    def room(self, now: int) -> int:
        """How many packets may still come in the window under way."""
        if now >= self.flow.since + self.route.window:
            return self.route.most
        return self.route.most - self.flow.came


@dataclass(frozen=True)
class Seen:
    """
    A link's facts at one moment: `here` is written to, `there` is read.

    `coming` were sent there and not received here, `ending` were sent from here and
    have not ended; each with the moment when its time ends. Over an ordered route
    `coming` is asked for by number instead, from the next one on.
    """

    now: int
    state: str
    client: Client
    ways: dict[str, Way]
    coming: dict[Place, int]
    ending: dict[Place, int]
