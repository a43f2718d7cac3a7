"""Questions to contracts, answered at a node from the newest state."""

from typing import Any

from huabiao.contracts import Refused
from huabiao.ledger.counting_keys import KeysThatCount
from huabiao.ledger.execution import Execution
from huabiao.ledger.growth import Meter
from huabiao.ledger.ledger import Ledger
from huabiao.ledger.loader import LoadedContract, load_contract

QUESTION_CAP = 1_000_000


class Questions:
    """Contracts of its own: the engine's share the meter of the block under way."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._meter = Meter()
        self._loaded: dict[str, LoadedContract] = {}

    def ask(self, contract: str, question: str, arguments: dict[str, Any]) -> Any:
        """A contract's answer; Refused as the contract says. Under the lock."""
        ledger = self._ledger
        for name, loaded in ledger.contracts.items():
            own = self._loaded.get(name)
            if own is None or own.source != loaded.source:
                self._loaded[name] = load_contract(loaded.source, self._meter)
        if contract not in self._loaded:
            raise Refused("contract.unknown", f"没有合约“{contract}”。 Unknown.")
        keys = KeysThatCount(
            ledger.suite_name, ledger.governed, ledger.parameters, ledger.height + 1
        )
        execution = Execution(
            ledger.read, self._loaded, self._meter, ledger.digest, keys.verify
        )
        execution.chain = ledger.genesis.chain
        execution.height, execution.now = ledger.height, ledger.time
        self._meter.left = QUESTION_CAP
        execution.contract, execution.operation = contract, question
        return execution.ask(contract, question, arguments)
