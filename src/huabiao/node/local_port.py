"""The port of a node in the same process: what its doors and services reach."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from huabiao import __version__
from huabiao.client.port import BlockView, EnvelopeView, Outcome
from huabiao.codec import decode
from huabiao.contracts import Refused
from huabiao.crypto.address import show
from huabiao.engines.engine import Engine
from huabiao.engines.verification import Verification
from huabiao.ledger.block import open_block, open_one, receipts_of
from huabiao.ledger.ledger import Ledger
from huabiao.ledger.protocol import coming
from huabiao.node import measuring, proving
from huabiao.node.asking import Questions
from huabiao.node.entrance import Entrance
from huabiao.node.history.older import told_where
from huabiao.proofs.header import header_hash
from huabiao.proofs.state_proofs import StateProofs, Want
from huabiao.state import NotRetained

CERTIFICATE_S = 5.0
Proved = TypeVar("Proved", bytes, StateProofs)


class LocalPort:
    """Implements huabiao.client.port.Port over an engine and its ledger."""

    def __init__(self, engine: Engine, verification: Verification) -> None:
        self.engine = engine
        self._ledger: Ledger = engine.ledger
        self._questions = Questions(self._ledger)
        self._counts, self._started_at = measuring.Counts(), engine.height
        self._entrance = Entrance(engine, verification, self._counts)
        self.alerts: list[str] = []
        """Said once, about the start."""
        folder = self._ledger.log.folder
        self.warnings = [lambda: measuring.low_disk(folder)]
        """Looked at each time: what will hurt if nobody does anything."""
        self.measured: dict[str, Callable[[], float]] = {}
        self.introduction: dict[str, Any] | None = None

    @property
    def suite_name(self) -> str:
        return self._ledger.suite_name

    @property
    def founding_suite(self) -> str:
        return self._ledger.genesis.suite

    def digest(self, message: bytes) -> bytes:
        return self._ledger.digest(message)

    @property
    def chain(self) -> str:
        return self._ledger.genesis.chain

    @property
    def height(self) -> int:
        return self.engine.height

    async def submit(self, envelopes: list[bytes]) -> list[Outcome]:
        return await self._entrance.submit(envelopes)

    # -- reads -----------------------------------------------------------------

    def status(self) -> dict[str, Any]:
        ledger = self._ledger
        with self.engine.lock:
            members = ledger.governed.members()
            versions = ledger.governed.in_force(ledger.height + 1)
            administrators = decode(ledger.read("governance/administrators") or b"\xc0")
            status = {
                "chain": self.chain,
                "suite": self.suite_name,
                "founding_suite": self.founding_suite,
                "engine": self.engine.name,
                "height": ledger.height,
                "time": ledger.time,
                "state_root": ledger.state.root.hex(),
                "block_hash": ledger.hash.hex(),
                "members": [
                    {"name": m.name, "public": m.public.hex(), "power": m.power}
                    for m in members
                ],
                "keys": {m.name: m.public.hex() for m in members},
                "contracts": versions,
                "pool": self.engine.waiting,
                "version": __version__,
                "versions": {"huabiao": __version__, "contracts": versions},
            }
        if (first := ledger.log.first) > 1:
            status["blocks_from"] = first
            status["older_blocks"] = told_where(ledger.log.folder.parent, first - 1)
        if administrators:
            status["administrators"] = [show(each) for each in administrators[0]]
        return {**self.health(), **status}

    def health(self) -> dict[str, Any]:
        engine = self.engine.health()
        stopping = engine.pop("alerts")
        warned = [said for look in self.warnings if (said := look())]
        if soon := coming(self._ledger.parameters, self.engine.height):
            warned.append(soon)
        return {
            "ok": not stopping,
            "height": self.engine.height,
            "pool": self.engine.waiting,
            "time": int(time.time() * 1000),
            "disk_free": measuring.disk_left(self._ledger.log.folder)[0],
            "alerts": self.alerts + stopping + warned,
            **engine,
        }

    def metrics(self) -> dict[str, Any]:
        figures = self.engine.figures()
        process = measuring.process_figures(figures.pop("pid", 0))
        return {
            "height": self.engine.height,
            "blocks": self.engine.height - self._started_at,
            "pool": self.engine.waiting,
            "envelopes": self._counts.by_code(),
            "last_block_s": measuring.last_block_s(self._ledger),
            "alerts": len(self.health()["alerts"]),
            **measuring.ledger_figures(self._ledger),
            **process,
            **figures,
            **{name: look() for name, look in self.measured.items()},
        }

    def trust(self) -> dict[str, Any]:
        return {
            "version": 1,
            "chain": self.chain,
            "suite": self._ledger.genesis.suite,
            "members": [
                {"name": m.name, "public": m.public.hex(), "power": m.power}
                for m in proving.genesis_members(self._ledger)
            ],
        }

    def network(self) -> dict[str, Any] | None:
        told = self.introduction
        return None if told is None else {**told, "suite": self.suite_name}

    def read(self, key: str, height: int | None = None) -> bytes | None:
        if height is None:
            return self._ledger.read(key)
        return self._ledger.state.value_at(key.encode(), height)

    def ask(self, contract: str, question: str, arguments: dict[str, Any]) -> Any:
        with self.engine.lock:
            return self._questions.ask(contract, question, arguments)

    def descriptions(self) -> dict[str, dict[str, Any]]:
        in_force = self._ledger.governed.in_force(self._ledger.height + 1)
        found = {}
        for name, version in sorted(in_force.items()):
            stored = self._ledger.read(f"governance/descriptions/{name}@{version}")
            if stored is not None:
                found[name] = json.loads(decode(stored)[0])
        return found

    def holds_role(self, contract: str, role: str, account: bytes) -> bool:
        now = int(time.time() * 1000)
        return self._ledger.governed.holds_role(contract, role, account, now)

    def account_of(self, public: bytes) -> bytes | None:
        try:
            return self._ledger.account_of(public)
        except Refused:
            return None

    # -- blocks ------------------------------------------------------------------

    def _logged(self, height: int) -> bytes | None:
        log = self._ledger.log
        there = max(log.first, 1) <= height <= self.engine.height
        return log.read(height) if there else None

    def block(self, height: int) -> BlockView | None:
        written = self._logged(height)
        if written is None:
            return None
        header, logged, envelopes = open_block(written, self._ledger.digest)
        hash_ = header_hash(self._ledger.digest, logged.header)
        certified = self._ledger.certificate(height) or b""
        return BlockView(header, hash_, certified, envelopes, receipts_of(logged))

    def envelope(self, height: int, index: int) -> EnvelopeView | None:
        written = self._logged(height)
        found = None if written is None else open_one(written, index, self.digest)
        return None if found is None else EnvelopeView(*found)

    def blocks(self, start: int) -> Iterator[BlockView]:
        height = start
        while (block := self.block(height)) is not None:
            yield block
            height += 1

    def wait_for(self, height: int, seconds: float) -> bool:
        with self.engine.durable:
            return self.engine.durable.wait_for(
                lambda: self.engine.height >= height, seconds
            )

    # -- proofs ------------------------------------------------------------------

    def prove_state(self, key: str, height: int | None = None) -> bytes:
        return self._certified(proving.prove_state, key, height)

    def prove_states(
        self, wanted: Mapping[str, Want], height: int | None = None, changed: int = 0
    ) -> StateProofs:
        return self._certified(proving.prove_states, wanted, height, changed)

    def prove_receipt(self, height: int, index: int) -> bytes:
        return self._certified(proving.prove_receipt, height, index)

    def prove_notarised(self, height: int, index: int, leaf: int) -> bytes:
        return self._certified(proving.prove_notarised, height, index, leaf)

    def _certified(self, prove: Callable[..., Proved], *what: Any) -> Proved:
        """
        Prove as soon as the block is certified: among many members the signatures
        come with the votes for the next blocks, a moment after it is final.
        """
        deadline = time.monotonic() + CERTIFICATE_S
        while True:
            try:
                with self.engine.lock:
                    return prove(self._ledger, *what)
            except NotRetained as error:
                raise proving.NotProvable(str(error)) from None
            except proving.NotCertified:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
