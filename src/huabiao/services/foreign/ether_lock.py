"""
Half of an exchange by hash and time lock, in ether: the contract HuabiaoLock.

The other half is `exchanges` on a chain of Huabiao, locked under the same SHA-256. Who
draws the secret locks first and for longer; the other one locks second, for a shorter
time, and only after it has seen the first lock final.
"""

from typing import NamedTuple

import eth_abi

from huabiao.services.foreign.contract import LOCK, encode_call, topic_of
from huabiao.services.foreign.ethereum_account import EthereumAccount
from huabiao.services.foreign.ethereum_rpc import EthereumNode

LIVES = ("none", "locked", "claimed", "taken back")
FIELDS = ["address", "address", "uint256", "bytes32", "uint64", "uint8"]


class Held(NamedTuple):
    """A lock as it stands; the amount in wei, the moment in seconds."""

    giver: bytes
    taker: bytes
    amount: int
    hash: bytes
    until: int
    life: str


class EtherLock:
    """One HuabiaoLock at one address."""

    def __init__(self, node: EthereumNode, address: bytes) -> None:
        self._node, self.address = node, address

    @classmethod
    def deploy(cls, node: EthereumNode, account: EthereumAccount) -> "EtherLock":
        """Put the contract there."""
        return cls(node, account.deploy(encode_call("constructor", of=LOCK)))

    def lock(
        self, giver: EthereumAccount, id_: bytes, taker: bytes, hash_: bytes,
        until: int, wei: int,
    ) -> None:  # fmt: skip
        """Lock an amount; NodeRefused if the id is taken or the time is not fit."""
        data = encode_call("lock", id_, taker, hash_, until, of=LOCK)
        giver.send(self.address, data, wei)

    def claim(self, account: EthereumAccount, id_: bytes, secret: bytes) -> None:
        """Say the secret in time; the ether goes to the taker, whoever says it."""
        account.send(self.address, encode_call("claim", id_, secret, of=LOCK))

    def take_back(self, account: EthereumAccount, id_: bytes) -> None:
        """From its moment on, give the ether back to its giver, whoever asks."""
        account.send(self.address, encode_call("takeBack", id_, of=LOCK))

    def held(self, id_: bytes, block: str = "latest") -> Held:
        """A lock as it stands at a block; "finalized" is what an exchange relies on."""
        call = {
            "to": "0x" + self.address.hex(),
            "data": "0x" + encode_call("locks", id_, of=LOCK).hex(),
        }
        said = self._node.ask("eth_call", call, block)
        giver, taker, *rest, life = eth_abi.decode(FIELDS, bytes.fromhex(said[2:]))
        return Held(
            bytes.fromhex(giver[2:]), bytes.fromhex(taker[2:]), *rest, LIVES[life]
        )

    def secret(self, id_: bytes, start: int = 0) -> bytes | None:
        """The secret that was said when the lock was claimed."""
        asked = {
            "address": "0x" + self.address.hex(),
            "fromBlock": hex(start),
            "toBlock": "latest",
            "topics": ["0x" + topic_of("Claimed", LOCK).hex(), "0x" + id_.hex()],
        }
        found = self._node.ask("eth_getLogs", asked)
        return bytes.fromhex(found[0]["data"][2:]) if found else None
