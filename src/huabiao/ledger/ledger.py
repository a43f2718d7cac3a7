"""
The ledger: the deterministic kernel. Envelopes in; receipts, events and a root out.

    block = finalize(time, envelopes)      runs them, gives header, receipts, writes
    commit(block, certificate)             log fsync: the point of no return; then state

`finalize` changes nothing: a block that is not committed has not been. The same log
gives the same roots on every machine; recovery runs again the blocks that the state
store does not hold yet and compares every root.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from huabiao.codec import encode
from huabiao.contracts import Refused
from huabiao.crypto import by_key
from huabiao.crypto.envelope import Envelope
from huabiao.crypto.suite import suite
from huabiao.ledger.accounts import Accounts
from huabiao.ledger.block import Block, LoggedBlock, decode_logged, encode_keys
from huabiao.ledger.certificates import Certificates
from huabiao.ledger.counting_keys import KeysThatCount, refuse_other, suite_in_force
from huabiao.ledger.envelope_rules import EnvelopeRules, repeated
from huabiao.ledger.execution import Execution
from huabiao.ledger.founding import founding_writes
from huabiao.ledger.genesis import Genesis, genesis_hash
from huabiao.ledger.governed import (
    INSTALLED,
    MEMBERS,
    Governed,
    Installed,
    Parameters,
)
from huabiao.ledger.growth import Meter
from huabiao.ledger.handovers import read_handovers
from huabiao.ledger.loader import LoadedContract, load_contract
from huabiao.ledger.protocol import require_known
from huabiao.ledger.replay_window import ReplayWindow
from huabiao.proofs import merkle
from huabiao.proofs.header import VERSION as HEADER_VERSION
from huabiao.proofs.header import Header, header_hash
from huabiao.proofs.members import Member, members_digest
from huabiao.proofs.receipt import Receipt
from huabiao.state import BlockLog, State

Progress = Callable[[int, int], None]
Step = Callable[[str], None]
STEPS = ("finalized", "logged", "applied", "published")


class LedgerDamaged(Exception):
    """What is on disk does not agree; the sentence says what to do."""


class Ledger:
    """One chain on this machine. Not thread safe: its engine owns it."""

    def __init__(
        self,
        folder: Path,
        genesis: Genesis,
        on_step: Step | None = None,
        certified_later: bool = False,
    ):
        self.genesis = genesis
        self.digest = suite(genesis.suite).digest
        self.on_step = on_step or (lambda step: None)
        self.log = BlockLog.open(folder / "blocks")
        self.state = State.open(folder / "state", self.digest)
        self.certificates: Certificates | None = None
        if certified_later:
            self.certificates = Certificates(folder / "certificates")
        self.handovers = read_handovers(folder / "handovers")
        self.window = ReplayWindow()
        self.meter = Meter()
        self.contracts: dict[str, LoadedContract] = {}
        self._versions: dict[str, int] = {}
        self._installed: list[Installed] = []
        self._installed_of: bytes | None = None
        self._accounts = Accounts(self.digest)
        self.governed = Governed(self.read)
        self.hash = genesis_hash(self.digest, genesis)
        self.time = genesis.time
        self.height = 0
        self.members: list[Member] = []
        self.parameters: Parameters = self.governed.parameters()

    # -- reads ---------------------------------------------------------------

    def read(self, key: str) -> bytes | None:
        """A value of the newest committed state."""
        return self.state.get(key.encode())

    @property
    def suite_name(self) -> str:
        """The suite that the next block is signed in."""
        return suite_in_force(self.members, self.genesis.suite)

    def account_of(self, public: bytes) -> bytes:
        """The account of a key; refused if it is retired, ended, of another suite."""
        refusal = refuse_other(
            public, self.suite_name, self.parameters, self.height + 1
        )
        if refusal is not None:
            raise refusal
        return self._accounts.committed(public, self.governed, self.time)

    # -- one block -----------------------------------------------------------

    @property
    def rules(self) -> EnvelopeRules:
        """What the next block says of envelopes before it runs any call."""
        return EnvelopeRules(
            self.genesis.chain, self.suite_name, self.parameters, self.window,
            self.height + 1,
        )  # fmt: skip

    def check(self, envelope: Envelope, now: int) -> Refused | None:
        """Why an envelope may not run in a block at this time, UTC milliseconds."""
        return self.rules.check(envelope, now)

    def finalize(
        self,
        time: int,
        envelopes: Sequence[Envelope],
        verdicts: bytes | None = None,
        checked: bool = False,
    ) -> Block:
        """Run a block at a time in UTC milliseconds, not before the last one's.

        `verdicts` are one byte an envelope: whether its signature holds; without them
        the signatures are checked here. `checked` says that
        `rules.check_all` refused none of these at this time.
        """
        require_known(self.parameters, self.height + 1)
        self.activate(self.height + 1)
        self._accounts.begin(self.height + 1)
        execution = self._execution(self.height + 1, time)
        if verdicts is None:
            verdicts = by_key.verify_many(
                [(e.body.signer, e.message, e.signature) for e in envelopes]
            )
        rules, seen, receipts = self.rules, set[bytes](), []
        own_size = by_key.SIZE_IN[rules.suite]
        for envelope, holds in zip(envelopes, verdicts, strict=True):
            refusal = None if checked else rules.check(envelope, time)
            if refusal is None and envelope.id in seen:
                refusal = repeated()
            if refusal is None and not (
                holds and len(envelope.body.signer) == own_size
            ):
                refusal = Refused(
                    "envelope.signature", "签名不符。 The signature does not fit."
                )
            receipt = self._run(execution, envelope, refusal, time)
            receipts.append(receipt)
            if receipt.was_run and not checked:
                seen.add(envelope.id)
        return self._seal(time, envelopes, receipts, execution)

    def _run(
        self,
        execution: Execution,
        envelope: Envelope,
        refusal: Refused | None,
        time: int,
    ) -> Receipt:
        sender = bytes(20)
        if refusal is None:
            try:
                sender = self._accounts.of(
                    envelope.body.signer, execution.governed, time
                )
            except Refused as retired:
                refusal = retired
        if refusal is not None:
            return execution.refuse(envelope, sender, refusal)
        receipt = execution.run(envelope, sender, self.parameters.call_cap)
        if (
            any(call.contract == "identity" for call in envelope.body.calls)
            or receipt.code == "key.retired"
        ):
            self._accounts.clear()
        return receipt

    def _execution(self, height: int, time: int) -> Execution:
        keys = KeysThatCount(self.suite_name, self.governed, self.parameters, height)
        execution = Execution(
            self.read, self.contracts, self.meter, self.digest, keys.verify
        )
        execution.chain = self.genesis.chain
        execution.height, execution.now = height, time
        return execution

    def _seal(
        self,
        time: int,
        envelopes: Sequence[Envelope],
        receipts: list[Receipt],
        execution: Execution,
    ) -> Block:
        digest, leaves = self.digest, merkle.leaf_hashes
        encoded = [encode(receipt) for receipt in receipts]
        members = self.members
        if MEMBERS in execution.writes:
            members = execution.governed.members()
        height = self.height + 1
        prepared = self.state.prepare(height, encode_keys(execution.writes))
        header = Header(
            HEADER_VERSION,
            self.genesis.chain,
            self.suite_name,
            height,
            time,
            self.hash,
            merkle.root(digest, leaves(digest, [e.raw for e in envelopes])),
            merkle.root(digest, leaves(digest, encoded)),
            prepared.root,
            members_digest(digest, self.members),
            members_digest(digest, members),
        )
        encoded_header = encode(header)
        hash_ = header_hash(digest, encoded_header)
        self.on_step("finalized")
        return Block(
            header, encoded_header, hash_, envelopes, receipts, encoded,
            execution.writes,
            members,
            prepared,
        )  # fmt: skip

    def certificate(self, height: int) -> bytes | None:
        """The certificate of a block in the log; None while it has none."""
        logged = decode_logged(self.log.read(height))
        if logged.certificate or self.certificates is None:
            return logged.certificate or None
        return self.certificates.of(height)

    def commit(self, block: Block, certificate: bytes, order: int = 0) -> None:
        """Make a block durable, then let the state and the window follow."""
        logged = LoggedBlock(
            block.encoded_header,
            certificate,
            [envelope.raw for envelope in block.envelopes],
            block.encoded_receipts,
            order,
        )
        self.log.append(block.header.height, encode(logged))
        self.on_step("logged")
        self.advance(block)
        self.state.maybe_flush()
        self.on_step("applied")

    def advance(self, block: Block) -> None:
        """Make a block that is durable the newest one."""
        header = block.header
        self.state.publish(block.prepared)
        self._accounts.published(block.writes)
        self.height, self.time, self.hash = header.height, header.time, block.hash
        self.members = block.members
        for envelope, receipt in zip(block.envelopes, block.receipts, strict=True):
            # A copy with a spoiled signature must not shut out the real envelope.
            if receipt.was_run:
                self.window.add(envelope.id, envelope.body.valid_until)
        self.window.sweep(header.time)
        self.parameters = self.governed.parameters()

    def activate(self, height: int) -> None:
        """Load the newest version of each contract that is in force at a height."""
        stored = self.read(INSTALLED)
        if stored != self._installed_of:
            self._installed_of, self._installed = stored, self.governed.installed()
        wanted = {e.name: e.version for e in self._installed if e.start <= height}
        for name, version in wanted.items():
            if self._versions.get(name) != version:
                source = self.governed.source(name, version)
                assert source is not None  # governance writes both or neither
                self.contracts[name] = load_contract(source, self.meter)
                self._versions[name] = version

    # -- start ---------------------------------------------------------------

    def found(self) -> None:
        """Run genesis into an empty state."""
        self.state.apply(0, encode_keys(founding_writes(self.genesis)))

    def close(self) -> None:
        """Flush and let go; a killed process needs no close."""
        self.state.flush(wait=True)
        self.state.close()
        self.log.close()
        if self.certificates is not None:
            self.certificates.close()
