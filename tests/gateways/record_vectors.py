"""
How tests/vectors/ethereum.json was made: by a real geth, in one block of many receipts.

    python tests/gateways/record_vectors.py > tests/vectors/ethereum.json
"""

import json
import sys
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

from coincurve import PrivateKey

from huabiao.crypto.keys import generate
from huabiao.services.foreign import contract
from huabiao.services.foreign.ethereum_account import EthereumAccount
from huabiao.services.foreign.ethereum_blocks import (
    encode_receipt,
    prove_receipt,
    read_header,
    read_storage_proof,
)
from huabiao.services.foreign.statements import (
    Domain,
    Statement,
    address_of,
    joined,
    message_body,
    sign,
)
from huabiao.testing.city import START
from huabiao.testing.geth import GETH
from huabiao.testing.geth.node import Geth, running_geth
from huabiao.testing.ports import free_port

HOME = "test-city"
SENDER = generate("sender", "intl", sha256(b"sender").digest()).account
RECEIVER, PAYLOAD = bytes(range(20)), "交换 · exchange".encode()
TIMEOUT = START // 1_000 + 200 * 86_400
SENT_TIMEOUT = TIMEOUT
SENDERS, EACH = 4, 36
KEYS = [PrivateKey(sha256(b"attestor %d" % number).digest()) for number in range(3)]


def record(geth: Geth) -> dict[str, Any]:
    node, account = geth.node, EthereumAccount(geth.node, PrivateKey())
    geth.pay(account.address, 100)
    addresses = [address_of(key.public_key) for key in KEYS]
    gateway = account.deploy(contract.encode_call("constructor", HOME, addresses, 2))
    send = contract.encode_call("send", PAYLOAD, SENT_TIMEOUT)
    senders = [EthereumAccount(node, PrivateKey()) for _ in range(SENDERS)]
    for each in senders:
        geth.pay(each.address, 100)
    hashes = [each.post(gateway, send) for _ in range(EACH) for each in senders]
    heights = [int(account.wait_for(each)["blockNumber"], 16) for each in hashes]
    height = max(heights, key=heights.count)
    body = message_body(SENDER, RECEIVER, TIMEOUT, PAYLOAD)
    digest = Statement("deliver", 1, 1, body).digest(
        Domain(account.network, gateway, HOME)
    )
    signed = [(address_of(key.public_key), sign(key, digest)) for key in KEYS[:2]]
    deliver = contract.encode_call(
        "deliver", 1, SENDER, RECEIVER, TIMEOUT, PAYLOAD,
        b"".join(joined(digest, signed)),
    )  # fmt: skip
    arrived = int(account.send(gateway, deliver)["blockNumber"], 16)
    return {
        "made_by": f"geth {GETH.version} --dev, HuabiaoGateway.sol",
        "contract": gateway.hex(),
        "network": account.network,
        "block": block_of(geth, height),
        "arrived": storage_of(geth, gateway, 1, arrived),
        "absent": storage_of(geth, gateway, 2, arrived),
    }


def block_of(geth: Geth, height: int) -> dict[str, Any]:
    """A block with its receipts in JSON and in geth's own bytes, and proofs of each of
    the places where the form of the path changes."""
    header = read_header(geth.node, height)
    receipts = geth.node.ask("eth_getBlockReceipts", hex(height))
    assert len(receipts) > 128, len(receipts)
    raw = geth.node.ask("debug_getRawReceipts", hex(height))
    assert ["0x" + encode_receipt(each).hex() for each in receipts] == raw
    places = [place for place in (0, 1, 127, 128) if place < len(receipts)]
    return {
        "json": geth.node.block(height),
        "header": geth.node.ask("debug_getRawHeader", hex(height)),
        "receipts": len(receipts),
        "proofs": {
            str(place): {
                "receipt": raw[place],
                "json": receipts[place],
                "proof": [n.hex() for n in prove_receipt(header, receipts, place)],
            }
            for place in places
        },
    }


def storage_of(geth: Geth, gateway: bytes, sequence: int, height: int) -> dict:
    place = contract.received_place(sequence)
    proof = read_storage_proof(geth.node, gateway, place, height)
    return {
        "height": height,
        "time": int(geth.node.block(height)["timestamp"], 16),
        "header": geth.node.ask("debug_getRawHeader", hex(height)),
        "account_proof": [each.hex() for each in proof.account],
        "storage_proof": [each.hex() for each in proof.storage],
        "word": proof.word,
    }


if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory() as folder,
        running_geth(Path(folder), free_port(), period=30) as running,
    ):
        json.dump(record(running), sys.stdout, indent=1)
