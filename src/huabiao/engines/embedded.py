"""
The embedded engine: one process, one member, a real certificate on every block.

Tickets (a client's batch of envelopes) wait in a bounded pool. One thread takes what is
there, asks the ledger to run it as a block, signs the header, commits, and answers the
tickets. A block is made when something waits; a quiet city makes none.
"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from huabiao.codec import encode
from huabiao.crypto.envelope import Envelope
from huabiao.engines.pool import Part, Placed, Pool, Ticket
from huabiao.engines.signers import Certify, Signers, Unsigned
from huabiao.ledger.block import Block
from huabiao.ledger.governed import MEMBERS
from huabiao.ledger.ledger import Ledger
from huabiao.proofs.members import Member, is_quorum
from huabiao.state import DiskFull

OTHER_MEMBERS = (
    "单进程引擎只有本节点一个成员的密钥，不能改由其他成员签署区块；请改用多成员引擎。"
    " The embedded engine holds one member's key and cannot certify blocks for other"
    " members; use an engine of many members."
)


class EmbeddedEngine:
    """Owns the ledger. `lock` is held while a block is run."""

    name = "embedded"

    def __init__(
        self,
        ledger: Ledger,
        signers: Signers,
        clock: Callable[[], int] = lambda: int(time.time() * 1000),
    ) -> None:
        self.ledger, self._signers, self._clock = ledger, signers, clock
        self.lock = threading.RLock()
        self._pool = Pool()
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
        with self._pool.filled:
            self._running = False
            self._pool.filled.notify_all()
        self._thread.join(30)

    @property
    def waiting(self) -> int:
        """How many envelopes wait in the pool."""
        return self._pool.waiting

    def offer(self, ticket: Ticket) -> None:
        """Put a batch whose signatures hold into the pool; raises PoolFull."""
        self._pool.offer(ticket)

    def health(self) -> dict[str, Any]:
        """What keeps it from making blocks, and nothing else: it waits for nobody."""
        return {"alerts": [each for each in (self.failure, self.alert) if each]}

    def figures(self) -> dict[str, Any]:
        """Nothing of its own: height and pool say it all."""
        return {}

    def _take(self) -> list[Part]:
        """Wait for work; take whole tickets or parts of them, up to a block's size."""
        with self._pool.filled:
            while self._running and not self._pool.waiting:
                self._pool.filled.wait()
        limits = self.ledger.parameters
        return self._pool.take(limits.block_envelopes, limits.block_bytes)

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
                _answer(taken, Placed(0, 0, "disk.full", str(error)))
            except Unsigned as error:
                # As above: a block without a certificate is no block.
                self.alert = str(error)
                _answer(taken, Placed(0, 0, "signer.failed", str(error)))
            except Exception as error:
                # What went wrong is not known, so only a new start is safe.
                self.failure = str(error) or type(error).__name__
                self._running = False
                _answer(taken, self._not_placed())
        self._pool.drain(self._not_placed())

    def _not_placed(self) -> Placed:
        why = self.failure or "节点正在停止。 The node is stopping."
        return Placed(0, 0, "node.stopped", why)

    def _make_block(self, taken: list[Part]) -> None:
        with self.lock:
            now = max(self._clock(), self.ledger.time + 1)
            waiting = [envelope for part in taken for envelope in part.envelopes]
            refusals = self.ledger.rules.check_all(waiting, now)
            envelopes, places = [], []
            for envelope, refusal in zip(waiting, refusals, strict=True):
                if refusal is not None:
                    places.append(Placed(0, 0, refusal.code, refusal.sentence))
                else:
                    places.append(Placed(-1, len(envelopes), "", ""))
                    envelopes.append(envelope)
            block = self._commit(now, envelopes, places) if envelopes else None
        self._publish(taken, places, block)

    def _commit(
        self, now: int, envelopes: list[Envelope], places: list[Placed]
    ) -> Block | None:
        ledger = self.ledger
        block = ledger.finalize(now, envelopes, b"\x01" * len(envelopes), True)
        if self._seat(block.members) is None:
            envelopes = self._without_change(block, places)
            if not envelopes:
                return None
            block = ledger.finalize(now, envelopes, b"\x01" * len(envelopes), True)
        found = self._seat(ledger.members)
        if found is None:
            raise RuntimeError(OTHER_MEMBERS)
        seat, certify = found
        signature = certify(block.hash, block.encoded_header)
        ledger.commit(block, encode([[seat, signature]]))
        return block

    def _seat(self, members: Sequence[Member]) -> tuple[int, Certify] | None:
        """Where this node's key sits, if it alone is a quorum of these members."""
        found = self._signers.find(members)
        if found is None or not is_quorum(members[found[0]].power, members):
            return None
        return found

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
        taken: list[Part],
        places: list[Placed],
        block: Block | None,
    ) -> None:
        if block is not None:
            height, receipts = block.header.height, block.receipts
            places = [
                Placed.by_receipt(height, place.index, receipts[place.index])
                if place.height
                else place
                for place in places
            ]
            with self.durable:
                self.height = block.header.height
                self.durable.notify_all()
        start = 0
        for part in taken:
            count = len(part.envelopes)
            part.settle(places[start : start + count])
            start += count
        self.ledger.on_step("published")


def _answer(taken: Sequence[Part], placed: Placed) -> None:
    for part in taken:
        part.settle([placed] * len(part.envelopes))
