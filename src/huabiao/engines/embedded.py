"""
The embedded engine: one process, one member, a real certificate on every block.

Tickets (a client's batch of envelopes) wait in a bounded pool. One thread takes what is
there, asks the ledger to run it as a block, signs the header, commits, and answers the
tickets. A block is made when something waits; a quiet city makes none.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from huabiao.codec import encode
from huabiao.crypto.envelope import Envelope
from huabiao.ledger.block import Block
from huabiao.ledger.governed import MEMBERS
from huabiao.ledger.ledger import Ledger
from huabiao.proofs.header import certified_message
from huabiao.proofs.members import Member, is_quorum
from huabiao.state import DiskFull

OTHER_MEMBERS = (
    "单进程引擎只有本节点一个成员的密钥，不能改由其他成员签署区块；请改用多成员引擎。"
    " The embedded engine holds one member's key and cannot certify blocks for other"
    " members; use an engine of many members."
)
MOST_WAITING = 40_000
MOST_OF_ONE_SIGNER = 20_000


class PoolFull(Exception):
    """The pool, or this signer's share of it, is full."""


@dataclass
class Placed:
    """Where an envelope ended: its block, place and receipt; or why it got none."""

    height: int
    index: int
    code: str
    sentence: str


@dataclass
class Ticket:
    """A batch that waits together; `done` is called once, from the engine's thread."""

    envelopes: Sequence[Envelope]
    done: Callable[["Ticket"], None]
    placed: list[Placed] = field(default_factory=list)
    next: int = 0


class EmbeddedEngine:
    """Owns the ledger. `lock` is held while a block is run."""

    name = "embedded"

    def __init__(
        self,
        ledger: Ledger,
        sign: Callable[[bytes], bytes],
        public: bytes,
        clock: Callable[[], int] = lambda: int(time.time() * 1000),
    ) -> None:
        self.ledger, self._sign, self._public, self._clock = ledger, sign, public, clock
        self.lock = threading.RLock()
        self._wake = threading.Condition()
        self._waiting: deque[Ticket] = deque()
        self._waiting_envelopes = 0
        self._by_signer: dict[bytes, int] = {}
        self._running = False
        self.durable = threading.Condition()
        self.height = ledger.height
        self.failure = ""
        self.alert = ""
        self._thread = threading.Thread(target=self._work, name="engine", daemon=True)

    def start(self) -> None:
        self._running = True
        self._thread.start()

    def stop(self) -> None:
        """Finish the block under way; what still waits is answered as not placed."""
        with self._wake:
            self._running = False
            self._wake.notify_all()
        self._thread.join(30)

    @property
    def waiting(self) -> int:
        """How many envelopes wait in the pool."""
        return self._waiting_envelopes

    def offer(self, ticket: Ticket) -> None:
        """Put a batch whose signatures hold into the pool; raises PoolFull."""
        signer = ticket.envelopes[0].body.signer
        count = len(ticket.envelopes)
        with self._wake:
            share = self._by_signer.get(signer, 0) + count
            if self._waiting_envelopes + count > MOST_WAITING or (
                share > MOST_OF_ONE_SIGNER
            ):
                raise PoolFull
            self._by_signer[signer] = share
            self._waiting_envelopes += count
            self._waiting.append(ticket)
            self._wake.notify()

    def _take(self) -> list[tuple[Ticket, list[Envelope]]]:
        """Wait for work; take whole tickets or parts of them, up to a block's size."""
        parameters = self.ledger.parameters
        room, weight = parameters.block_envelopes, parameters.block_bytes
        taken: list[tuple[Ticket, list[Envelope]]] = []
        with self._wake:
            while self._running and not self._waiting:
                self._wake.wait()
            while self._waiting and room > 0 and weight > 0:
                ticket = self._waiting[0]
                part: list[Envelope] = []
                while room > 0 and weight > 0 and ticket.next < len(ticket.envelopes):
                    envelope = ticket.envelopes[ticket.next]
                    part.append(envelope)
                    ticket.next += 1
                    room, weight = room - 1, weight - len(envelope.raw)
                taken.append((ticket, part))
                self._release(ticket, len(part))
                if ticket.next == len(ticket.envelopes):
                    self._waiting.popleft()
        return taken

    def _release(self, ticket: Ticket, count: int) -> None:
        signer = ticket.envelopes[0].body.signer
        self._waiting_envelopes -= count
        left = self._by_signer[signer] - count
        if left:
            self._by_signer[signer] = left
        else:
            del self._by_signer[signer]

    def _work(self) -> None:
        while self._running:
            taken = self._take()
            if not taken:
                continue
            try:
                self._make_block(taken)
                self.alert = ""
            except DiskFull as error:
                # Nothing happened: the log is whole, and the next block may have room.
                self.alert = str(error)
                full = Placed(0, 0, "disk.full", str(error))
                for ticket, part in taken:
                    self._answer(ticket, [full] * len(part))
            except Exception as error:
                # What went wrong is not known, so only a new start is safe.
                self.failure = str(error) or type(error).__name__
                self._running = False
                for ticket, part in taken:
                    self._answer(ticket, [self._not_placed()] * len(part))
        with self._wake:
            for ticket in self._waiting:
                missing = len(ticket.envelopes) - len(ticket.placed)
                self._answer(ticket, [self._not_placed()] * missing)
            self._waiting.clear()

    def _not_placed(self) -> Placed:
        why = self.failure or "节点正在停止。 The node is stopping."
        return Placed(0, 0, "node.stopped", why)

    def _make_block(self, taken: list[tuple[Ticket, list[Envelope]]]) -> None:
        with self.lock:
            now = max(self._clock(), self.ledger.time + 1)
            envelopes, places, seen = [], [], set()
            for _, part in taken:
                for envelope in part:
                    refusal = self.ledger.check(envelope, now)
                    if refusal is not None:
                        places.append(Placed(0, 0, refusal.code, refusal.sentence))
                    elif envelope.id in seen:
                        sentence = "重复的信封。 A repeated envelope."
                        places.append(Placed(0, 0, "envelope.replayed", sentence))
                    else:
                        seen.add(envelope.id)
                        places.append(Placed(-1, len(envelopes), "", ""))
                        envelopes.append(envelope)
            block = self._commit(now, envelopes, places) if envelopes else None
        self._publish(taken, places, block)

    def _commit(
        self, now: int, envelopes: list[Envelope], places: list[Placed]
    ) -> Block | None:
        ledger = self.ledger
        block = ledger.finalize(now, envelopes, b"\x01" * len(envelopes))
        if self._seat(block.members) is None:
            envelopes = self._without_change(block, places)
            if not envelopes:
                return None
            block = ledger.finalize(now, envelopes, b"\x01" * len(envelopes))
        seat = self._seat(ledger.members)
        if seat is None:
            raise RuntimeError(OTHER_MEMBERS)
        signature = self._sign(certified_message(block.hash))
        ledger.commit(block, encode([[seat, signature]]))
        return block

    def _seat(self, members: Sequence[Member]) -> int | None:
        """Where this node's key sits, if it alone is a quorum of these members."""
        for seat, member in enumerate(members):
            if member.public == self._public and is_quorum(member.power, members):
                return seat
        return None

    def _without_change(self, block: Block, places: list[Placed]) -> list[Envelope]:
        """The envelopes of a block but for those that change the members."""
        kept: list[Envelope] = []
        standing = [place for place in places if place.height]
        pairs = zip(standing, block.envelopes, block.receipts, strict=True)
        for place, envelope, receipt in pairs:
            if any(
                key == MEMBERS for each in receipt.results for key, _ in each.writes
            ):
                place.height, place.code = 0, "engine.members"
                place.sentence = OTHER_MEMBERS
            else:
                place.index = len(kept)
                kept.append(envelope)
        return kept

    def _publish(
        self,
        taken: list[tuple[Ticket, list[Envelope]]],
        places: list[Placed],
        block: Block | None,
    ) -> None:
        if block is not None:
            for place in places:
                if place.height:
                    receipt = block.receipts[place.index]
                    place.height = block.header.height
                    place.code, place.sentence = receipt.code, receipt.sentence
            with self.durable:
                self.height = block.header.height
                self.durable.notify_all()
        start = 0
        for ticket, part in taken:
            self._answer(ticket, places[start : start + len(part)])
            start += len(part)
        self.ledger.on_step("published")

    @staticmethod
    def _answer(ticket: Ticket, places: list[Placed]) -> None:
        ticket.placed.extend(places)
        if len(ticket.placed) == len(ticket.envelopes):
            ticket.done(ticket)
