"""
The gateway's contract on Ethereum, as one's own node shows it.

Logs are read up to a height that is final, so that none of them goes away again.
"""

from collections import deque
from typing import Any, NamedTuple

import eth_abi

from huabiao.services.foreign.contract import Sent, encode_call, read_sent, topic_of
from huabiao.services.foreign.ethereum_account import EthereumAccount
from huabiao.services.foreign.ethereum_rpc import EthereumNode

BLOCKS_A_LOOK, MESSAGES_A_TURN = 2_000, 50
SENT = 1  # Life.Sent in HuabiaoGateway.sol


class Log(NamedTuple):
    """Something that the contract said."""

    height: int
    topics: list[str]
    document: dict[str, Any]


class FarSide:
    """One HuabiaoGateway at one address."""

    def __init__(self, node: EthereumNode, address: bytes) -> None:
        self.node, self.address = node, address

    def logs(self, low: int, high: int, *topics: str) -> list[Log]:
        """What the contract said from one height to another, both included."""
        if high < low:
            return []
        asked = {
            "address": "0x" + self.address.hex(),
            "fromBlock": hex(low),
            "toBlock": hex(high),
            "topics": list(topics),
        }
        return [
            Log(int(each["blockNumber"], 16), each["topics"], each)
            for each in self.node.ask("eth_getLogs", asked)
        ]

    def received_at(self, sequence: int, start: int, final: int) -> int | None:
        """The height at which a message of ours came; None if that is not final."""
        found = self.logs(
            start, final, "0x" + topic_of("Received").hex(), f"0x{sequence:064x}"
        )
        return found[0].height if found else None

    def has_received(self, sequence: int) -> bool:
        """Whether a message of ours is there, final or not."""
        return self._word("received", sequence) != 0

    def waits(self, sequence: int) -> bool:
        """Whether a message that was sent there has not ended yet."""
        return (
            self.read("outgoing", ["address", "uint64", "uint8"], sequence)[2] == SENT
        )

    @property
    def round(self) -> int:
        return self._word("round")

    @property
    def needed(self) -> int:
        return self._word("needed")

    @property
    def frozen(self) -> bool:
        return self._word("frozen") != 0

    def _word(self, name: str, *values: Any) -> int:
        return int(self.read(name, ["uint256"], *values)[0])

    def read(self, name: str, kinds: list[str], *values: Any) -> Any:
        """What a view of the contract answers now."""
        call = {
            "to": "0x" + self.address.hex(),
            "data": "0x" + encode_call(name, *values).hex(),
        }
        said = self.node.ask("eth_call", call, "latest")
        return eth_abi.decode(kinds, bytes.fromhex(said[2:]))

    def send(self, account: EthereumAccount, name: str, *values: Any) -> dict[str, Any]:
        """A transaction of the contract; NodeRefused if it would fail."""
        return account.send(self.address, encode_call(name, *values))


class Said:
    """
    What the contract has said so far: messages that wait there for their end, and
    heights at which it spoke. Each look reads on, from where the last one ended.

    Anybody can send messages there, also some that nobody can bring here. So each turn
    takes the next few: those that are stuck hold nobody up.
    """

    def __init__(self, far: FarSide, start: int) -> None:
        self._far, self._next = far, start
        self._messages: deque[Sent] = deque()
        self.spoke: list[int] = []
        """Heights that nobody has dealt with yet."""

    def look(self, final: int) -> None:
        """Read what is final by now, some thousands of blocks at most."""
        high = min(final, self._next + BLOCKS_A_LOOK)
        topic = "0x" + topic_of("Sent").hex()
        for log in self._far.logs(self._next, high):
            if log.topics[0] == topic:
                # What was said is read again when it is brought over, with its proof.
                self._messages.append(read_sent(log.document)._replace(payload=b""))
            if log.height not in self.spoke:
                self.spoke.append(log.height)
        self._next = max(self._next, high + 1)

    def turn(self) -> list[Sent]:
        """The next messages that wait; those that have ended are forgotten."""
        found = []
        for _ in range(min(len(self._messages), MESSAGES_A_TURN)):
            message = self._messages.popleft()
            if self._far.waits(message.sequence):
                found.append(message)
                self._messages.append(message)
        return found
