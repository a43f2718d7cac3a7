"""
The port: everything that doors and services may ask of a node, on one page.

A node in the same process offers it directly (`node.local`); `client.remote` offers the
part that a client needs over HTTP. Nothing else of the ledger is visible above.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import msgspec

from huabiao.crypto.envelope import Envelope
from huabiao.proofs.header import Header
from huabiao.proofs.receipt import Receipt
from huabiao.proofs.state_proofs import StateProofs, Want


class Outcome(msgspec.Struct, frozen=True):
    """What became of one envelope. `height` 0: it is in no block (never admitted);
    `call` is the place of the call that was refused, `cost` what all calls cost."""

    envelope: str
    height: int
    index: int
    code: str
    sentence: str
    call: int = 0
    cost: int = 0

    @property
    def accepted(self) -> bool:
        return self.code == "ok"


class BlockView(msgspec.Struct, frozen=True):
    """A block taken apart; receipts[i] belongs to envelopes[i]."""

    header: Header
    hash: bytes
    certificate: bytes
    """Empty while the members' signatures are on their way."""
    envelopes: list[Envelope]
    receipts: list[Receipt]


class EnvelopeView(msgspec.Struct, frozen=True):
    """One envelope in its block, and its receipt."""

    header: Header
    hash: bytes
    """The block's."""
    envelope: Envelope
    receipt: Receipt


class Busy(Exception):
    """The pool is full; try again after the pause that the sentence names."""


class Port(Protocol):
    """A node as its doors and services see it. Thread safe."""

    @property
    def suite_name(self) -> str:
        """The suite that the next block and new envelopes are signed in."""

    @property
    def founding_suite(self) -> str:
        """The suite that the chain was founded with, whose digest it keeps."""

    def digest(self, message: bytes) -> bytes:
        """The chain's digest: that of the suite it was founded with, for good."""

    @property
    def chain(self) -> str: ...
    @property
    def height(self) -> int:
        """Of the newest durable block."""

    async def submit(self, envelopes: list[bytes]) -> list[Outcome]:
        """Admit, order, run, make durable; raises Busy when the pool is full."""

    def status(self) -> dict[str, Any]:
        """Plain JSON: chain, suite, engine, height, time, state_root, members …"""

    def health(self) -> dict[str, Any]:
        """Plain JSON within a moment, also under load: {"ok": bool, "alerts": […]}."""

    def metrics(self) -> dict[str, Any]:
        """Numbers, or numbers by name, within a moment: doors/api/metrics.py."""

    def trust(self) -> dict[str, Any]:
        """What an offline verifier starts from."""

    def network(self) -> dict[str, Any] | None:
        """What a newcomer needs to follow; None where there is nobody to follow."""

    def read(self, key: str, height: int | None = None) -> bytes | None:
        """A state value by its full key, newest or at a retained height."""

    def ask(self, contract: str, question: str, arguments: dict[str, Any]) -> Any:
        """A contract's answer; raises huabiao.contracts.Refused."""

    def descriptions(self) -> dict[str, dict[str, Any]]:
        """The Description of every contract in force, by name."""

    def holds_role(self, contract: str, role: str, account: bytes) -> bool: ...

    def account_of(self, public: bytes) -> bytes | None:
        """The account that a key stands for; None if the key was retired."""

    def block(self, height: int) -> BlockView | None: ...
    def envelope(self, height: int, index: int) -> EnvelopeView | None:
        """One envelope by its place; the others of its block are not taken apart."""

    def blocks(self, start: int) -> Iterator[BlockView]:
        """Durable blocks from a height to the newest, then ends."""

    def wait_for(self, height: int, seconds: float) -> bool:
        """Wait until a block is durable; False when the time ran out first."""

    def prove_state(self, key: str, height: int | None = None) -> bytes:
        """A proof file of presence or absence of a state key."""

    def prove_states(
        self, wanted: Mapping[str, Want], height: int | None = None, changed: int = 0
    ) -> StateProofs:
        """Many keys under one certified header; changes of members above `changed`."""

    def prove_receipt(self, height: int, index: int) -> bytes:
        """A proof file of one envelope's receipt."""

    def prove_notarised(self, height: int, index: int, leaf: int) -> bytes:
        """A proof file of one notarised file of a batch."""
