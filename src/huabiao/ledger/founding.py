"""Founding: what genesis writes into the state before block 1."""

from huabiao.crypto.suite import suite
from huabiao.ledger.execution import FOUNDER, Execution
from huabiao.ledger.genesis import Genesis, genesis_hash
from huabiao.ledger.growth import Meter
from huabiao.ledger.loader import load_contract

FOUNDING_CAP = 2_000_000_000


class GenesisRefused(ValueError):
    """A call of genesis is refused; no chain starts from it."""


def founding_writes(genesis: Genesis) -> dict[str, bytes | None]:
    """The state keys that genesis writes; the same at any time."""
    chosen, meter = suite(genesis.suite), Meter()
    loaded = [load_contract(source, meter) for source in genesis.sources]
    execution = Execution(
        lambda key: None,
        {contract.name: contract for contract in loaded},
        meter,
        chosen.digest,
        chosen.verify,
    )
    execution.chain, execution.now = genesis.chain, genesis.time
    founded = genesis_hash(chosen.digest, genesis)
    for call in genesis.calls:
        result = execution.run_calls(founded, FOUNDER, [call], FOUNDING_CAP)[-1]
        if result.code != "ok":
            raise GenesisRefused(
                f"创世调用 {call.contract}.{call.operation} 被拒绝。"
                f" A genesis call was refused: {result.sentence}"
            )
    return execution.writes
