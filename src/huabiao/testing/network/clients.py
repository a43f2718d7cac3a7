"""
Clients of a network under test: each asks one thing at a time and notes it.

An act is written down before it is sent and when it is answered. What was never
answered may have happened or not; its envelope's id tells afterwards which.
"""

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec

from huabiao.client.port import Outcome
from huabiao.client.signing import call, sign_envelope
from huabiao.crypto.envelope import open_envelope
from huabiao.crypto.keys import generate
from huabiao.crypto.suite import suite

REGISTERS, ACCOUNTS = 3, 4
TIMEOUT_S, VALIDITY_MS = 8.0, 60_000
PAUSE_S = 0.05
_outcomes = msgspec.msgpack.Decoder(list[Outcome]).decode


@dataclass
class Act:
    """One call: what was asked, when, and what was said of it."""

    envelope: str
    operation: str
    key: str
    arguments: dict[str, Any]
    asked: float
    answered: float = 0.0
    """0 while there is no answer."""
    outcome: Outcome | None = None


@dataclass
class Client:
    """One thread that acts through the doors it knows: here on the probe."""

    number: int
    chain: str
    suite_name: str
    urls: Sequence[str]
    pause: float = PAUSE_S
    acts: list[Act] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.number)
        self.keys = generate(f"client {self.number}", self.suite_name)
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        digest = suite(self.suite_name).digest
        with httpx.Client(timeout=TIMEOUT_S, trust_env=False) as http:
            while not self.stop.wait(self.pause):
                contract, operation, key, arguments = self._choose()
                made = call(contract, operation, key, **arguments)
                until = self._now() + VALIDITY_MS
                raw = sign_envelope(self.chain, self.keys, [made], valid_until=until)
                id_ = open_envelope(raw, digest).id.hex()
                act = Act(id_, operation, key, arguments, time.monotonic())
                self.acts.append(act)
                self._send(http, raw, act)

    def _send(self, http: httpx.Client, raw: bytes, act: Act) -> None:
        url = self.random.choice(self.urls)
        try:
            answer = http.post(
                f"{url}/api/envelopes",
                content=msgspec.msgpack.encode([raw]),
                headers={"accept": "application/msgpack"},
            )
        except httpx.HTTPError:
            self.stop.wait(0.2)
            return
        if answer.status_code == 200:
            (outcome,) = _outcomes(answer.content)
            if outcome.height:
                act.outcome, act.answered = outcome, time.monotonic()

    def _now(self) -> int:
        return int(time.time() * 1000)

    def _choose(self) -> tuple[str, str, str, dict[str, Any]]:
        return "probe", *self._on_the_probe()

    def _on_the_probe(self) -> tuple[str, str, dict[str, Any]]:
        chance = self.random
        register = f"r{chance.randrange(REGISTERS)}"
        what = chance.randrange(4)
        if what == 0:
            return "write", register, {"value": chance.randrange(5)}
        if what == 1:
            return "look", register, {}
        if what == 2:
            expected, value = chance.randrange(5), chance.randrange(5)
            return "swap", register, {"expected": expected, "value": value}
        giver, taker = chance.sample(range(ACCOUNTS), 2)
        arguments = {"to": f"a{taker}", "amount": chance.randrange(1, 100)}
        return "move", f"a{giver}", arguments
