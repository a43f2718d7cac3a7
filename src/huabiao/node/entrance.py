"""
The entrance of a node: what clients send, on its way into the pool and out of a block.

Taken apart, let in (admission), its signatures checked, ordered, answered.
"""

import asyncio

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
        outcomes: list[Outcome | None] = []
        opened: list[Envelope] = []
        digest = self._engine.ledger.digest  # a governed change may bring another
        for raw in envelopes:
            try:
                opened.append(open_envelope(raw, digest))
                outcomes.append(None)
            except BadEnvelope as error:
                outcomes.append(Outcome("", 0, 0, "envelope.malformed", str(error)))
        placed = iter(await self._let_in(opened) if opened else [])
        ids = iter(opened)
        told = [
            outcome if outcome is not None else _outcome(next(ids), next(placed))
            for outcome in outcomes
        ]
        self._counts.add(outcome.code for outcome in told)
        return told

    async def _let_in(self, envelopes: list[Envelope]) -> list[Placed]:
        signer, count = envelopes[0].body.signer, len(envelopes)
        try:
            entered = self._admission.enter(signer, count)
            try:
                return await self._order(envelopes)
            finally:
                self._admission.leave(signer, count, entered)
        except PoolFull:
            self._counts.add(["pool.full"] * count)
            raise Busy(
                "交易池已满，请一秒后重试。 The pool is full; try again in a second."
            ) from None

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


def _outcome(envelope: Envelope, placed: Placed) -> Outcome:
    return Outcome(
        envelope.id.hex(), placed.height, placed.index, placed.code, placed.sentence,
        placed.call, placed.cost,
    )  # fmt: skip


def _settle(future: "asyncio.Future[list[Placed]]", placed: list[Placed]) -> None:
    if not future.done():
        future.set_result(placed)
