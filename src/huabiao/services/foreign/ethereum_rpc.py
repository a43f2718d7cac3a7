"""
An Ethereum node's JSON-RPC, as far as a gateway asks it (ethereum/execution-apis).

The node is the gateway's own: what it says is believed by this gateway alone, and what
others are to believe goes with a proof. Answers are bounded in size and in time.
"""

import itertools
from typing import Any, Self

import httpx
import msgspec

LARGEST_ANSWER = 32 * 2**20
TIMEOUT = httpx.Timeout(20.0, connect=5.0)


class NodeRefused(Exception):
    """The node answered with an error, or with what is no answer."""


class NodeUnreachable(Exception):
    """The node does not answer; it may later."""


class EthereumNode:
    """One node, by the address of its HTTP RPC."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx.Client(timeout=TIMEOUT, trust_env=False)
        self._ids = itertools.count(1)

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def ask(self, method: str, *parameters: Any) -> Any:
        """One call; NodeRefused with the node's own words, or NodeUnreachable."""
        body = {
            "jsonrpc": "2.0", "id": next(self._ids), "method": method,
            "params": list(parameters),
        }  # fmt: skip
        try:
            with self._http.stream("POST", self.url, json=body) as answer:
                told = bytearray()
                for piece in answer.iter_bytes():
                    told += piece
                    if len(told) > LARGEST_ANSWER:
                        raise NodeRefused(
                            f"以太坊节点的应答过大（{method}）。"
                            f" The Ethereum node's answer to {method} is too large."
                        )
        except httpx.HTTPError as error:
            raise NodeUnreachable(
                f"以太坊节点 {self.url} 没有应答（{type(error).__name__}）；请确认它已"
                "启动并开放 HTTP RPC。"
                f" The Ethereum node at {self.url} does not answer: is it running, and"
                " its HTTP RPC open?"
            ) from error
        try:
            document = msgspec.json.decode(told)
            if "error" in document:
                raise NodeRefused(
                    f"以太坊节点拒绝 {method}：{document['error'].get('message')}。"
                    f" The Ethereum node refused {method}:"
                    f" {document['error'].get('message')}."
                )
            return document["result"]
        except (msgspec.DecodeError, TypeError, KeyError, AttributeError) as error:
            raise NodeRefused(
                f"以太坊节点对 {method} 的应答不是 JSON-RPC。"
                f" The Ethereum node's answer to {method} is not JSON-RPC."
            ) from error

    def number(self, method: str, *parameters: Any) -> int:
        """A call whose answer is a quantity."""
        return int(self.ask(method, *parameters), 16)

    def block(self, height: int | str) -> dict[str, Any] | None:
        """A block without its transactions, by height or tag."""
        named = height if isinstance(height, str) else hex(height)
        found: dict[str, Any] | None = self.ask("eth_getBlockByNumber", named, False)
        return found

    def final_height(self, confirmations: int) -> int:
        """The highest block that is final: by the chain's own finality, or (0 means
        that) as many blocks below the newest as a route says."""
        if confirmations:
            return max(0, self.number("eth_blockNumber") - confirmations)
        block = self.block("finalized")
        return 0 if block is None else int(block["number"], 16)
