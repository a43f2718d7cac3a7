"""A city in a folder as the ground of a story: each call is an envelope and a block."""

import json
from typing import Any

from huabiao.client.described import show_stored_record
from huabiao.client.port import Outcome
from huabiao.codec import encode
from huabiao.crypto.address import parse, show
from huabiao.crypto.envelope import Call
from huabiao.testing.city import DAY, City


class CityGround:
    """`huabiao.testing.stage.Ground` over a `City`."""

    def __init__(self, city: City) -> None:
        self.city = city
        self._used: list[str] = []

    def description(self, scenario: str) -> dict[str, Any]:
        ledger = self.city.ledger
        version = ledger.governed.in_force(ledger.height + 1).get(scenario)
        assert version is not None, f"the chain holds no scenario {scenario}"
        stored = self.city.read(f"governance/descriptions/{scenario}@{version}")
        found: dict[str, Any] = json.loads(stored[0])
        return found

    def account(self, name: str) -> str:
        return show(self.city.cast(name).account)

    def grant(self, scenario: str, role: str, name: str) -> None:
        self.city.grant(scenario, role, self.city.cast(name))

    def grant_to(self, scenario: str, role: str, account: str) -> None:
        self.city.call(
            self.city.admin, "governance", "grant_role", "story",
            scenario=scenario, role=role, account=parse(account), until=0,
        )  # fmt: skip

    def send(self, name: str, call: Call) -> Outcome:
        before = self.city.ledger.state.root
        receipt = self.city.submit(self.city.cast(name), call)
        if not receipt.accepted:
            assert self.city.ledger.state.root == before, "a refusal changed the state"
        height = self.city.ledger.height
        return Outcome("", height, 0, receipt.code, receipt.sentence)

    def record(
        self, scenario: str, key: str, name: str | None
    ) -> dict[str, Any] | None:
        stored = self.city.read(f"{scenario}/record/{key}")
        if stored is None:
            return None
        return show_stored_record(self.description(scenario), encode(stored))

    @property
    def chain(self) -> str:
        return self.city.genesis.chain

    @property
    def now(self) -> int:
        return self.city.now

    def pass_days(self, days: int) -> bool:
        self.city.pass_time(days * DAY)
        return True

    def public(self, name: str) -> bytes:
        return self.city.cast(name).public

    def sign(self, name: str, message: bytes) -> bytes:
        return self.city.cast(name).sign(message)

    def digest(self, message: bytes) -> str:
        return self.city.admin.suite.digest(message).hex()

    def fresh(self, name: str) -> str:
        self._used.append(name)
        times = self._used.count(name)
        return name if times == 1 else f"{name}-{times}"
