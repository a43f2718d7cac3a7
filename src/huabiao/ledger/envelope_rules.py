"""
What a block says of an envelope before it runs any call: is it of this chain, of this
time, of the suite in force, and new?
"""

from collections.abc import Sequence
from typing import NamedTuple

from huabiao.contracts import Refused
from huabiao.crypto import by_key
from huabiao.crypto.envelope import Envelope
from huabiao.ledger.counting_keys import refuse_other
from huabiao.ledger.governed import Parameters
from huabiao.ledger.replay_window import ReplayWindow


class EnvelopeRules(NamedTuple):
    """The rules of one block."""

    chain: str
    suite: str
    parameters: Parameters
    window: ReplayWindow
    height: int

    def check(self, envelope: Envelope, now: int) -> Refused | None:
        """Why an envelope may not run in a block at this time, UTC milliseconds."""
        body = envelope.body
        if body.chain != self.chain:
            return Refused(
                "envelope.chain",
                f"信封属于链“{body.chain}”，此链为“{self.chain}”。"
                f" The envelope is for chain {body.chain!r}, this is {self.chain!r}.",
            )
        if not now < body.valid_until <= now + self.parameters.validity_ms:
            return Refused(
                "envelope.validity",
                "信封已过期，或有效期过长；请核对时钟后重新签署。"
                " The envelope has expired or is valid for too long; check the clock"
                " and sign again.",
            )
        if self.window.holds(envelope.id, body.valid_until):
            return Refused(
                "envelope.replayed",
                "此信封已经入块。 This envelope is in a block already.",
            )
        return refuse_other(body.signer, self.suite, self.parameters, self.height)

    def check_all(
        self, envelopes: Sequence[Envelope], now: int
    ) -> list[Refused | None]:
        """The same of each; of two alike the second is refused as repeated."""
        chain, latest = self.chain, now + self.parameters.validity_ms
        size, held = by_key.SIZE_IN[self.suite], self.window.holds
        seen: set[bytes] = set()
        found: list[Refused | None] = []
        for envelope in envelopes:
            body, id_, refusal = envelope.body, envelope.id, None
            passes = (
                body.chain == chain
                and now < body.valid_until <= latest
                and len(body.signer) == size
                and not held(id_, body.valid_until)
            )
            if not passes:  # only `check` knows why, or whether it matters
                refusal = self.check(envelope, now)
            if refusal is None and id_ in seen:
                refusal = repeated()
            if refusal is None:
                seen.add(id_)
            found.append(refusal)
        return found


def repeated() -> Refused:
    """What the second of two alike in one block hears."""
    return Refused("envelope.replayed", "重复的信封。 A repeated envelope.")
