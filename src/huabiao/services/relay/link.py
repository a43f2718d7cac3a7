"""
A link: one direction between two chains, from what one proves to what the other does.

A round looks at both sides, plans, has proved what the plan needs, and sends it: an
envelope is the client's `advance` and the packets that its header proves. Where another
relay was first, the envelope is refused, the next round sees that, and goes on.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from huabiao.client.port import Outcome
from huabiao.crypto.envelope import Call
from huabiao.proofs.header import decode_header
from huabiao.services.relay import carrying
from huabiao.services.relay.doors import Door
from huabiao.services.relay.facts import Seen
from huabiao.services.relay.held import Held, name_of
from huabiao.services.relay.looking import Look
from huabiao.services.relay.planning import Plan, Wants, plan, usable, wanted

MOST_CALLS, LARGEST, MOST_ALONE = 500, 900_000, 10
ANOTHER_WAS_FIRST = {"packet.repeated", "state.wrong"}
NOT_THEIR_FAULT = {"header.unknown"}
"""An envelope before was refused, and with it the header that these needed."""
AGE_AGAIN_S, ASK_AGAIN_S = 2.0, 2.0
"""Also where this machine's clock is ahead, a chain makes no more blocks than that."""


class Trouble(Exception):
    """A chain took nothing of what was sent; the sentence says why."""


@dataclass
class Lag:
    """How far behind a link is; ages in milliseconds."""

    state: str = ""
    packets: int = 0
    oldest: int = 0
    headers: int = 0
    expires: int = 0
    beaten: int = 0
    """Envelopes that came second to another relay's."""
    trouble: str = ""


@dataclass
class Round:
    """Whether something was sent; whether to look again at once; when at the latest."""

    sent: bool = False
    again: bool = False
    due: float = float("inf")


class Link:
    """Carries to `here` what `there` proves, for one client. One thread at a time."""

    def __init__(
        self, here: Door, there: Door, client: str, say: Callable[[str, str], None]
    ) -> None:
        self.here, self.there, self.client = here, there, client
        self.lag, self.held = Lag(), Held()
        self.changed = 0
        """The newest change of members that the client has seen."""
        self.asked = threading.Event()
        """Set where another link waits for a block of `here`."""
        self.ask_block: Callable[[], None] = lambda: None
        """Have `there` make a block."""
        self._look, self._say = Look(here, there, client), say
        self._age_at = self._asked_at = float("-inf")

    @property
    def name(self) -> str:
        return f"{self.there.chain.name} → {self.here.chain.name}"

    def close(self) -> None:
        self.here.close()
        self.there.close()

    def round(self) -> Round:
        """One look and what follows from it."""
        seen = self._look.look()
        self._measure(seen)
        self.changed = seen.client.changed
        asked = self.asked.is_set()
        wants = wanted(seen, self.held.names())
        half = seen.client.trusted_at + seen.client.period // 2
        if not wants and not asked and seen.now <= half:
            return Round(again=self._look.partial, due=self._due(seen))
        made = self._plan(seen, wants, asked)
        if made.needs_block and time.monotonic() - self._asked_at > ASK_AGAIN_S:
            self._asked_at = time.monotonic()
            self.ask_block()
        envelopes = self._envelopes(made)
        if envelopes:
            if asked:
                self.asked.clear()
            self._learn(envelopes, self.here.send(envelopes))
        again = bool(made.calls) or made.incomplete or self._look.partial
        due = time.time() * 1000 + 1_000 if made.needs_block else self._due(seen)
        return Round(bool(envelopes), again, due)

    def _due(self, seen: Seen) -> float:
        """When time alone gives it something to do: a packet's end, or a refresh."""
        half = seen.client.trusted_at + seen.client.period // 2
        ends = [timeout for timeout in seen.ending.values() if timeout > seen.now]
        return min([half, *ends] if usable(seen) else [float("inf")])

    def _plan(self, seen: Seen, wants: Wants, asked: bool) -> Plan:
        keys = {key: want for key, (want, _, _) in wants.items()}
        changed = seen.client.changed
        proofs = self.there.ask(lambda city: city.state_proofs(keys, None, changed))
        newest = decode_header(proofs.header).height
        self.lag.headers = max(0, newest - seen.client.newest)
        return plan(seen, self.client, wants, proofs, asked)

    def _envelopes(self, made: Plan) -> list[list[Call]]:
        """As few as hold the calls; what was refused before goes alone."""
        alone = [call for call in made.calls if self.held.is_suspect(name_of(call))]
        rest = [call for call in made.calls if call not in alone]
        if not alone:
            return carrying.packed(made.advances, rest, MOST_CALLS, LARGEST)
        first = carrying.packed(made.advances, [], MOST_CALLS, LARGEST)
        others = carrying.packed([], rest, MOST_CALLS, LARGEST)
        return [*first, *others, *([call] for call in alone[:MOST_ALONE])]

    def _learn(
        self, envelopes: Sequence[Sequence[Call]], outcomes: Sequence[Outcome]
    ) -> None:
        for calls, outcome in zip(envelopes, outcomes, strict=True):
            if outcome.accepted:
                for call in calls:
                    self.held.carried(name_of(call))
            elif not outcome.height:
                raise Trouble(f"{outcome.sentence} [{outcome.code}]")
            else:
                self._blame(calls[outcome.call], outcome)

    def _blame(self, call: Call, outcome: Outcome) -> None:
        """Learn from the call that a refusal was about."""
        name = name_of(call)
        if not name:
            # After a change of members that another relay brought, what those before
            # signed is nothing to the client any more: the next round sees it.
            if self._look.changed() == self.changed:
                raise Trouble(f"{outcome.sentence} [{outcome.code}]")
            self.lag.beaten += 1
        elif outcome.code in ANOTHER_WAS_FIRST:
            self.lag.beaten += 1
            self.held.carried(name)
        elif outcome.code not in NOT_THEIR_FAULT:
            seconds = self.held.refused(name)
            self._say(
                f"refused {self.name} {name}",
                f"{self.name} {name}：{outcome.sentence} [{outcome.code}]，"
                f"{seconds:.0f} 秒后再试 · again in {seconds:.0f} s",
            )

    # -- how far behind --------------------------------------------------------

    def _measure(self, seen: Seen) -> None:
        self.lag.state = seen.state if usable(seen) else "expired"
        if seen.state != "following":
            self.lag.state = seen.state
        self.lag.packets, self.lag.expires = self._look.waiting, seen.client.expires
        if not seen.coming and not seen.ending:
            self.lag.oldest = 0
        elif time.monotonic() - self._age_at > AGE_AGAIN_S:
            self._age_at = time.monotonic()
            self.lag.oldest = self._oldest(seen)

    def _oldest(self, seen: Seen) -> int:
        """Age of the packet with the lowest number, which was sent first."""
        ages = [0]
        for door, places in ((self.there, seen.coming), (self.here, seen.ending)):
            if places:
                route, number = min(places, key=lambda place: place[1])
                if door is self.there:
                    route = seen.ways[route].route.counterpart
                sent_at = self._look.sent_at(door, route, number)
                if sent_at is not None:
                    ages.append(seen.now - sent_at)
        return max(ages)
