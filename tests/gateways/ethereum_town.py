"""A served city and a real geth, with a gateway between them and three attestors."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from coincurve import PrivateKey
from served_city import Served, serving

from huabiao.client.port import Outcome
from huabiao.client.remote import Answered
from huabiao.client.signing import call
from huabiao.crypto.keys import Keys
from huabiao.services.foreign.attesting import Attestor
from huabiao.services.foreign.carrying import Carrier
from huabiao.services.foreign.contract import encode_call
from huabiao.services.foreign.ethereum_account import EthereumAccount
from huabiao.services.foreign.far_side import FarSide
from huabiao.services.foreign.home_side import HomeSide
from huabiao.services.foreign.statements import address_of
from huabiao.testing.geth.node import Geth, running_geth
from huabiao.testing.ports import free_port

CONFIRMATIONS, STRIDE, MOST_STEPS = 2, 4, 40
RECEIVER = bytes(range(20))


class Gate:
    """A gateway under a name, its contract, its attestors and carriers."""

    def __init__(self, city: Served, geth: Geth, name: str, confirmations: int) -> None:
        self.city, self.geth, self.name = city, geth, name
        self.keys = [PrivateKey() for _ in range(3)]
        self.purse = PrivateKey()
        self.payer = EthereumAccount(geth.node, self.purse)
        geth.pay(self.payer.address, 100)
        addresses = [address_of(key.public_key) for key in self.keys]
        chain = city.remote().chain
        made = self.payer.send(None, encode_call("constructor", chain, addresses, 2))
        self.contract = bytes.fromhex(str(made["contractAddress"])[2:])
        self.far = FarSide(geth.node, self.contract)
        self.people = [city.keys(f"{name} {number}") for number in range(3)]
        self.sender = city.keys("sender")
        self.does(
            city.keys("operator"), "gateways", "propose", name, trust="attestors",
            network=f"eip155:{self.payer.network}", contract=self.contract,
            start=int(made["blockNumber"], 16), stride=STRIDE,
            confirmations=confirmations, needed=2,
            attestors=[[p.account, a] for p, a in zip(self.people, addresses,
                                                      strict=True)],
        )  # fmt: skip
        self.does(city.keys("operator"), "gateways", "approve", name)
        self.said: list[str] = []
        self.attestors = [self.attestor(number) for number in range(3)]

    def home(self, keys: Keys) -> HomeSide:
        return HomeSide(self.city.remote(), self.name, keys, keys.account)

    def attestor(self, number: int) -> Attestor:
        """One that knows nothing yet, as after a restart."""
        home = self.home(self.people[number])
        return Attestor(home, self.far, self.keys[number], self.said.append)

    def carrier(self) -> Carrier:
        home = self.home(self.city.keys("carrier"))
        return Carrier(home, self.far, self.payer, self.said.append)

    def does(self, who: Keys, contract: str, operation: str, key: str, /, **given: Any):
        outcome = self.act(who, contract, operation, key, **given)
        assert outcome.accepted, outcome

    def act(
        self, who: Keys, contract: str, operation: str, key: str, /, **given: Any
    ) -> Outcome:
        return self.city.remote().send(who, call(contract, operation, key, **given))

    def send(self, id_: str, payload: bytes, timeout: int) -> None:
        """A message from here to there."""
        self.does(
            self.sender, "foreign_messages", "send", id_, gateway=self.name,
            receiver=RECEIVER, payload=payload, timeout=timeout,
        )  # fmt: skip

    def send_there(self, payload: bytes, timeout: int) -> int:
        """A message from there to here; its sequence."""
        made = self.far.send(self.payer, "send", payload, timeout)
        return int(made["logs"][0]["topics"][1], 16)

    def state(self, id_: str) -> str:
        path = f"/api/scenarios/foreign_messages/records/{id_}"
        return str(self.city.remote().get(path)["state"])

    def standing(self) -> str:
        return str(self.home(self.people[0]).gateway().state)

    def came(self, sequence: int) -> Any:
        """A message that came, as the API shows it; None while it did not."""
        try:
            page = self.city.remote().get(
                "/api/scenarios/foreign_messages/parts/inbound",
                prefix=f"{self.name}/{sequence}",
            )
        except Answered:
            return None
        return next(iter(page["entries"]), None)

    def there(self) -> int:
        """The newest block's time, in seconds; it may run ahead of the clock."""
        return int((self.geth.node.block("latest") or {})["timestamp"], 16)

    def work_until(self, holds: Callable[[], bool], *workers: Any) -> None:
        """Let the workers step, and the other chain go on, until something holds."""
        workers = workers or (*self.attestors, self.carrier())
        for _ in range(MOST_STEPS):
            for each in workers:
                each.step()
            if holds():
                return
            self.geth.blocks(STRIDE)
        raise AssertionError(f"it did not happen; said: {self.said[-12:]}")

    def pass_time_there(self, until: int) -> None:
        """Blocks until the other chain's time is over a moment: each takes a second."""
        while self.there() < until:
            self.geth.blocks(STRIDE)


@contextmanager
def ethereum_town(folder: Path) -> Iterator[tuple[Served, Geth]]:
    """The city and the geth."""
    folder.joinpath("geth").mkdir()
    with (
        running_geth(folder / "geth", free_port()) as geth,
        serving(folder / "city", "intl") as city,
    ):
        city.grant("foreign_messages", "sender", "sender")
        yield city, geth


def soon(seconds: int) -> int:
    return int(time.time()) + seconds
