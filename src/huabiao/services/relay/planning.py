"""
What to do: the facts of both sides → the keys to have proved → the calls to make.

Two pure functions, so that what a relay does can be read, and tested, without a chain.
`wanted` says what must be proved over there; `plan` turns what was proved into calls.

    sent there, not received here, in time        receive
    sent here, received there                     acknowledge
    sent here, not received there by its time     time_out, by proof of absence
    half of the trusting period is over           advance, without a packet

Over an ordered route packets come by their numbers, the late ones too: those are
answered as declined, and make room for the next.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from huabiao.crypto.envelope import Call
from huabiao.proofs.header import decode_header
from huabiao.proofs.state_proofs import (
    MOST_CHANGES,
    PRESENT,
    PROOF,
    StateEntry,
    StateProofs,
    Want,
)
from huabiao.services.relay import carrying
from huabiao.services.relay.facts import FOLLOWING, OPEN, Place, Seen, Way

MOST_COMING, MOST_ENDING = 400, 400
"""Packets of one round, each way; with their keys they stay within MOST_KEYS."""
ORDERED_AHEAD = 100


@dataclass
class Plan:
    """`needs_block`: the other chain must make a block before more can be proved;
    `incomplete`: what is final there is not certified yet, ask again soon."""

    advances: list[Call] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    needs_block: bool = False
    incomplete: bool = False


Wants = dict[str, tuple[Want, str, Place]]
"""By state key of the other chain: what is wanted, "coming" or "ending", which."""


def usable(seen: Seen) -> bool:
    """Whether anything can be proved to the client as it stands."""
    return seen.state == FOLLOWING and seen.now <= seen.client.expires


def refresh_due(seen: Seen) -> bool:
    """Whether half of the trusting period has gone by."""
    return seen.now - seen.client.trusted_at > seen.client.period // 2


def wanted(seen: Seen, held: Collection[str]) -> Wants:
    """The keys to have proved, without the packets that are held back for now."""
    found: Wants = {}
    if not usable(seen):
        return found
    for way in seen.ways.values():
        if way.state != OPEN:
            continue
        room = min(way.room(seen.now), MOST_COMING - len(found))
        for number in _coming(seen, way, held)[: max(room, 0)]:
            key = f"packets/sent/{way.route.counterpart}.{number}"
            want = PRESENT if way.route.ordered else PROOF
            found[key] = want, "coming", (way.name, number)
    for place, timeout in sorted(seen.ending.items())[:MOST_ENDING]:
        way = seen.ways[place[0]]
        if f"end {place[0]}.{place[1]}" in held:
            continue
        over = seen.now >= timeout and not way.route.ordered
        key = f"packets/received/{way.route.counterpart}.{place[1]}"
        found[key] = PROOF if over else PRESENT, "ending", place
    return found


def _coming(seen: Seen, way: Way, held: Collection[str]) -> list[int]:
    if way.route.ordered:
        start = way.flow.next_in
        ahead = range(start, start + ORDERED_AHEAD)
        stop = next((n for n in ahead if f"receive {way.name}.{n}" in held), None)
        return list(range(start, stop)) if stop is not None else list(ahead)
    return sorted(
        number
        for (route, number), timeout in seen.coming.items()
        if route == way.name
        and timeout > seen.now
        and f"receive {route}.{number}" not in held
    )


def plan(
    seen: Seen, client: str, wants: Wants, proofs: StateProofs, asked: bool = False
) -> Plan:
    """The calls that follow from what was proved; with `asked` the header is brought
    even where nothing needs it, since another link waits for a block of this chain."""
    made = Plan()
    advances = carrying.steps(client, proofs, seen.client.changed)
    if asked:
        # Also one that is refused makes a block.
        made.advances = advances or [carrying.advance(client, proofs)]
    if not usable(seen):
        return made
    header = decode_header(proofs.header)
    if len(proofs.changes) == MOST_CHANGES:
        made.advances, made.incomplete = advances, True
        return made  # as far as they lead; the next round goes on from there
    for (_, kind, place), entry in zip(wants.values(), proofs.entries, strict=True):
        if kind == "coming":
            _receive(made, seen, place, header.height, entry)
        else:
            _end(made, seen, place, header.height, header.time, entry)
    made.calls = _in_a_row(seen, made.calls)
    # A header that is hardly newer would only make two idle chains answer each other.
    worth = header.time - seen.client.trusted_at >= seen.client.period // 8
    due = refresh_due(seen)
    made.needs_block |= due and not worth
    if made.calls or (due and worth):
        made.advances = advances
    return made


def _receive(
    made: Plan, seen: Seen, place: Place, height: int, entry: StateEntry
) -> None:
    if entry.value is None:
        # Over an ordered route: the next one was not sent yet. Else it was listed, so
        # it has ended meanwhile, or its block awaits the certificate.
        made.incomplete |= not seen.ways[place[0]].route.ordered
    else:
        made.calls.append(carrying.receive_proved(*place, height, entry))


def _end(
    made: Plan, seen: Seen, place: Place, height: int, time: int, entry: StateEntry
) -> None:
    timeout, ordered = seen.ending[place], seen.ways[place[0]].route.ordered
    if entry.value is not None or (entry.radix and time >= timeout):
        made.calls.append(carrying.end_proved(*place, height, entry))
    elif seen.now >= timeout and not ordered:
        made.needs_block = True


def _in_a_row(seen: Seen, calls: list[Call]) -> list[Call]:
    """Without what does not follow the next number over an ordered route."""
    following = {w.name: w.flow.next_in for w in seen.ways.values() if w.route.ordered}
    kept = []
    for call in calls:
        route, _, number = call.key.rpartition(".")
        if call.operation == "receive" and route in following:
            if int(number) != following[route]:
                continue
            following[route] += 1
        kept.append(call)
    return kept
