"""
The engine of many organisations, as doors see it: the embedded engine's surface.

    tickets → pool → bundles → CometBFT → blocks → tickets answered

BUNDLE_S after somebody sends, what waits in the pool is packed into a bundle, which
goes to the other members through CometBFT and waits here for a block. A ticket is
answered when a block that holds its envelopes is durable at this node.
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from huabiao.crypto import by_key
from huabiao.engines.cometbft.application import Application
from huabiao.engines.cometbft.blocks import Blocks, Decided
from huabiao.engines.cometbft.bundles import DEFLATES, Bundles
from huabiao.engines.cometbft.certifying import Certifying
from huabiao.engines.cometbft.layout import next_key_due
from huabiao.engines.cometbft.process import CometProcess
from huabiao.engines.cometbft.rpc import Watch
from huabiao.engines.cometbft.seats import powers
from huabiao.engines.cometbft.server import serve
from huabiao.engines.cometbft.snapshots import Snapshots
from huabiao.engines.cometbft.stalled import why_doubled, why_stalled
from huabiao.engines.pool import Part, Placed, Pool, Ticket
from huabiao.engines.signers import Signers
from huabiao.engines.verification import Verification
from huabiao.ledger.governed import MEMBERS
from huabiao.ledger.ledger import Ledger
from huabiao.ledger.protocol import in_force

BUNDLE_S, LOOK_S = 0.02, 0.5
STALLED_S = 8.0
"""A quiet network makes a block of the engine's every second."""
MOST_TOGETHER, HEAVIEST = 500, 500_000
EXPIRED = Placed(
    0, 0, "envelope.expired",
    "有效期内没有区块收下此信封；请重新签署后再试。"
    " No block took the envelope while it was valid; sign it again.",
)  # fmt: skip
UNSURE = Placed(
    0, 0, "engine.stalled",
    "网络没有出块，信封是否入块尚不可知；请稍后按编号查询，再决定是否重新签署。"
    " No block has come, so whether one takes the envelope is not known: look it up by"
    " its id later, before you sign it again.",
)  # fmt: skip
REPEATED = Placed(0, 0, "envelope.replayed", "重复的信封。 A repeated envelope.")


class CometbftEngine:
    """Owns the ledger. `lock` is held while a block is run or read."""

    name = "cometbft"

    def __init__(
        self,
        ledger: Ledger,
        signers: Signers,
        verification: Verification,
        process: CometProcess,
        socket: Path,
        home: Path,
        rpc: str,
        organisation: str,
        snapshot_every: int,
        clock: Callable[[], int] = lambda: int(time.time() * 1000),
    ) -> None:
        self.ledger, self._clock, self._socket = ledger, clock, socket
        self._folder = home / "engine"
        self.lock = threading.RLock()
        self.durable = threading.Condition()
        self.height = ledger.height
        self.process, self.watch = process, Watch(rpc)
        self._last_block, self._turn_at = clock(), 0
        self._pool = Pool()
        self._awaited: dict[bytes, tuple[Ticket, int, int]] = {}
        self._bundles = Bundles(ledger.digest, verification, self._deflates)
        self.certifying = Certifying(by_key, signers)
        snapshots = Snapshots(ledger, home, snapshot_every)
        self.blocks = Blocks(
            ledger, self.lock, self._bundles, self.certifying, snapshots
        )
        self.application = Application(
            ledger, self.blocks, self._bundles, self.certifying, snapshots,
            self._committed, organisation,
        )  # fmt: skip
        self._stop = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._offered = asyncio.Event()
        self._serving = threading.Event()
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

    # -- what doors use ----------------------------------------------------------

    def start(self) -> None:
        """Serve ABCI, then start CometBFT, which looks for it at once."""
        self._thread.start()
        self._serving.wait(30)
        self.process.start()
        self.watch.start()

    def stop(self) -> None:
        """End CometBFT, then answer what still waits as not placed."""
        self.watch.close()
        self.process.stop()
        self._stop.set()
        self._wake()
        self._thread.join(30)
        self.blocks.close()

    @property
    def failure(self) -> str:
        """What its application stopped at; empty while all is well."""
        return self.application.failure

    @property
    def waiting(self) -> int:
        """Envelopes in the pool, and in bundles that no block has taken."""
        return self._pool.waiting + len(self._awaited)

    def offer(self, ticket: Ticket) -> None:
        """Put a batch whose signatures hold into the pool; raises PoolFull."""
        self._pool.offer(ticket)
        self._wake()

    def health(self) -> dict[str, Any]:
        """What keeps blocks from being made, in sentences; peers and lag beside."""
        said = self.failure, self.process.alert, self.certifying.alert
        alerts = [each for each in said if each]
        seen = self.watch.seen
        silent_s = (self._clock() - self._last_block) / 1000
        if not self.failure and silent_s > STALLED_S and self._serving.is_set():
            halted = self.process.halted()
            voters = self.application.voters
            alerts.append(halted or why_stalled(silent_s, voters, seen))
        doubled = self.application.voters.double_voters()
        alerts += [why_doubled(name, at) for name, at in doubled.items()]
        return {
            "alerts": alerts,
            "order": self.blocks.order,
            "lag": max(0, seen.order - self.blocks.order),
            "peers": seen.peers,
            "catching_up": seen.catching_up,
            "last_block_s": round(silent_s, 1),
        }

    def figures(self) -> dict[str, Any]:
        """Where the engine stands, what waits in it, what went to and from whom."""
        seen = self.watch.seen
        sent: dict[str, int] = {}
        received: dict[str, int] = {}
        for peer in seen.peers:  # peers name themselves: two may have one name
            name = peer["name"]
            sent[name] = sent.get(name, 0) + peer["sent"]
            received[name] = received.get(name, 0) + peer["received"]
        return {
            "order": self.blocks.order,
            "engine_order": seen.order,
            "engine_answers": int(seen.reachable),
            "catching_up": int(seen.catching_up),
            "bundles": len(self._bundles.waiting),
            "bundle_bytes": self._bundles.waiting_bytes,
            "uncertified": len(self.certifying.waiting),
            "peers": len(seen.peers),
            "peer_sent_bytes": sent,
            "peer_received_bytes": received,
            "last_block_s": (self._clock() - self._last_block) / 1000,
            "pid": self.process.pid,
        }

    # -- the engine's thread -----------------------------------------------------

    def _run(self) -> None:
        try:
            import uvloop
        except ImportError:
            asyncio.run(self._main())
        else:
            uvloop.run(self._main())

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        server = await serve(self._socket, self.application.handle)
        self._serving.set()
        while not self._stop.is_set():
            if not self._pool.waiting:
                self._offered.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._offered.wait(), LOOK_S)
            await asyncio.sleep(BUNDLE_S)
            self._pack()
            now = self._clock()
            if self._awaited and now - self._last_block > STALLED_S * 1000:
                self._let_go(now, UNSURE)
        server.close()
        stopping = "节点正在停止。 The node is stopping."
        answer = Placed(0, 0, "node.stopped", stopping)
        self._pool.drain(answer)
        for ticket, index, _ in self._awaited.values():
            ticket.settle(index, [answer])
        self._awaited.clear()
        self._socket.unlink(missing_ok=True)

    def _wake(self) -> None:
        """From any thread: there is something for the engine's thread to do."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._offered.set)

    def _pack(self) -> None:
        """Bundle what waits in the pool, as long as bundles find room."""
        while self._pool.waiting and not self._bundles.full:
            now, fit = self._clock(), []
            for part in self._pool.take(MOST_TOGETHER, HEAVIEST):
                fit += self._admit(part, now)
            if fit:
                self._bundles.add_own(fit)

    def _admit(self, part: Part, now: int) -> list[Any]:
        """Answer at once what no block would take; the rest is awaited."""
        admitted = []
        for offset, envelope in enumerate(part.envelopes):
            index = part.start + offset
            refusal = self.ledger.check(envelope, now)
            if refusal is not None:
                placed = Placed(0, 0, refusal.code, refusal.sentence)
                part.ticket.settle(index, [placed])
            elif envelope.id in self._awaited:
                part.ticket.settle(index, [REPEATED])
            else:
                ends = envelope.body.valid_until
                self._awaited[envelope.id] = part.ticket, index, ends
                admitted.append(envelope)
        return admitted

    def _committed(self, decided: Decided) -> None:
        """Answer the tickets of a block that is durable."""
        block, awaited = decided.block, self._awaited
        self._last_block = self._clock()
        if block is not None:
            with self.durable:
                self.height = block.header.height
                self.durable.notify_all()
            pairs = zip(block.envelopes, block.receipts, strict=True)
            for place, (envelope, receipt) in enumerate(pairs):
                found = awaited.pop(envelope.id, None)
                if found is not None:
                    placed = Placed.by_receipt(self.height, place, receipt)
                    found[0].settle(found[1], [placed])
        for id_, (code, sentence) in decided.refused.items():
            found = awaited.pop(id_, None)
            if found is not None:
                found[0].settle(found[1], [Placed(0, 0, code, sentence)])
        if decided.order % 16 == 0:
            self._let_go(decided.time, EXPIRED)
        self._turn_voting_key(decided)
        if block is not None:
            self.ledger.on_step("published")

    def _turn_voting_key(self, decided: Decided) -> None:
        """CometBFT starts again when other voters are in force that may have this
        node's next voting key: from the block after the next on."""
        if decided.block is not None and MEMBERS in decided.block.writes:
            self._turn_at = decided.order + 1
        elif self._turn_at and decided.order >= self._turn_at:
            self._turn_at = 0
            if next_key_due(self._folder, powers(self.ledger.governed.seats())):
                self.process.restart()

    def _deflates(self) -> bool:
        ledger = self.ledger
        return in_force(ledger.parameters, ledger.height + 1, DEFLATES)

    def _let_go(self, now: int, answer: Placed) -> None:
        """Answer what no later block can take."""
        for id_ in [i for i, each in self._awaited.items() if each[2] <= now]:
            ticket, index, _ = self._awaited.pop(id_)
            ticket.settle(index, [answer])
