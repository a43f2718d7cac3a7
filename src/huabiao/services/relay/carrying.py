"""
The calls that bring a proof from one chain to another.

What the one chain proves comes with a header, its certificate and the changes of
members on the way. Carried over, it becomes calls of the other: `advance` for each
change of members that its client has not seen, `advance` for the header, then what the
proofs are for. Nothing here decides whether a proof holds: the other chain does.
"""

from huabiao.codec import encode
from huabiao.crypto.envelope import Call
from huabiao.proofs.header import decode_header
from huabiao.proofs.members import Member
from huabiao.proofs.proof_file import Proof, StateContent, read_proof
from huabiao.proofs.state_proofs import StateEntry, StateProofs

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


def height_of(proof: Proof | StateProofs) -> int:
    """The height of the header that a proof leads to."""
    return decode_header(proof.header).height


def advances(client: str, proof: Proof | StateProofs, changed: int) -> list[Call]:
    """
    What a client must take before it knows the proof's header, which comes last.

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
    return [*calls, advance(client, proof)]


def steps(client: str, proofs: StateProofs, changed: int) -> list[Call]:
    """`advances`, without the header where it hands over and the client has it so, or
    gets it so: the members before it sign nothing any more."""
    handing = [decode_header(change.header).height for change in proofs.changes]
    calls = advances(client, proofs, changed)
    return calls if height_of(proofs) > max([changed, *handing]) else calls[:-1]


def advance(client: str, proof: Proof | StateProofs) -> Call:
    """Bring the header alone, whatever the client makes of it."""
    arguments = {"header": proof.header, "certificate": proof.certificate}
    return Call(CLIENTS, "advance", client, arguments)


def receive(route: str, number: int, raw: bytes) -> Call:
    """Bring a packet; `raw` proves packets/sent/<counterpart>.<number> over there."""
    return receive_proved(route, number, *_entry(raw))


def end(route: str, number: int, raw: bytes) -> Call:
    """Bring back what came of a packet; `raw` proves packets/received/<counterpart>
    .<number> over there: what it says, or that there is nothing, which times it out."""
    return end_proved(route, number, *_entry(raw))


def _entry(raw: bytes) -> tuple[int, StateEntry]:
    proof, content = state_proof(raw)
    return height_of(proof), StateEntry(content.value, content.radix)


def receive_proved(route: str, number: int, height: int, entry: StateEntry) -> Call:
    """`receive`, by one of many proofs under a header."""
    if entry.value is None:
        raise NotCarried("没有此件。 There is no such packet.")
    arguments = {"packet": entry.value, "height": height, "proof": entry.radix}
    return Call(PACKETS, "receive", f"{route}.{number}", arguments)


def end_proved(route: str, number: int, height: int, entry: StateEntry) -> Call:
    """`end`, by one of many proofs under a header."""
    arguments = {"height": height, "proof": entry.radix}
    key = f"{route}.{number}"
    if entry.value is None:
        return Call(PACKETS, "time_out", key, arguments)
    return Call(PACKETS, "acknowledge", key, {"outcome": entry.value} | arguments)


def packed(
    before: list[Call], calls: list[Call], most: int, largest: int
) -> list[list[Call]]:
    """
    Calls as envelopes of at most `most` calls and about `largest` bytes each.

    `before` comes first. It shares an envelope with the rest where all fit into one;
    else it has its own, so that a refusal of some undoes no more than it must.
    """
    together = _split([*before, *calls], most, largest)
    if len(together) <= 1 or not calls:
        return together
    return [*_split(before, most, largest), *_split(calls, most, largest)]


def _split(calls: list[Call], most: int, largest: int) -> list[list[Call]]:
    envelopes: list[list[Call]] = []
    size = 0
    for call in calls:
        bytes_ = len(encode(call))
        if not envelopes or len(envelopes[-1]) == most or size + bytes_ > largest:
            envelopes.append([])
            size = 0
        envelopes[-1].append(call)
        size += bytes_
    return envelopes
