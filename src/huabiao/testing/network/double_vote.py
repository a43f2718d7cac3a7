"""
A member that votes twice: its voting key signs for two blocks at one height.

Two votes that differ in nothing but the block are all the proof that CometBFT needs
(DuplicateVoteEvidence); whoever received both would hand it on, and so do we, over
the RPC of another member. The bytes that a vote's signature is of are CometBFT's
CanonicalVote (proto/cometbft/types/v1/canonical.proto), with its length in front.
"""

import json
from base64 import b64decode, b64encode
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from huabiao.crypto import intl

PREVOTE = 1


def vote_twice(engine: Path, rpc: str, chain: str) -> int:
    """Sign two prevotes with a folder's voting key and tell another member's engine;
    the height that both are for."""
    key = json.loads((engine / "config" / "priv_validator_key.json").read_text())
    with httpx.Client(base_url=f"http://{rpc}", trust_env=False, timeout=10) as http:
        header = _asked(http, "block", {})["block"]["header"]
        at = {"height": header["height"]}
        voters = _asked(http, "validators", at)["validators"]
        (index,) = [
            n for n, each in enumerate(voters) if each["address"] == key["address"]
        ]
        votes = [_vote(key, index, chain, header, bytes([n]) * 32) for n in (1, 2)]
        evidence = {
            "vote_a": votes[0], "vote_b": votes[1], "Timestamp": header["time"],
            "TotalVotingPower": str(sum(int(each["voting_power"]) for each in voters)),
            "ValidatorPower": voters[index]["voting_power"],
        }  # fmt: skip
        typed = {"type": "tendermint/DuplicateVoteEvidence", "value": evidence}
        _asked(http, "broadcast_evidence", {"evidence": typed})
    return int(header["height"])


def _asked(http: httpx.Client, method: str, params: dict[str, Any]) -> Any:
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    answer = http.post("/", json=body).json()
    if "error" in answer:
        raise AssertionError(f"{method}: {answer['error']}")
    return answer["result"]


def _vote(
    key: dict[str, Any], index: int, chain: str, header: dict[str, Any], block: bytes
) -> dict[str, Any]:
    """A signed vote as CometBFT writes it in JSON."""
    height, parts = int(header["height"]), {"total": 1, "hash": block.hex().upper()}
    signed = canonical_vote(chain, height, block, header["time"])
    secret = b64decode(key["priv_key"]["value"])[:32]
    return {
        "type": PREVOTE, "height": header["height"], "round": 0,
        "block_id": {"hash": block.hex().upper(), "parts": parts},
        "timestamp": header["time"], "validator_address": key["address"],
        "validator_index": index,
        "signature": b64encode(intl.sign(secret, signed)).decode(),
    }  # fmt: skip


def canonical_vote(chain: str, height: int, block: bytes, time: str) -> bytes:
    """The bytes that a prevote of round 0 for a block of one part signs."""
    whole, _, fraction = time.rstrip("Z").partition(".")
    seconds = int(datetime.fromisoformat(f"{whole}+00:00").timestamp())
    nanos = int(fraction.ljust(9, "0"))
    stamp = _number(1, seconds) + (_number(2, nanos) if nanos else b"")
    parts = _number(1, 1) + _bytes(2, block)
    fields = (
        _number(1, PREVOTE)
        + b"\x11" + height.to_bytes(8, "little")
        + _bytes(4, _bytes(1, block) + _bytes(2, parts))
        + _bytes(5, stamp)
        + _bytes(6, chain.encode())
    )  # fmt: skip
    return _varint(len(fields)) + fields


def _varint(number: int) -> bytes:
    """https://protobuf.dev/programming-guides/encoding/#varints"""
    found = bytearray()
    for shift in range(0, max(number.bit_length(), 1), 7):
        found.append(number >> shift & 0x7F | 0x80)
    found[-1] &= 0x7F
    return bytes(found)


def _number(field: int, number: int) -> bytes:
    return bytes([field << 3]) + _varint(number)


def _bytes(field: int, content: bytes) -> bytes:
    return bytes([field << 3 | 2]) + _varint(len(content)) + content
