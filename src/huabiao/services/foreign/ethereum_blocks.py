"""
Headers, receipts and proofs, made from what a node says and checked by its hashes.

A header is the RLP of its fields in the order in which forks have added them; its hash
shows that none is missing. A receipt is [status, gas so far, bloom, logs] (EIP-658),
behind its type where it has one (EIP-2718). Proofs are nodes of tries (Yellow Paper,
appendix D): of receipts made here from all receipts of the block, of accounts and
storage as `eth_getProof` gives them (EIP-1186).
"""

from typing import Any, NamedTuple

import rlp
from trie import HexaryTrie

from huabiao.crypto.keccak import keccak256
from huabiao.services.foreign.ethereum_rpc import EthereumNode, NodeRefused

FIELDS = (
    "parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot",
    "receiptsRoot", "logsBloom", "difficulty", "number", "gasLimit", "gasUsed",
    "timestamp", "extraData", "mixHash", "nonce", "baseFeePerGas", "withdrawalsRoot",
    "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot", "requestsHash",
    "blockAccessListHash", "slotNumber",
)  # fmt: skip
QUANTITIES = (
    "difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas",
    "blobGasUsed", "excessBlobGas", "slotNumber",
)  # fmt: skip


class Header(NamedTuple):
    """A block's header as its hash is over it."""

    height: int
    hash: bytes
    time: int
    """Seconds of the Unix epoch."""
    receipts_root: bytes
    encoded: bytes


class StorageProof(NamedTuple):
    """Nodes from the state root to an account, and from there to a word."""

    account: list[bytes]
    storage: list[bytes]
    word: int


def octets(written: str) -> bytes:
    """Bytes that are written 0x…."""
    return bytes.fromhex(written.removeprefix("0x"))


def quantity(number: int) -> bytes:
    """A number as RLP has it: no leading zeros, nothing for zero."""
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def read_header(node: EthereumNode, height: int) -> Header:
    """The header at a height; NodeRefused if its fields do not give its hash."""
    block = node.block(height)
    if block is None:
        raise NodeRefused(
            f"以太坊节点没有区块 {height}。 The Ethereum node has no block {height}."
        )
    return header_of(block)


def header_of(block: dict[str, Any]) -> Header:
    """A header from a block in JSON."""
    values = [
        quantity(int(block[name], 16)) if name in QUANTITIES else octets(block[name])
        for name in FIELDS
        if block.get(name) is not None
    ]
    encoded = rlp.encode(values)
    found = Header(
        int(block["number"], 16), keccak256(encoded), int(block["timestamp"], 16),
        octets(block["receiptsRoot"]), encoded,
    )  # fmt: skip
    if found.hash != octets(block["hash"]):
        raise NodeRefused(
            f"区块 {found.height} 的字段与其哈希不符：节点有误，或其分叉比本软件新。"
            f" The fields of block {found.height} do not give its hash: the node is"
            " wrong, or its fork is newer than this software."
        )
    return found


def encode_receipt(receipt: dict[str, Any]) -> bytes:
    """A receipt in JSON as the receipts trie holds it."""
    logs = [
        [
            octets(log["address"]),
            [octets(t) for t in log["topics"]],
            octets(log["data"]),
        ]
        for log in receipt["logs"]
    ]
    body = rlp.encode(
        [
            quantity(int(receipt["status"], 16)),
            quantity(int(receipt["cumulativeGasUsed"], 16)),
            octets(receipt["logsBloom"]),
            logs,
        ]
    )
    return quantity(int(receipt.get("type", "0x0"), 16)) + bytes(body)


def prove_receipt(
    header: Header, receipts: list[dict[str, Any]], index: int
) -> list[bytes]:
    """The nodes that lead to a receipt; NodeRefused if the receipts are not those of
    the header."""
    trie = HexaryTrie({})
    for place, receipt in enumerate(receipts):
        trie[rlp.encode(place)] = encode_receipt(receipt)
    if trie.root_hash != header.receipts_root:
        raise NodeRefused(
            f"区块 {header.height} 的回执与其区块头不符。"
            f" The receipts of block {header.height} are not those of its header."
        )
    return [bytes(rlp.encode(each)) for each in trie.get_proof(rlp.encode(index))]


def read_receipt_proof(node: EthereumNode, header: Header, index: int) -> list[bytes]:
    """The proof of the receipt at a place of a block."""
    receipts = node.ask("eth_getBlockReceipts", hex(header.height))
    if not isinstance(receipts, list):
        raise NodeRefused(
            f"以太坊节点没有区块 {header.height} 的回执。"
            f" The Ethereum node has no receipts of block {header.height}."
        )
    return prove_receipt(header, receipts, index)


def read_storage_proof(
    node: EthereumNode, contract: bytes, place: bytes, height: int
) -> StorageProof:
    """What a node proves of a word of a contract's storage at a height."""
    told = node.ask(
        "eth_getProof", "0x" + contract.hex(), ["0x" + place.hex()], hex(height)
    )
    word = told["storageProof"][0]
    return StorageProof(
        [octets(each) for each in told["accountProof"]],
        [octets(each) for each in word["proof"]],
        int(word["value"], 16),
    )
