"""
The entrance of a node: what clients send, on its way into the pool and out of a block.

Let in (admission), taken apart, its signatures checked, ordered, answered.
"""

import asyncio
from collections.abc import Callable

from huabiao.client.port import Busy, Outcome
from huabiao.crypto.envelope import BadEnvelope, Envelope, open_envelope
from huabiao.engines.engine import Engine
from huabiao.engines.pool import Placed, PoolFull, Ticket
from huabiao.engines.verification import Verification
from huabiao.node.admission import Admission
from huabiao.node.measuring import Counts


class Entrance:
    """Envelopes in, outcomes out. Thread safe."""

    def __init__(
        self, engine: Engine, verification: Verification, counts: Counts
    ) -> None:
        self._engine, self._verification = engine, verification
        self._counts = counts
        self._admission = Admission()

    async def submit(self, envelopes: list[bytes]) -> list[Outcome]:
        if not envelopes:
            return []
        digest = self._engine.ledger.digest  # a governed change may bring another
        first = _opened(envelopes[0], digest)
        # The others are opened once they are let in: a refusal costs little.
        signer = first.body.signer if isinstance(first, Envelope) else b""
        count = len(envelopes)
        try:
            entered = self._admission.enter(signer, count)
            try:
                others = [_opened(raw, digest) for raw in envelopes[1:]]
                told = await self._told([first, *others])
            finally:
                self._admission.leave(signer, count, entered)
        except PoolFull:
            self._counts.add(["pool.full"] * count)
            raise Busy(
                "交易池已满，请一秒后重试。 The pool is full; try again in a second."
            ) from None
        self._counts.add(outcome.code for outcome in told)
        return told

    async def _told(self, parts: list[Envelope | Outcome]) -> list[Outcome]:
        """Each part's outcome, in order; what is no envelope has its own already."""
        opened = [each for each in parts if isinstance(each, Envelope)]
        placed = iter(await self._order(opened) if opened else [])
        return [
            each if isinstance(each, Outcome) else _outcome(each, next(placed))
            for each in parts
        ]

    async def _order(self, envelopes: list[Envelope]) -> list[Placed]:
        items = [(e.body.signer, e.message, e.signature) for e in envelopes]
        verdicts = await self._verification.verdicts(items)
        holding = [e for e, holds in zip(envelopes, verdicts, strict=True) if holds]
        answers = iter(await self._wait_in_pool(holding) if holding else [])
        sentence = "签名不符。 The signature does not fit."
        return [
            next(answers) if holds else Placed(0, 0, "envelope.signature", sentence)
            for holds in verdicts
        ]

    async def _wait_in_pool(self, envelopes: list[Envelope]) -> list[Placed]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[list[Placed]] = loop.create_future()

        def done(ticket: Ticket) -> None:
            loop.call_soon_threadsafe(_settle, future, ticket.placed)

        if self._engine.failure:
            stopped = Placed(0, 0, "node.stopped", self._engine.failure)
            return [stopped] * len(envelopes)
        self._engine.offer(Ticket(envelopes, done))
        return await future


def _opened(raw: bytes, digest: Callable[[bytes], bytes]) -> Envelope | Outcome:
    """What is no envelope is answered at once."""
    try:
        return open_envelope(raw, digest)
    except BadEnvelope as error:
        return Outcome("", 0, 0, "envelope.malformed", str(error))


def _outcome(envelope: Envelope, placed: Placed) -> Outcome:
    return Outcome(
        envelope.id.hex(), placed.height, placed.index, placed.code, placed.sentence,
        placed.call, placed.cost,
    )  # fmt: skip


def _settle(future: "asyncio.Future[list[Placed]]", placed: list[Placed]) -> None:
    if not future.done():
        future.set_result(placed)
