"""
People of several chains: each sends values to people of others, and calls operations
there, with more or less time to arrive; each notes what it asked and what it was told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from huabiao.codec import encode
from huabiao.testing.network.clients import Client

HELD, MOST = 1_000, 40
WITHIN_MS = (2_000, 15_000, 90_000)
ACCOUNTS = 3


def coin(chain: str) -> str:
    """The asset that is issued on a chain."""
    return f"coin-{chain}"


@dataclass
class Sender(Client):
    """One person on a chain; `reached` are the accounts by the routes there."""

    now: Any = None
    reached: dict[str, Sequence[bytes]] | None = None

    def _now(self) -> int:
        return int(self.now())

    def _choose(self) -> tuple[str, str, str, dict[str, Any]]:
        chance, reached = self.random, self.reached or {}
        route = chance.choice(sorted(reached))
        timeout = self._now() + chance.choice(WITHIN_MS)
        about = {"route": route, "timeout": timeout}
        if chance.random() < 0.35:
            return "remote_calls", "request", "", about | self._request()
        kinds = [coin(self.chain)] + [f"{other}:{coin(other)}" for other in reached]
        about["denomination"] = chance.choice([kinds[0], *kinds])
        about["amount"] = chance.randint(1, MOST)
        about["receiver"] = chance.choice(reached[route])
        return "transfers", "send", "", about

    def _request(self) -> dict[str, Any]:
        """Move a sum between two accounts of the probe over there; a move to the same
        one is refused there."""
        giver, taker = (f"a{self.random.randrange(ACCOUNTS)}" for _ in range(2))
        asked = encode({"to": taker, "amount": self.random.randint(1, MOST)})
        return {
            "callee": "probe", "operation": "move", "key": giver, "arguments": asked,
        }  # fmt: skip
