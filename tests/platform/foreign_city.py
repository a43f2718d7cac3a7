"""A city with a gateway to Ethereum, and what a real geth said (record_vectors.py)."""

import json
from pathlib import Path
from typing import Any

from huabiao.crypto.keccak import keccak256
from huabiao.crypto.keys import Keys
from huabiao.node.asking import Questions
from huabiao.node.catalogue import founding_sources, shipped_sources
from huabiao.testing.city import START, City

VECTORS = json.loads(
    Path(__file__).parents[1].joinpath("vectors/ethereum.json").read_text()
)
BLOCK = VECTORS["block"]
CONTRACT = bytes.fromhex(VECTORS["contract"])
HEADER = bytes.fromhex(BLOCK["header"][2:])
HEIGHT = int(BLOCK["json"]["number"], 16)
HASH = bytes.fromhex(BLOCK["json"]["hash"][2:])
RECEIVER, PAYLOAD = bytes(range(20)), "交换 · exchange".encode()
TIMEOUT = START // 1_000 + 200 * 86_400
GATEWAY, MESSAGES = "eth", "foreign_messages"
NAMES = ("attestor 0", "attestor 1", "attestor 2")
CLASSES = ("EthereumProofs", "Gateways", "ForeignMessages", "Anchors")


def hexes(written: list[str]) -> list[bytes]:
    return [bytes.fromhex(each) for each in written]


def receipt_proof(place: int = 0) -> dict[str, Any]:
    """The arguments that bring the receipt at a place."""
    proof = hexes(BLOCK["proofs"][str(place)]["proof"])
    return {"height": HEIGHT, "header": HEADER, "index": place, "proof": proof}


def storage_proof(name: str) -> dict[str, Any]:
    """The arguments that settle a message: "arrived" or "absent"."""
    told = VECTORS[name]
    return {
        "height": told["height"],
        "header": bytes.fromhex(told["header"][2:]),
        "account_proof": hexes(told["account_proof"]),
        "storage_proof": hexes(told["storage_proof"]),
    }


def foreign_city(folder: Path, suite: str = "intl") -> City:
    """Governance, the contracts of gateways, nothing else."""
    named = [f"class {name}(Scenario)" for name in CLASSES]
    sources = [s for s in shipped_sources() if any(name in s for name in named)]
    return City(folder, suite, sources=[*founding_sources(), *sources])


def attestors(city: City, count: int = 3) -> list[Keys]:
    return [city.cast(name) for name in NAMES[:count]]


def seats(attestors: list[Keys]) -> list[list[bytes]]:
    """Attestors in their stored form, each with an address of its own."""
    return [[each.account, each.account[::-1]] for each in attestors]


def propose(city: City, **changes: Any) -> None:
    """Propose the gateway; `changes` spoil it."""
    facts: dict[str, Any] = {
        "trust": "attestors",
        "network": f"eip155:{VECTORS['network']}",
        "contract": CONTRACT,
        "needed": 2,
        "attestors": seats(attestors(city)),
    }
    city.call(city.admin, "gateways", "propose", GATEWAY, **{**facts, **changes})


def opened(city: City, **changes: Any) -> City:
    """The same city with its gateway open."""
    propose(city, **changes)
    city.call(city.admin, "gateways", "approve", GATEWAY)
    return city


def attest(city: City, who: Keys, height: int, hash_: bytes) -> None:
    city.call(who, "gateways", "attest", GATEWAY, height=height, hash=hash_)


def hold(city: City, height: int, header: bytes) -> None:
    """Let two of three attest a header."""
    for each in attestors(city, 2):
        attest(city, each, height, keccak256(header))


def sent(city: City, id_: str = "m1", timeout: int = TIMEOUT) -> Keys:
    """A message that stands as the one that geth's gateway received; its sender."""
    sender = city.cast("sender")
    city.grant("foreign_messages", "sender", sender)
    city.call(
        sender, "foreign_messages", "send", id_, gateway=GATEWAY, receiver=RECEIVER,
        payload=PAYLOAD, timeout=timeout,
    )  # fmt: skip
    return sender


def ask(city: City, contract: str, question: str, **arguments: Any) -> Any:
    """A contract's answer."""
    return Questions(city.ledger).ask(contract, question, arguments)


def live_with_gateways(city: City) -> None:
    """A message each way and a contradiction over a gateway; an anchor in a log."""
    opened(city)
    hold(city, HEIGHT, HEADER)
    city.call(city.admin, MESSAGES, "receive", GATEWAY, **receipt_proof())
    city.refused("message.repeated", city.admin, MESSAGES, "receive", GATEWAY,
                 **receipt_proof())  # fmt: skip
    sent(city, "foreign")
    told = {"kind": "deliver", "sequence": 1, "signature": bytes(65)}
    first, second, third = attestors(city)
    city.call(first, MESSAGES, "sign", GATEWAY, subject="foreign", **told)
    given = storage_proof("arrived")
    hold(city, given["height"], given["header"])
    city.call(city.admin, MESSAGES, "settle", "foreign", **given)
    attest(city, third, HEIGHT, bytes(32))
    attest(city, third, HEIGHT, HASH)
    attest(city, second, HEIGHT, bytes(32))
    city.call(
        city.admin, "gateways", "propose", "log", trust="signed_log", network="a+b+c"
    )
    city.call(city.admin, "gateways", "approve", "log")
    city.grant("anchors", "keeper", first)
    proof = b"c2sp.org/tlog-proof@v1\nindex 0\n\n"
    city.call(first, "anchors", "keep", "log", hash=HASH, proof=proof)
