"""
Several chains for tests: cities in folders that follow each other, with one clock.

    chains = Chains(tmp_path, {"beijing": "intl", "haidian": "sm"})
    chains.connect("beijing", "haidian")        clients and routes, both ways
    chains.carry("beijing", "haidian", 1)       packet 1 and what came of it

A route, and the client under it, bears the name of the chain that it leads to. What a
relay does is done here by hand, so that a test can do it late, twice or wrongly.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from huabiao.crypto.envelope import Call
from huabiao.ledger.genesis import founding_members
from huabiao.node.catalogue import shipped_sources
from huabiao.node.proving import prove_state
from huabiao.proofs.receipt import Receipt
from huabiao.services.relay import carrying
from huabiao.testing.city import DAY, City

TICK = 1


class Chains:
    """Cities by their chains' names."""

    def __init__(
        self, folder: Path, suites: Mapping[str, str], also: Sequence[str] = ()
    ) -> None:
        """Chains by name and suite; `also` are sources of contracts beside those that
        ship."""
        sources = [*shipped_sources(), *also]
        self.cities = {
            name: City(folder / name, suite, sources, chain=name)
            for name, suite in suites.items()
        }

    @classmethod
    def among(cls, *cities: City) -> Self:
        """Cities that are there already."""
        made = cls.__new__(cls)
        made.cities = {city.genesis.chain: city for city in cities}
        return made

    def __getitem__(self, name: str) -> City:
        return self.cities[name]

    def close(self) -> None:
        for city in self.cities.values():
            city.close()

    def tick(self, milliseconds: int = TICK) -> None:
        """One clock for all: the latest chain's, and a little more."""
        now = max(city.now for city in self.cities.values()) + milliseconds
        for city in self.cities.values():
            city.now = now

    def follow(self, here: str, there: str, period: int = 7 * DAY) -> None:
        """A chain follows another one, from its founding members."""
        city, other = self[here], self[there]
        members = carrying.encode_members(founding_members(other.genesis))
        city.call(
            city.admin, "light_clients", "propose", there, chain=there,
            suite=other.suite_name, members=members, period=period,
        )  # fmt: skip
        city.call(city.admin, "light_clients", "approve", there)

    def route(self, here: str, there: str, **terms: int) -> None:
        """Open a route over the client of the same name."""
        city = self[here]
        city.call(
            city.admin, "routes", "propose", there, chain=there, counterpart=here,
            client=there, **terms,
        )  # fmt: skip
        city.call(city.admin, "routes", "approve", there)

    def connect(
        self, one: str, other: str, period: int = 7 * DAY, **terms: int
    ) -> None:
        """Both follow each other, and a route leads each way."""
        for here, there in ((one, other), (other, one)):
            self.follow(here, there, period)
            self.route(here, there, **terms)

    def prove(self, name: str, key: str, height: int | None = None) -> bytes:
        """A proof file of a state key."""
        return prove_state(self[name].ledger, key, height)

    def bring(self, here: str, there: str, proof: bytes, call: Call) -> Receipt:
        """What a relay sends: the header of `there` that a proof leads to, and a call
        on `here` that needs it."""
        self.tick()
        changed = self[here].record("light_clients", there)["changed"]
        calls = carrying.advances(there, carrying.state_proof(proof)[0], changed)
        return self[here].submit(self[here].cast("relay"), *calls, call)

    def receive(self, sender: str, receiver: str, number: int) -> Receipt:
        """Bring a packet over."""
        proof = self.prove(sender, f"packets/sent/{receiver}.{number}")
        return self.bring(
            receiver, sender, proof, carrying.receive(sender, number, proof)
        )

    def end(self, sender: str, receiver: str, number: int) -> Receipt:
        """Bring back what came of it; nothing times it out."""
        proof = self.prove(receiver, f"packets/received/{sender}.{number}")
        return self.bring(
            sender, receiver, proof, carrying.end(receiver, number, proof)
        )

    def carry(self, sender: str, receiver: str, number: int) -> None:
        """A packet there and its outcome back; both must be taken."""
        for receipt in (
            self.receive(sender, receiver, number),
            self.end(sender, receiver, number),
        ):
            assert receipt.accepted, (receipt.code, receipt.sentence)
