"""
A contract that greets other chains, and a city to which another one's greeting came.
"""

from pathlib import Path

from huabiao.crypto.envelope import Call
from huabiao.node.catalogue import shipped_sources
from huabiao.services.relay import carrying
from huabiao.testing.chains import Chains
from huabiao.testing.city import HOUR, City

GREETINGS = '''
"""Greetings: the least contract that sends and receives packets."""

from huabiao.contracts import (
    Bytes as Octets, Code, Count, Instant, ListOf, Record, Registry, Scenario, Text,
    Title, anyone, contract, does, require,
)


class Heard(Record):
    """What came, or what became of what was sent."""

    said: Text


class Greetings(Scenario):
    """Greets other chains."""

    title = Title(zh="问候", en="Greetings")
    visible = "public"

    heard = Registry(Heard, "听到", "heard")
    ended = Registry(Heard, "了结", "ended")

    @does(by=anyone)
    def greet(self, route: Code, words: ListOf[Text], timeout: Instant) -> None:
        """Greet over a route, each word a payload."""
        number = self.ask("packets", "next_number", route=route)
        self.call(
            "packets", "send", f"{route}.{number}", route=route,
            receivers=["greetings" for word in words],
            values=[word.encode() for word in words], timeout=timeout,
        )

    @does(by=contract("packets"))
    def receive_packet(
        self, route: Code, chain: Code, sequence: Count, sender: Code, value: Octets
    ) -> None:
        """Hear a greeting; one that is rude is refused."""
        require(value != b"rude", "请礼貌。 Be polite.", code="greeting.rude")
        self.heard.put(f"{route}.{sequence} {value.hex()}", Heard(sender))
        self.emit("heard", chain=chain)

    @does(by=contract("packets"))
    def packet_ended(
        self, route: Code, sequence: Count, receiver: Code, value: Octets, code: Code,
        sentence: Text,
    ) -> None:
        """Hear what became of it."""
        self.ended.add(f"{route}.{sequence} {value.hex()}", Heard(code))
'''


def live_across(city: City, folder: Path) -> None:
    """Another chain is followed, a route opened; a packet comes, and is declined, for
    there are no greetings here."""
    other = City(folder, "sm", [*shipped_sources(), GREETINGS], chain="other-city")
    other.now = city.now  # the stories may have let days pass
    chains, name = Chains.among(city, other), city.genesis.chain
    chains.connect(name, "other-city")
    chains.tick()
    other.call(
        other.cast("citizen"), "greetings", "greet", route=name, words=["hi"],
        timeout=other.now + HOUR,
    )  # fmt: skip
    chains.carry("other-city", name, 1)
    assert city.read("packets/received/other-city.1")[0] == "contract.unknown"
    assert other.record("packets", f"{name}.1")["state"] == "declined"
    applications(chains, city)
    other.close()


def applications(chains: Chains, city: City) -> None:
    """A value crosses and a half of an exchange is claimed; a call over there is
    refused; a record from there is kept here as a copy."""
    name, issuer = city.genesis.chain, city.cast("发行方")
    city.grant("transfers", "issuer", issuer)
    city.call(issuer, "transfers", "register", "coin", name="币")
    mine = {"denomination": "coin", "amount": 5}
    city.call(issuer, "transfers", "issue", "coin", to=issuer.account, amount=20)
    there = {"route": "other-city", "timeout": city.now + HOUR}
    city.call(issuer, "transfers", "send", receiver=issuer.account, **mine, **there)
    city.call(
        issuer, "remote_calls", "request", callee="transfers", operation="register",
        key="coin", **there,
    )  # fmt: skip
    for number, code in ((1, "ok"), (2, "argument.malformed")):
        chains.carry(name, "other-city", number)
        assert city.record("packets", f"other-city.{number}")["code"] == code
    city.call(issuer, "transfers", "entrust", "swap", trustee="exchanges", **mine)
    terms = {"taker": city.admin.account, "until": city.now + HOUR}
    lock = city.ledger.digest(bytes(32))
    city.call(issuer, "exchanges", "lock", "swap", lock=lock, **terms)
    city.call(city.admin, "exchanges", "claim", "swap", secret=bytes(32))
    path = f"record/{name}.1"
    file = chains.prove("other-city", f"packets/{path}")
    proof, content = carrying.state_proof(file)
    shown = {
        "route": "other-city", "contract": "packets", "path": path,
        "height": carrying.height_of(proof), "value": content.value,
        "proof": content.radix,
    }  # fmt: skip
    present = Call("shared_records", "present", f"other-city/packets/{path}", shown)
    assert chains.bring(name, "other-city", file, present).accepted
