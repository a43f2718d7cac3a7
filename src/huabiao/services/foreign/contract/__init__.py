"""
The contracts that stand on Ethereum: their calls, their events, their storage.

- `HuabiaoGateway`   a gateway's half: messages both ways
- `HuabiaoLock`      half of an exchange by hash and time lock

Each .sol has a .json beside it, compiled by `make gateway-contract`: ABI, bytecode,
places in storage, and the SHA-256 of the source that it was made from.
"""

from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import eth_abi
import msgspec

from huabiao.crypto.keccak import keccak256

GATEWAY, LOCK = "HuabiaoGateway", "HuabiaoLock"


class Sent(NamedTuple):
    """A message that was sent from Ethereum, and where its log stands."""

    sequence: int
    sender: bytes
    timeout: int
    payload: bytes
    height: int
    index: int
    """Of the transaction in its block."""


@cache
def compiled(of: str = GATEWAY) -> dict[str, Any]:
    """What the compiler made of a contract."""
    source = resources.files(__package__).joinpath(f"{of}.json")
    found: dict[str, Any] = msgspec.json.decode(source.read_bytes())
    return found


def encode_call(name: str, *values: Any, of: str = GATEWAY) -> bytes:
    """A call of a function, or (constructor) what follows the bytecode."""
    found = [
        each["inputs"]
        for each in compiled(of)["abi"]
        if each.get("name", each["type"]) == name and each["type"] != "event"
    ]
    inputs = found[0] if found else []  # a constructor that takes nothing is not listed
    types = [_written(each) for each in inputs]
    body = eth_abi.encode(types, values)
    if name == "constructor":
        return bytes.fromhex(compiled(of)["bytecode"]) + body
    return keccak256(f"{name}({','.join(types)})".encode())[:4] + body


def topic_of(event: str, of: str = GATEWAY) -> bytes:
    """The first topic of an event's logs."""
    entry = next(
        each for each in compiled(of)["abi"]
        if each["type"] == "event" and each["name"] == event
    )  # fmt: skip
    types = [_written(each) for each in entry["inputs"]]
    return keccak256(f"{event}({','.join(types)})".encode())


def read_sent(log: dict[str, Any]) -> Sent:
    """A log of `Sent` in JSON."""
    timeout, payload = eth_abi.decode(
        ["uint64", "bytes"], bytes.fromhex(log["data"][2:])
    )
    return Sent(
        int(log["topics"][1], 16), bytes.fromhex(log["topics"][2][-40:]), timeout,
        payload, int(log["blockNumber"], 16), int(log["transactionIndex"], 16),
    )  # fmt: skip


def received_place(sequence: int) -> bytes:
    """Where `received[sequence]` stands in storage."""
    slot = compiled()["slots"]["received"]
    return keccak256(eth_abi.encode(["uint64", "uint256"], [sequence, slot]))


def _written(entry: dict[str, Any]) -> str:
    if entry["type"].startswith("tuple"):
        inner = ",".join(_written(each) for each in entry["components"])
        return f"({inner}){entry['type'].removeprefix('tuple')}"
    return str(entry["type"])
