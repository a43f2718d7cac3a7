"""
Many state keys under one header, for those who carry them to another chain.

    state proofs = [header, certificate, [change, …], [entry, …]]
    entry        = [value | nil, radix proof]        in the order that was asked for
    change       = [header, certificate, next members]

What is wanted of a key: its `value` alone, a proof if it is `present`, or a `proof` of
presence or absence; what was not wanted is empty. Nothing of it is to be believed but
by the header's certificate: docs/formats/light-client.md.
"""

from typing import Literal

import msgspec

from huabiao.proofs.proof_file import MemberChange

Want = Literal["value", "present", "proof"]
VALUE: Want = "value"
PRESENT: Want = "present"
PROOF: Want = "proof"

MOST_KEYS, MOST_CHANGES = 1_000, 32
"""In one answer; who lacks more changes of members takes these and asks again."""


class StateEntry(msgspec.Struct, array_like=True, frozen=True):
    value: bytes | None
    radix: bytes


class StateProofs(msgspec.Struct, array_like=True, frozen=True):
    header: bytes
    certificate: bytes
    changes: list[MemberChange]
    entries: list[StateEntry]


decode_state_proofs = msgspec.msgpack.Decoder(StateProofs).decode
