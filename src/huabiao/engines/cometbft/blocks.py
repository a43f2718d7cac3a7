"""
Blocks: what CometBFT has decided becomes the ledger's, and durable.

A block of CometBFT that holds no envelope makes no block of ours, so a quiet city's log
does not grow. Heights are therefore two counts: `order` is CometBFT's, `height` the
ledger's, and the log keeps both.

    finalize   envelopes that may run → ledger.finalize → header hash
    commit     certificates kept, log fsync, then who waits is told
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import RLock

from huabiao.crypto.envelope import Envelope
from huabiao.engines.cometbft import abci_pb2 as abci
from huabiao.engines.cometbft.bundles import CERTIFICATES, BadBundle, Bundles
from huabiao.engines.cometbft.certifying import Certifying
from huabiao.engines.cometbft.snapshots import Snapshots
from huabiao.ledger.block import Block, decode_logged
from huabiao.ledger.ledger import Ledger
from huabiao.proofs.header import header_hash
from huabiao.proofs.members import Member

log = logging.getLogger("huabiao.cometbft")
NOTE_ORDER_EVERY = 100
"""Quiet blocks after which CometBFT's count is noted, so that a start replays few."""
RETAINED_ORDERS = 2_600_000
"""CometBFT's own blocks that are kept at least: those of a quiet month, of a week that
is busy day and night. A node that was away for less comes back by itself. Older ones go
once there is a snapshot; the ledger's log stays."""


@dataclass
class Decided:
    """What `finalize` made of a block, until `commit` makes it durable."""

    order: int
    time: int
    block: Block | None = None
    signers: Sequence[Member] = ()
    """The members in force for this block."""
    refused: dict[bytes, tuple[str, str]] = field(default_factory=dict)
    certificates: dict[int, bytes] = field(default_factory=dict)
    bundles: list[bytes] = field(default_factory=list)
    """Hashes of the bundles that it has."""


Committed = Callable[[Decided], None]


class Blocks:
    """One ledger behind CometBFT. Called from the engine's event loop."""

    def __init__(
        self,
        ledger: Ledger,
        lock: RLock,
        bundles: Bundles,
        certifying: Certifying,
        snapshots: Snapshots,
    ) -> None:
        assert ledger.certificates is not None
        self._ledger, self._lock = ledger, lock
        self._kept = ledger.certificates
        self._bundles, self._certifying = bundles, certifying
        self._snapshots = snapshots
        self._decided: Decided | None = None
        self._thread = ThreadPoolExecutor(1, "blocks")
        self.order = 0
        self.newest_count = 0
        """Envelopes in the newest of CometBFT's blocks."""
        self.resume(self._kept.order)

    def resume(self, order: int) -> None:
        """Stand where the ledger stands: at start, and when a snapshot is restored."""
        ledger, self.order = self._ledger, order
        if ledger.height:
            newest = decode_logged(ledger.log.read(ledger.height))
            self.order = max(self.order, newest.order)
        if self._kept.members_at(ledger.height + 1) is None:
            self._kept.put({}, {ledger.height + 1: ledger.members}, self.order)
        self._remember_uncertified()

    def _remember_uncertified(self) -> None:
        """Blocks at the end of the log whose certificates are still to come."""
        ledger = self._ledger
        for height in range(ledger.height, max(ledger.log.first, 1) - 1, -1):
            members = self._kept.members_at(height)
            if members is None or ledger.certificate(height) is not None:
                return
            encoded = decode_logged(ledger.log.read(height)).header
            hash_ = header_hash(ledger.digest, encoded)
            self._certifying.add(height, hash_, encoded, members)

    def retain_from(self) -> int:
        """The oldest of CometBFT's own blocks that others may still need; 0: all."""
        orders = self._snapshots.orders() if self.order % NOTE_ORDER_EVERY == 0 else []
        if not orders or self.order <= RETAINED_ORDERS:
            return 0
        return min(
            orders[0], self._kept.order or orders[0], self.order - RETAINED_ORDERS
        )

    @property
    def hash(self) -> bytes:
        """The application hash: the newest header's, or what genesis hashes to."""
        decided = self._decided
        if decided is not None and decided.block is not None:
            return decided.block.hash
        return self._ledger.hash

    @property
    def height(self) -> int:
        """The ledger's, the block under way included."""
        under_way = self._decided is not None and self._decided.block is not None
        return self._ledger.height + under_way

    def close(self) -> None:
        self._thread.shutdown(wait=True, cancel_futures=True)

    async def finalize(self, asked: abci.RequestBlock) -> Decided:
        """Run a decided block; nothing is durable yet."""
        time_ms = asked.time.seconds * 1000 + asked.time.nanos // 1_000_000
        decided = Decided(asked.height, time_ms)
        envelopes: list[Envelope] = []
        for index, raw in enumerate(asked.txs):
            try:
                if raw[:1] == CERTIFICATES and index == 0:
                    decided.certificates = self._certifying.open(raw)
                else:
                    bundle = await self._bundles.checked(raw)
                    envelopes += bundle.envelopes
                    decided.bundles.append(bundle.hash)
            except BadBundle as error:
                # More than a third lied: everyone honest leaves it out alike.
                log.error("block %d holds what it must not: %s", asked.height, error)
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._run, decided, envelopes)
        self._decided = decided
        return decided

    def _run(self, decided: Decided, envelopes: Sequence[Envelope]) -> None:
        """Leave out what may not run, by the chain's own rules, and run the rest."""
        ledger, kept = self._ledger, []
        with self._lock:
            # CometBFT counts nanoseconds; two of its blocks may share a millisecond.
            decided.time = max(decided.time, ledger.time)
            decided.signers = ledger.members
            refusals = ledger.rules.check_all(envelopes, decided.time)
            for envelope, refusal in zip(envelopes, refusals, strict=True):
                if refusal is None:
                    kept.append(envelope)
                else:
                    decided.refused[envelope.id] = refusal.code, refusal.sentence
            if kept:
                holds = b"\x01" * len(kept)
                decided.block = ledger.finalize(decided.time, kept, holds, True)

    async def commit(self) -> Decided:
        """Make the finalized block durable."""
        decided = self._decided
        assert decided is not None, "Commit without FinalizeBlock"
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._make_durable, decided)
        self._decided = None
        for height in decided.certificates:
            self._certifying.waiting.pop(height, None)
        block = decided.block
        if block is not None:
            self._certifying.add(
                block.header.height, block.hash, block.encoded_header, decided.signers
            )
        self.order = decided.order
        self.newest_count = len(block.envelopes) if block is not None else 0
        self._bundles.took(decided.bundles, decided.time)
        return decided

    def _make_durable(self, decided: Decided) -> None:
        block, changed = decided.block, {}
        with self._lock:
            if block is not None and block.members != decided.signers:
                changed[block.header.height + 1] = block.members
            quiet = block is None and decided.order % NOTE_ORDER_EVERY == 0
            if decided.certificates or changed or quiet:
                # Certificates first: a block of ours in the log must not be ahead.
                order = self._kept.order if block is not None else decided.order
                self._kept.put(decided.certificates, changed, order)
            if block is not None:
                self._ledger.commit(block, b"", decided.order)
                self._snapshots.committed(
                    block.header.height, decided.order, [*decided.signers]
                )
            self._snapshots.certified()
