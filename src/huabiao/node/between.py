"""
Between the levels: carries headers and packets among the chains of one process.

It decides nothing: each call that it brings has its proof, and the chain that takes it
checks. Everything is read from the chains anew each time, so that it goes on where it
stopped, and another relay beside it does no harm.

    anchors     the city takes a header of each district that moved on, once a minute
    refreshes   each client takes a header before half its trusting period has passed
    receives    packets that wait on the other chain
    ends        acknowledged, or timed out by a proof that nothing came in time
    shows       grants and receipts of the other chain, to the readers' own

A quiet chain makes no blocks. Where a proof needs a later one, the carrier brings that
chain a header that it has already: that is a block.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from huabiao.codec import decode
from huabiao.crypto.envelope import Call
from huabiao.node.districts import MUNICIPAL
from huabiao.node.level import Level, NotTaken, trusted_at
from huabiao.node.node import Say
from huabiao.node.showing import call_for, to_show
from huabiao.services.relay import carrying

ANCHOR_MS = 60_000
PAUSE_S, LOOK_S = 0.25, 2.0
LONGEST_PAUSE_S = 10.0
TOGETHER, LOOKED_AT = 20, 200
SENT, RECEIVED = "packets/sent", "packets/received"
ANY_KEY = "governance/administrators"
"""A proof of any key brings a header along."""
TIMEOUT = 5
"""Where a packet has its timeout; docs/formats/packet.md."""


class Brought(NamedTuple):
    """A call for a packet, and the proof under whose header it stands."""

    proof: carrying.Proof
    call: Call


@dataclass
class Between:
    """The ways between one chain and another, both ways."""

    one: Level
    other: Level
    say: Say
    _seen: tuple[int, int] = (-1, -1)
    _look_again: float = 0.0
    _told: str = ""

    async def run(self) -> None:
        """Carry until cancelled; what goes wrong is said once and tried again."""
        pause = PAUSE_S
        while True:
            try:
                carried = await self.run_once()
                pause = PAUSE_S
            except Exception as error:  # a way that fails is not the city's end
                carried = 0
                self._tell(error)
                pause = min(2 * pause, LONGEST_PAUSE_S)
            if not carried:
                await asyncio.sleep(pause)

    async def run_once(self) -> int:
        """Carry what there is; how many calls were taken. Where neither chain moved it
        looks every two seconds, for what time alone makes due."""
        heights = self.one.index.height, self.other.index.height
        if heights == self._seen and time.monotonic() < self._look_again:
            return 0
        self._seen, self._look_again = heights, time.monotonic() + LOOK_S
        carried = 0
        for here, there in ((self.one, self.other), (self.other, self.one)):
            client = here.record("light_clients", there.name)
            if client is not None and client["state"] == "following":
                carried += await self._carry(here, there, client)
        return carried

    def _tell(self, error: Exception) -> None:
        told = (
            f"{self.one.district.zh}与{self.other.district.zh}之间：{error}"
            f" · between {self.one.district.en} and {self.other.district.en}"
        )
        if told != self._told:
            self.say(told)
        self._told = told

    async def _carry(self, here: Level, there: Level, client: dict[str, Any]) -> int:
        due = header_due(here, there, client)
        if due and there.node.port.height == client["newest"]:
            await self._make_block(there, here)
        found = await asyncio.to_thread(planned, here, there)
        if not found and not due:
            return 0
        proof = found[0].proof if found else header_proof(there)
        advances = carrying.advances(there.name, proof, client["changed"])
        try:
            await here.bring(*advances, *(each.call for each in found))
            return len(found) or 1
        except NotTaken:
            if len(found) < 2:
                raise
        return await self._one_by_one(here, there, client, found)

    async def _one_by_one(
        self, here: Level, there: Level, client: dict[str, Any], found: list[Brought]
    ) -> int:
        """One that is refused does not keep the others."""
        taken = 0
        for proof, call in found:
            try:
                advances = carrying.advances(there.name, proof, client["changed"])
                await here.bring(*advances, call)
                taken += 1
            except NotTaken as refusal:
                self._tell(refusal)
        return taken

    async def _make_block(self, here: Level, there: Level) -> None:
        client = here.record("light_clients", there.name)
        changed = client["changed"] if client else 0
        await here.bring(*carrying.advances(there.name, header_proof(there), changed))


def header_due(here: Level, there: Level, client: dict[str, Any]) -> bool:
    """Whether a client wants a newer header, packets or not."""
    age = here.now - trusted_at(client)
    if age >= client["period"] // 2:
        return True
    moved = there.node.port.height > client["newest"]
    if here.district is MUNICIPAL and moved and age >= ANCHOR_MS:
        return True
    return client["newest"] == 0 or any(_late(here, there))


def _late(here: Level, there: Level) -> Iterator[bool]:
    """Packets of ours whose time is over, while the newest block there is older."""
    newest = there.node.ledger.time
    for _, timeout in waiting(here, there):
        yield newest < timeout <= here.now


def header_proof(there: Level) -> carrying.Proof:
    """The newest header of a chain with what certifies it."""
    return carrying.state_proof(there.node.port.prove_state(ANY_KEY))[0]


def waiting(sender: Level, receiver: Level) -> list[tuple[int, int]]:
    """Numbers and timeouts of packets under way; the first two hundred."""
    prefix, found = f"{receiver.name}.", []
    for key, _ in sender.index.entries("packets", "sent", prefix, limit=LOOKED_AT):
        stored = sender.node.port.read(f"{SENT}/{key}")
        if stored is not None:  # the read model may be a moment behind
            found.append((int(key.removeprefix(prefix)), decode(stored)[TIMEOUT]))
    return sorted(found)


def planned(here: Level, there: Level) -> list[Brought]:
    """What of `there` can be brought to `here` now, all under one header."""
    at = there.node.port.height
    if at == 0:
        return []
    found = [
        *_incoming(here, there, at),
        *_outcomes(here, there, at),
        *_shown(here, there, at),
    ]
    return found[:TOGETHER]


def _incoming(here: Level, there: Level, at: int) -> Iterator[Brought]:
    for number, timeout in waiting(there, here):
        known = here.node.port.read(f"{RECEIVED}/{there.name}.{number}")
        if known is None and here.now < timeout:
            key = f"{SENT}/{here.name}.{number}"
            yield from _brought(there, key, at, _receive(there.name, number))


def _outcomes(here: Level, there: Level, at: int) -> Iterator[Brought]:
    for number, timeout in waiting(here, there):
        key = f"{RECEIVED}/{here.name}.{number}"
        known = there.node.port.read(key)
        if known is not None or there.node.ledger.time >= timeout:
            yield from _brought(there, key, at, _end(there.name, number))


def _shown(here: Level, there: Level, at: int) -> Iterator[Brought]:
    for wanted in to_show(here, there):
        proof, content = carrying.state_proof(
            there.node.port.prove_state(wanted.key, at)
        )
        if content.value is not None:
            call = call_for(wanted, at, content.value, content.radix)
            yield Brought(proof, call)


def _receive(route: str, number: int) -> Callable[[bytes], Call]:
    return lambda raw: carrying.receive(route, number, raw)


def _end(route: str, number: int) -> Callable[[bytes], Call]:
    return lambda raw: carrying.end(route, number, raw)


def _brought(
    there: Level, key: str, at: int, make: Callable[[bytes], Call]
) -> Sequence[Brought]:
    """One proof and its call; nothing where that height does not show it."""
    raw = there.node.port.prove_state(key, at)
    try:
        return [Brought(carrying.state_proof(raw)[0], make(raw))]
    except carrying.NotCarried:
        return []
