"""
One chain of a city of several, as what runs between them sees it, and its acts.
"""

import time
from dataclasses import dataclass
from typing import Any

from huabiao.client.described import show_stored_record
from huabiao.client.signing import sign_envelope
from huabiao.client.wallets import open_identity
from huabiao.codec import Instant
from huabiao.crypto.envelope import Call
from huabiao.doors.city import City
from huabiao.node.districts import District
from huabiao.node.home import OPERATOR
from huabiao.node.node import Node
from huabiao.services.index import FollowedIndex

CARRIER = "relay"


class NotTaken(Exception):
    """A chain refused what was brought; `code` and sentence are the refusal's."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code


@dataclass
class Level:
    """A chain under the name that the other level's route and client to it bear."""

    district: District
    node: Node
    city: City

    @property
    def name(self) -> str:
        return self.district.name

    @property
    def now(self) -> int:
        """The moment that its next block would bear, UTC milliseconds."""
        return max(int(time.time() * 1000), self.node.ledger.time)

    @property
    def index(self) -> FollowedIndex:
        return self.node.index

    def record(self, contract: str, key: str) -> dict[str, Any] | None:
        """A record's fields as plain JSON, with its state; None if there is none."""
        stored = self.node.port.read(f"{contract}/record/{key}")
        if stored is None:
            return None
        found = show_stored_record(self.city.description(contract), stored)
        return {"state": found["state"], **found["fields"]}

    async def act(self, *calls: Call) -> None:
        """The operator's calls, all or none; NotTaken if they are refused."""
        await self.send(OPERATOR, calls)

    async def bring(self, *calls: Call) -> None:
        """Calls that anybody may make; NotTaken if they are refused."""
        await self.send(CARRIER, calls)

    async def send(self, identity: str, calls: tuple[Call, ...]) -> None:
        port, folder = self.node.port, self.node.home.folder
        carries = identity == CARRIER
        keys = open_identity(folder, identity, port.suite_name, make=carries)
        envelope = sign_envelope(port.chain, keys, calls)
        outcome = (await port.submit([envelope]))[0]
        if not outcome.accepted:
            raise NotTaken(outcome.code, outcome.sentence)


def trusted_at(client: dict[str, Any]) -> int:
    """When a client last took a newer header, UTC milliseconds."""
    return int(Instant.parse(client["trusted_at"]))


def expires_at(client: dict[str, Any]) -> int:
    """When it expires, should no newer header come."""
    return trusted_at(client) + int(client["period"])
