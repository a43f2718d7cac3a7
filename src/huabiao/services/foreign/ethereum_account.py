"""
An account on Ethereum that pays for what a gateway sends (EIP-1559 transactions).

Its key is a file of 32 bytes in hexadecimal that only its owner reads; who attests uses
the same key to sign statements.
"""

import time
from pathlib import Path
from typing import Any

import rlp
from coincurve import PrivateKey

from huabiao.crypto.keccak import keccak256
from huabiao.durable import write_new
from huabiao.services.foreign.ethereum_blocks import octets, quantity
from huabiao.services.foreign.ethereum_rpc import EthereumNode, NodeRefused
from huabiao.services.foreign.statements import address_of

TYPE = b"\x02"
LARGEST_GAS = 5_000_000
TIP_WEI = 10**9
INDEXING = "indexing is in progress"
"""What a geth says that was only just started."""
MINED_WITHIN_S, BETWEEN_LOOKS_S = 180.0, 0.05


class BadKeyFile(ValueError):
    """The file holds no key; the sentence says what it should hold."""


def read_key(path: Path) -> PrivateKey:
    """The key in a file."""
    try:
        return PrivateKey(bytes.fromhex(path.read_text().strip().removeprefix("0x")))
    except (ValueError, UnicodeDecodeError) as error:
        raise BadKeyFile(
            f"{path} 不是以太坊密钥：应为 64 位十六进制。"
            f" {path} holds no key of Ethereum: it is 64 hexadecimal digits."
        ) from error


def make_key(path: Path) -> PrivateKey:
    """A new key in a new file that only its owner reads."""
    key = PrivateKey()
    write_new(path, f"{key.secret.hex()}\n".encode())
    return key


class EthereumAccount:
    """A key, and the node through which it sends."""

    def __init__(self, node: EthereumNode, key: PrivateKey) -> None:
        self._node, self._key = node, key
        self.address = address_of(key.public_key)
        self._network: int | None = None

    @property
    def network(self) -> int:
        """The chain id of EIP-155."""
        if self._network is None:
            self._network = self._node.number("eth_chainId")
        return self._network

    def send(self, to: bytes | None, data: bytes, value: int = 0) -> dict[str, Any]:
        """
        Send a transaction (a contract's creation, without `to`) and wait until it is in
        a block; NodeRefused with the reason if it would fail or failed.
        """
        return self.wait_for(self.post(to, data, value))

    def post(self, to: bytes | None, data: bytes, value: int = 0) -> str:
        """Send a transaction and do not wait; its hash."""
        base = int((self._node.block("latest") or {})["baseFeePerGas"], 16)
        sender = "0x" + self.address.hex()
        call = {"from": sender, "data": "0x" + data.hex(), "value": hex(value)}
        if to is not None:
            call["to"] = "0x" + to.hex()
        gas = self._node.number("eth_estimateGas", call) * 5 // 4
        if gas > LARGEST_GAS:
            raise NodeRefused(
                f"交易需要 {gas} gas，超过上限。 The transaction needs {gas} gas, over"
                f" the limit of {LARGEST_GAS}."
            )
        nonce = self._node.number("eth_getTransactionCount", sender, "pending")
        fields = [
            quantity(self.network), quantity(nonce), quantity(TIP_WEI),
            quantity(2 * base + TIP_WEI), quantity(gas), to or b"", quantity(value),
            data, [],
        ]  # fmt: skip
        digest = keccak256(TYPE + rlp.encode(fields))
        signature = self._key.sign_recoverable(digest, hasher=None)
        signed = [
            *fields, quantity(signature[64]),
            quantity(int.from_bytes(signature[:32], "big")),
            quantity(int.from_bytes(signature[32:64], "big")),
        ]  # fmt: skip
        raw = TYPE + rlp.encode(signed)
        return str(self._node.ask("eth_sendRawTransaction", "0x" + raw.hex()))

    def wait_for(self, transaction: str) -> dict[str, Any]:
        """The receipt of a transaction; NodeRefused if it failed or is not mined."""
        end = time.monotonic() + MINED_WITHIN_S
        while time.monotonic() < end:
            receipt = self._receipt(transaction)
            if receipt is not None:
                if int(receipt["status"], 16) != 1:
                    raise NodeRefused(
                        f"交易 {transaction} 失败。 Transaction {transaction} failed."
                    )
                found: dict[str, Any] = receipt
                return found
            time.sleep(BETWEEN_LOOKS_S)
        raise NodeRefused(
            f"交易 {transaction} 在 {MINED_WITHIN_S:.0f} 秒内未入块。"
            f" Transaction {transaction} is in no block after {MINED_WITHIN_S:.0f} s."
        )

    def _receipt(self, transaction: str) -> Any:
        try:
            return self._node.ask("eth_getTransactionReceipt", transaction)
        except NodeRefused as refusal:
            if INDEXING in str(refusal):
                return None
            raise

    def deploy(self, creation: bytes) -> bytes:
        """Create a contract; its address."""
        return octets(str(self.send(None, creation)["contractAddress"]))
