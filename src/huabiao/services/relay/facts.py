"""
What a relay reads of clients, routes and packets, as the chain keeps it.

Records are read by the names that the chain's own Description gives to their fields: a
later version of a contract may have others beside them. A packet's bytes are a format
of its own, docs/formats/packet.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from huabiao.codec import decode

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


Fact = TypeVar("Fact", Client, Route, Flow, Crossing)
read_packet = msgspec.msgpack.Decoder(Packet).decode


def fields_of(description: dict[str, Any], part: str = "") -> list[str]:
    """The names of a contract's record's fields, or of a part's entries, in order."""
    name = description["parts"][part]["entry"] if part else description["record"]
    return list(description["records"][name]["fields"])


def read_fact(kind: type[Fact], names: Sequence[str], plain: list[Any]) -> Fact:
    """A stored record's or entry's values, by name; MsgspecError or LookupError where
    they are not what this relay knows."""
    known = dict(zip(names, plain, strict=True))
    return msgspec.convert([known[each] for each in kind.__struct_fields__], kind)


def read_record(
    kind: type[Fact], names: Sequence[str], stored: bytes
) -> tuple[str, Fact]:
    """A stored record: its state, and what is known of it."""
    state, _, plain = decode(stored)
    return str(state), read_fact(kind, names, plain)


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
