"""
The calls that bring a proof from one chain to another.

A proof file of the one chain holds a header, its certificate, the changes of members on
the way, and a state proof. Carried over, it becomes calls of the other: `advance` for
each change of members that its client has not seen, `advance` for the header, then what
the proof is for. Nothing here decides whether a proof holds: the other chain does.
"""

from huabiao.codec import encode
from huabiao.crypto.envelope import Call
from huabiao.proofs.header import decode_header
from huabiao.proofs.members import Member
from huabiao.proofs.proof_file import Proof, StateContent, read_proof

CLIENTS, PACKETS = "light_clients", "packets"


class NotCarried(ValueError):
    """The file is not what can be carried; the sentence says why."""


def encode_members(members: list[Member]) -> bytes:
    """Members as a light client keeps them."""
    return encode(members)


def state_proof(raw: bytes) -> tuple[Proof, StateContent]:
    """A proof file of a state key, taken apart; NotCarried if it is another."""
    proof, content = read_proof(raw)
    if not isinstance(content, StateContent):
        raise NotCarried(
            "只有状态证明可以跨链携带。 Only a proof of a state key is carried."
        )
    return proof, content


def height_of(proof: Proof) -> int:
    """The height of the header that a proof leads to."""
    return decode_header(proof.header).height


def advances(client: str, proof: Proof, changed: int) -> list[Call]:
    """
    What a client must take before it knows the proof's header.

    `changed` is the height of the newest change of members that it has seen.
    """
    calls = []
    for change in proof.changes:
        if decode_header(change.header).height > changed:
            arguments = {
                "header": change.header,
                "certificate": change.certificate,
                "next_members": encode_members(change.next_members),
            }
            calls.append(Call(CLIENTS, "advance", client, arguments))
    arguments = {"header": proof.header, "certificate": proof.certificate}
    return [*calls, Call(CLIENTS, "advance", client, arguments)]


def receive(route: str, number: int, raw: bytes) -> Call:
    """Bring a packet; `raw` proves packets/sent/<counterpart>.<number> over there."""
    proof, content = state_proof(raw)
    if content.value is None:
        raise NotCarried("没有此件。 There is no such packet.")
    arguments = {
        "packet": content.value, "height": height_of(proof), "proof": content.radix,
    }  # fmt: skip
    return Call(PACKETS, "receive", f"{route}.{number}", arguments)


def end(route: str, number: int, raw: bytes) -> Call:
    """Bring back what came of a packet; `raw` proves packets/received/<counterpart>
    .<number> over there: what it says, or that there is nothing, which times it out."""
    proof, content = state_proof(raw)
    arguments = {"height": height_of(proof), "proof": content.radix}
    key = f"{route}.{number}"
    if content.value is None:
        return Call(PACKETS, "time_out", key, arguments)
    return Call(PACKETS, "acknowledge", key, {"outcome": content.value} | arguments)
