"""
Between the levels: anchors and showings, which no relay of strangers' packets does.

    anchors     the city takes a header of each district that moved on, once a minute
    shows       grants and receipts of the other chain, to the readers' own

Packets, their ends and the clients' refreshes are the relay's (relaying.py). Nothing is
decided here either: each call has its proof, and the chain that takes it checks.
Everything is read from the chains anew each time, so that it goes on where it stopped.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from huabiao.crypto.envelope import Call
from huabiao.node.districts import MUNICIPAL
from huabiao.node.level import Level, NotTaken, trusted_at
from huabiao.node.showing import call_for, to_show
from huabiao.proofs.proof_file import Proof
from huabiao.services.relay import carrying

ANCHOR_MS = 60_000
PAUSE_S, LOOK_S = 0.25, 2.0
LONGEST_PAUSE_S = 10.0
TOGETHER = 20
ANY_KEY = "governance/administrators"
"""A proof of any key brings a header along."""


class Brought(NamedTuple):
    """A call that shows something, and the proof under whose header it stands."""

    proof: Proof
    call: Call


@dataclass
class Between:
    """The ways between one chain and another, both ways; `say` is a relay's."""

    one: Level
    other: Level
    say: Callable[[str, str], None]
    _seen: tuple[int, int] = (-1, -1)
    _look_again: float = 0.0

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
        self.say(
            f"between {self.one.name} {self.other.name}",
            f"{self.one.district.zh}与{self.other.district.zh}之间：{error}"
            f" · between {self.one.district.en} and {self.other.district.en}",
        )

    async def _carry(self, here: Level, there: Level, client: dict[str, Any]) -> int:
        found = await asyncio.to_thread(planned, here, there)
        if not found and not anchor_due(here, there, client):
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


def anchor_due(here: Level, there: Level, client: dict[str, Any]) -> bool:
    """Whether a header is to be brought though nothing else is."""
    moved = there.node.port.height > client["newest"]
    old = here.now - trusted_at(client) >= ANCHOR_MS
    return client["newest"] == 0 or (here.district is MUNICIPAL and moved and old)


def header_proof(there: Level) -> Proof:
    """The newest header of a chain with what certifies it."""
    return carrying.state_proof(there.node.port.prove_state(ANY_KEY))[0]


def planned(here: Level, there: Level) -> list[Brought]:
    """What of `there` can be shown to `here` now, all under one header."""
    at = there.node.port.height
    return [*_shown(here, there, at)][:TOGETHER] if at else []


def _shown(here: Level, there: Level, at: int) -> Iterator[Brought]:
    for wanted in to_show(here, there):
        proof, content = carrying.state_proof(
            there.node.port.prove_state(wanted.key, at)
        )
        if content.value is not None:
            call = call_for(wanted, at, content.value, content.radix)
            yield Brought(proof, call)
