"""
Execution: one envelope at a time over the state of its block.

`Execution` is the Context that contracts see. Writes of a call go to the envelope's
overlay; when every call is ok they join the block's, else they are dropped.
"""

from collections.abc import Callable
from functools import cache, partial
from typing import Any

from huabiao.codec import encode
from huabiao.contracts import Refused
from huabiao.contracts.context import contract_account
from huabiao.contracts.drawing import CONTRACT
from huabiao.contracts.perform import answer, perform
from huabiao.crypto.envelope import Call, Envelope
from huabiao.crypto.keccak import keccak256
from huabiao.ledger import other_chains
from huabiao.ledger.calling import require_callable
from huabiao.ledger.governed import Governed
from huabiao.ledger.growth import Meter
from huabiao.ledger.loader import LoadedContract, document, load_contract
from huabiao.ledger.protocol import in_force
from huabiao.ledger.said import check_detail, check_key, said_of
from huabiao.proofs import merkle
from huabiao.proofs.receipt import OK, UNDONE, Event, Receipt, Result

CALL_COST, READ_COST, WRITE_COST, EVENT_COST, VERIFY_COST = 100, 10, 50, 20, 500
LARGEST_VALUE = 262_144
FOUNDER = bytes(20)
Read = Callable[[str], bytes | None]
Verify = Callable[[bytes, bytes, bytes], bool]


class Execution:
    """The calls of one block, over a read function for the state below it."""

    def __init__(
        self,
        below: Read,
        contracts: dict[str, LoadedContract],
        meter: Meter,
        digest: Callable[[bytes], bytes],
        verify: Verify,
    ) -> None:
        self._below, self._contracts, self._meter = below, contracts, meter
        self._digest, self.verify_signature = digest, verify
        self.writes: dict[str, bytes | None] = {}
        self._pending: dict[str, bytes | None] = {}
        self._call_writes: dict[str, bytes | None] = {}
        self._events: list[Event] = []
        self._asking = False
        self._prefix = ""
        # Asked for with every call, such as who holds a role; the state below stays as
        # it is while a block is run.
        self.governed = Governed(partial(self._over, cache(below)))
        self.chain, self.height, self.now = "", 0, 0
        self.contract = self.operation = self.key = self.calling = ""
        self.caller = self.envelope = b""
        self._above: list[str] = []

    # -- one envelope ------------------------------------------------------

    def run(self, envelope: Envelope, sender: bytes, cap: int) -> Receipt:
        """Run all calls of an envelope, all or nothing."""
        results = self.run_calls(envelope.id, sender, envelope.body.calls, cap)
        return Receipt(envelope.id, sender, results)

    def refuse(self, envelope: Envelope, sender: bytes, refusal: Refused) -> Receipt:
        """The receipt of an envelope that no call of may run."""
        result = Result(refusal.code, refusal.sentence, 0, [], [])
        return Receipt(envelope.id, sender, [result])

    def run_calls(
        self, envelope_id: bytes, sender: bytes, calls: list[Call], cap: int
    ) -> list[Result]:
        """Run calls of one sender; on a refusal none of them has happened."""
        self.envelope, self.caller = envelope_id, sender
        self._pending = {}
        results: list[Result] = []
        for call in calls:
            result = self._run_call(call, cap)
            if result.code != OK:
                self._pending, self._call_writes = {}, {}
                undone = [Result(UNDONE, "", done.cost, [], []) for done in results]
                return [*undone, result]
            results.append(result)
        self.writes.update(self._pending)
        self._pending, self._call_writes = {}, {}
        return results

    def _run_call(self, call: Call, cap: int) -> Result:
        self.contract, self.operation, self.key = (
            call.contract, call.operation, call.key,
        )  # fmt: skip
        self._prefix = f"{call.contract}/"
        self._call_writes, self._events = {}, []
        self.calling, self._above = "", []
        meter = self._meter
        meter.left = cap
        try:
            meter.spend(CALL_COST)
            check_key(call.key)
            perform(self._loaded(call.contract), self, call.arguments)
            code, sentence = OK, ""
        except (MemoryError, OSError):
            raise
        except Exception as error:
            code, sentence = said_of(error)
        cost = cap - max(meter.left, 0)
        if code != OK:
            return Result(code, sentence, cost, [], [])
        self._pending.update(self._call_writes)
        return Result(OK, "", cost, self._events, list(self._call_writes.items()))

    def _loaded(self, contract: str) -> type[Any]:
        loaded = self._contracts.get(contract)
        if loaded is None:
            raise Refused(
                "contract.unknown",
                f"链上没有合约“{contract}”。 There is no contract {contract!r}.",
            )
        return loaded.scenario

    # -- what a contract sees ----------------------------------------------

    def look(self, path: str) -> bytes | None:
        """A value as the call under way sees it, by its full key."""
        return self._over(self._below, path)

    def _over(self, below: Read, path: str) -> bytes | None:
        for overlay in (self._call_writes, self._pending, self.writes):
            if path in overlay:
                return overlay[path]
        return below(path)

    def read(self, key: str) -> bytes | None:
        self._meter.spend(READ_COST)
        return self.look(self._prefix + key)

    def write(self, key: str, value: bytes | None) -> None:
        if self._asking:
            raise Refused("question.writes", "问答不可写。 A question cannot write.")
        size = len(value) if value is not None else 0
        self._meter.spend(WRITE_COST + size // 32)
        if size > LARGEST_VALUE:
            raise Refused("value.large", "值超过 256 KiB。 A value over 256 KiB.")
        path = self._prefix + key
        path.encode()  # half of a surrogate pair is no key
        self._call_writes[path] = value

    def emit(self, name: str, key: str, detail: dict[str, Any]) -> None:
        if self._asking:
            raise Refused("question.writes", "问答不可写。 A question cannot write.")
        self._meter.spend(EVENT_COST)
        check_detail(detail)
        self._meter.spend(len(encode([name, detail])) // 32)
        self._events.append(Event(self.contract, name, key, detail))

    def holds(self, role: str, account: bytes) -> bool:
        if role == "founder":
            return self.height == 0 and account == FOUNDER
        if role.startswith(CONTRACT):
            return self.calling == role.removeprefix(CONTRACT)
        self._meter.spend(READ_COST)
        return self.governed.holds_role(self.contract, role, account, self.now)

    def ask(self, contract: str, question: str, arguments: dict[str, Any]) -> Any:
        scenario = self._loaded(contract)
        self._meter.spend(CALL_COST)
        before = self.contract, self.operation, self.key, self._prefix, self._asking
        self.contract, self.operation, self.key = contract, question, ""
        self._prefix, self._asking = f"{contract}/", True
        try:
            return answer(scenario, self, arguments)
        finally:
            self.contract, self.operation, self.key, self._prefix, self._asking = before

    def call(
        self,
        contract: str,
        operation: str,
        key: str,
        arguments: dict[str, Any],
        on_behalf: bytes,
    ) -> None:
        self._require_protocol()
        if self._asking:
            raise Refused("question.writes", "问答不可写。 A question cannot write.")
        self._meter.spend(CALL_COST)
        check_key(key)
        require_callable(contract, [*self._above, self.contract])
        scenario = self._loaded(contract)
        account = contract_account(self._digest, self.contract, on_behalf)
        before = (
            self.contract, self.operation, self.key, self._prefix,
            self.caller, self.calling,
        )  # fmt: skip
        self._above.append(self.contract)
        self.caller, self.calling = account, self.contract
        self.contract, self.operation, self.key = contract, operation, key
        self._prefix = f"{contract}/"
        try:
            perform(scenario, self, arguments)
        finally:
            (
                self.contract, self.operation, self.key, self._prefix,
                self.caller, self.calling,
            ) = before  # fmt: skip
            self._above.pop()

    def attempt(self, calls: list[list[Any]]) -> tuple[str, str]:
        self._require_protocol()
        self._meter.spend(len(self._call_writes))
        writes, said = dict(self._call_writes), len(self._events)
        try:
            for contract, operation, key, arguments, on_behalf in calls:
                self.call(contract, operation, key, arguments, on_behalf)
        except (MemoryError, OSError):
            raise
        except Exception as error:
            code, sentence = said_of(error)
            if code.startswith("cost."):
                raise  # whoever sends the call has not paid for it: no answer yet
            self._call_writes, self._events = writes, self._events[:said]
            return code, sentence
        return OK, ""

    def check_header(
        self, chain: str, suite: str, members: bytes,
        header: bytes, certificate: bytes, next_members: bytes,
    ) -> dict[str, Any]:  # fmt: skip
        self._require_protocol()
        known = other_chains.read_members(members)
        self._meter.spend(VERIFY_COST * len(known))
        return other_chains.check_header(
            chain, suite, known, header, certificate, next_members
        )

    def check_state(
        self, suite: str, root: bytes, key: str, value: bytes | None, proof: bytes
    ) -> bool:
        self._require_protocol()
        self._meter.spend(VERIFY_COST + (len(proof) + len(value or b"")) // 64)
        return other_chains.check_state(suite, root, key, value, proof)

    def _require_protocol(self) -> None:
        """Before protocol 3 there was no such thing: fail as software of then does."""
        if not in_force(self.governed.parameters(), self.height, 3):
            raise AttributeError

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        self._meter.spend(VERIFY_COST)
        return self.verify_signature(public, message, signature)

    def digest(self, message: bytes, suite: str = "") -> bytes:
        self._meter.spend(1 + len(message) // 64)
        if not suite:
            return self._digest(message)
        self._require_protocol()
        return other_chains.digest_of(suite)(message)

    def keccak(self, message: bytes) -> bytes:
        self._require_protocol()
        self._meter.spend(10 + len(message) // 8)
        return keccak256(message)

    def merkle_root(self, leaves: list[bytes]) -> bytes:
        self._meter.spend(len(leaves))
        digest = self._digest
        return merkle.root(digest, merkle.leaf_hashes(digest, leaves))

    def admit(self, source: str) -> dict[str, Any]:
        if self.contract != "governance":
            raise Refused("governance.only", "仅限治理合约。 For governance only.")
        self._meter.spend(len(source))
        left = self._meter.left
        try:
            loaded = load_contract(source, self._meter)
        except ValueError as error:
            raise Refused("source.inadmissible", str(error)) from error
        finally:
            self._meter.left = left
        return {
            "name": loaded.name,
            "lead": str(loaded.description["lead"]),
            "roles": list(loaded.description["roles"]),
            "document": document(loaded.description),
        }

    def spend(self, cost: int) -> None:
        self._meter.spend(cost)
