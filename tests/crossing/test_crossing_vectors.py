"""
Test vectors of what crosses: certified headers as a light client takes them, packets
under a state root. Written by this project from chains with fixed keys;
`python tests/crossing/test_crossing_vectors.py FILE` writes them anew.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from huabiao.codec import decode
from huabiao.contracts import Refused
from huabiao.ledger import other_chains
from huabiao.proofs.header import decode_header
from huabiao.services.relay import carrying
from huabiao.testing.chains import Chains
from huabiao.testing.city import HOUR

VECTORS = Path(__file__).parents[1] / "vectors" / "crossing.json"


def write_vectors(folder: Path) -> dict[str, Any]:
    """Vectors for each suite, from a chain of it that another one follows."""
    from crossing_city import GREETINGS

    headers, packets = [], []
    for suite in ("intl", "sm", "pq"):
        chains = Chains(
            folder / suite, {"beijing": suite, "haidian": "intl"}, [GREETINGS]
        )
        chains.connect("beijing", "haidian")
        chains.tick()
        city = chains["beijing"]
        city.call(
            city.cast("citizen"), "greetings", "greet", route="haidian", words=["你好"],
            timeout=city.now + HOUR,
        )  # fmt: skip
        members = city.ledger.members
        proof = chains.prove("beijing", "packets/sent/haidian.1")
        absent = chains.prove("beijing", "packets/sent/haidian.2")
        packets += [_packet(suite, proof), _packet(suite, absent)]
        headers.append(_header(suite, members, proof, b""))
        second = city.cast("second")
        city.rotate_member(second)
        handed = chains.prove("beijing", "governance/parameters", city.ledger.height)
        following = carrying.encode_members(city.ledger.members)
        headers.append(_header(suite, members, handed, following))
        chains.close()
    return {"headers": headers, "packets": packets}


def _header(suite: str, members: Any, raw: bytes, following: bytes) -> dict[str, Any]:
    proof, _ = carrying.state_proof(raw)
    return {
        "chain": "beijing",
        "suite": suite,
        "members": carrying.encode_members(members).hex(),
        "header": proof.header.hex(),
        "certificate": proof.certificate.hex(),
        "next_members": following.hex(),
        "height": decode_header(proof.header).height,
    }


def _packet(suite: str, raw: bytes) -> dict[str, Any]:
    proof, content = carrying.state_proof(raw)
    return {
        "suite": suite,
        "root": decode_header(proof.header).state.hex(),
        "key": content.key,
        "value": None if content.value is None else content.value.hex(),
        "proof": content.radix.hex(),
    }


def test_the_vectors_are_answered_as_written():
    vectors = json.loads(VECTORS.read_text("utf-8"))
    assert len(vectors["headers"]) == len(vectors["packets"]) == 6
    for each in vectors["headers"]:
        given = {name: each[name] for name in ("chain", "suite")}
        octets = {
            name: bytes.fromhex(each[name])
            for name in ("members", "header", "certificate", "next_members")
        }
        answered = check(given, octets)
        assert answered["height"] == each["height"]
        assert answered["hands_over"] == (each["next_members"] != "")
        assert answered["following"].hex() == each["next_members"]
        for name in ("header", "certificate"):
            for at in (0, len(octets[name]) // 2, -1):
                spoiled = bytearray(octets[name])
                spoiled[at] ^= 1
                with pytest.raises(Refused):
                    check(given, octets | {name: bytes(spoiled)})


def check(given: dict[str, str], octets: dict[str, bytes]) -> dict[str, Any]:
    return other_chains.check_header(
        given["chain"], given["suite"], other_chains.read_members(octets["members"]),
        octets["header"], octets["certificate"], octets["next_members"],
    )  # fmt: skip


def test_the_packets_are_proved_as_written():
    for each in json.loads(VECTORS.read_text("utf-8"))["packets"]:
        value = None if each["value"] is None else bytes.fromhex(each["value"])
        root, proof = bytes.fromhex(each["root"]), bytes.fromhex(each["proof"])
        assert other_chains.check_state(each["suite"], root, each["key"], value, proof)
        other = b"" if value is None else None
        assert not other_chains.check_state(
            each["suite"], root, each["key"], other, proof
        )
        if value is not None:
            packet = decode(value)
            assert packet[:5] == ["beijing", "haidian", "haidian", "beijing", 1]
            assert packet[6] == [["greetings", "greetings", "你好".encode()]]


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1] / "platform"))
    made = write_vectors(Path(tempfile.mkdtemp()))
    Path(sys.argv[1]).write_text(json.dumps(made, indent=1) + "\n", "utf-8")
