"""
The pool: what clients sent and no block has taken yet, the same for every engine.

A ticket is a client's batch of envelopes, answered when each has its place. They wait
in one queue a signer, and the queues take turns, so that a flood from one signer delays
that signer alone. The pool is bounded in all and for each signer; who finds it full is
told so at once.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Condition

from huabiao.crypto.envelope import Envelope
from huabiao.proofs.receipt import Receipt

MOST_WAITING = 40_000
MOST_OF_ONE_SIGNER = 20_000
TURN = 500
"""Envelopes that one signer may place before the next one's turn."""


class PoolFull(Exception):
    """The pool, or this signer's share of it, is full."""


@dataclass
class Placed:
    """Where an envelope ended: its block, place and receipt; or why it got none."""

    height: int
    index: int
    code: str
    sentence: str
    call: int = 0
    """Which of its calls decided: the one refused, or the last."""
    cost: int = 0
    """What its calls cost together."""

    @classmethod
    def by_receipt(cls, height: int, index: int, receipt: Receipt) -> "Placed":
        """An envelope that is in a block."""
        last, cost = len(receipt.results) - 1, receipt.cost
        return cls(height, index, receipt.code, receipt.sentence, last, cost)


NOWHERE = Placed(0, 0, "", "")


@dataclass
class Ticket:
    """A batch that waits together; `done` is called once, from the engine's thread."""

    envelopes: Sequence[Envelope]
    done: Callable[["Ticket"], None]
    placed: list[Placed] = field(init=False)
    taken: int = 0
    missing: int = field(init=False)

    def __post_init__(self) -> None:
        self.missing = len(self.envelopes)
        self.placed = [NOWHERE] * self.missing

    @property
    def signer(self) -> bytes:
        """Whose turn it takes: the first envelope's signer."""
        return self.envelopes[0].body.signer

    def settle(self, start: int, places: Sequence[Placed]) -> None:
        """Answer some envelopes, each once; the last answer completes the ticket."""
        self.placed[start : start + len(places)] = places
        self.missing -= len(places)
        if self.missing == 0:
            self.done(self)


@dataclass(frozen=True)
class Part:
    """Envelopes of a ticket that were taken together, from `start` on."""

    ticket: Ticket
    start: int
    envelopes: Sequence[Envelope]

    def settle(self, places: Sequence[Placed]) -> None:
        self.ticket.settle(self.start, places)


class Pool:
    """Tickets by signer, in turns. Thread safe."""

    def __init__(self) -> None:
        self.filled = Condition()
        self.waiting = 0
        """Envelopes in the pool."""
        self._queues: dict[bytes, deque[Ticket]] = {}
        self._of_signer: dict[bytes, int] = {}

    def offer(self, ticket: Ticket) -> None:
        """Put a batch whose signatures hold into the pool; raises PoolFull."""
        count, signer = len(ticket.envelopes), ticket.signer
        with self.filled:
            share = self._of_signer.get(signer, 0) + count
            if self.waiting + count > MOST_WAITING or share > MOST_OF_ONE_SIGNER:
                raise PoolFull
            self._of_signer[signer] = share
            self.waiting += count
            self._queues.setdefault(signer, deque()).append(ticket)
            self.filled.notify()

    def take(self, room: int, weight: int) -> list[Part]:
        """
        Up to `room` envelopes, and of them only one beyond `weight` bytes.

        Gives nothing when nothing waits; signers take turns.
        """
        taken: list[Part] = []
        with self.filled:
            while self._queues and room > 0 and weight > 0:
                signer = next(iter(self._queues))
                queue = self._queues.pop(signer)
                part = _part_of(queue[0], min(room, TURN), weight)
                if queue[0].taken == len(queue[0].envelopes):
                    queue.popleft()
                if queue:
                    self._queues[signer] = queue
                taken.append(part)
                room -= len(part.envelopes)
                weight -= sum(len(envelope.raw) for envelope in part.envelopes)
                self._release(signer, len(part.envelopes))
        return taken

    def _release(self, signer: bytes, count: int) -> None:
        self.waiting -= count
        left = self._of_signer[signer] - count
        if left:
            self._of_signer[signer] = left
        else:
            del self._of_signer[signer]

    def drain(self, answer: Placed) -> None:
        """Answer everything that waits with the same words."""
        while parts := self.take(MOST_WAITING, 2**62):
            for part in parts:
                part.settle([answer] * len(part.envelopes))


def _part_of(ticket: Ticket, room: int, weight: int) -> Part:
    start, part = ticket.taken, []
    while room > 0 and weight > 0 and ticket.taken < len(ticket.envelopes):
        envelope = ticket.envelopes[ticket.taken]
        part.append(envelope)
        ticket.taken += 1
        room, weight = room - 1, weight - len(envelope.raw)
    return Part(ticket, start, part)
