"""
What must hold when everything has stopped: read from the chains' logs on disk.

- no two nodes of a chain differ; each replay gives the chain's own roots; nothing that
  was told to somebody is lost, nothing was run twice (huabiao.testing.network.checks)
- at every height of every chain: what circulates and is in flight is what was issued,
  and every escrow is covered
- every packet was received once at most, in order where its route keeps it, and ended
  once, as its receiver says
- what was asked for on another chain was performed there as often as it was answered
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from huabiao.codec import decode
from huabiao.ledger.genesis import decode_genesis
from huabiao.ledger.recovery import replay
from huabiao.testing.crossing.history import (
    RECEIVED,
    SENT,
    Lives,
    Told,
    in_order,
    place,
    read_chain,
)
from huabiao.testing.crossing.onlooker import Onlooker
from huabiao.testing.network.checks import (
    Broken,
    nothing_lost,
    nothing_twice,
    read_log,
    same_blocks,
)
from huabiao.testing.network.clients import Act

TURNOVER = "probe/turnover/all"


def check_chain(homes: Mapping[str, Path], acts: Sequence[Act]) -> list[Path]:
    """What each chain promises by itself; the homes, the longest log first."""
    logs = [read_log(name, home) for name, home in homes.items()]
    same_blocks(logs)
    logs.sort(key=lambda log: -len(log.hashes))
    nothing_twice(logs[0])
    nothing_lost(logs, [act for act in acts if act.outcome is not None])
    for home in homes.values():
        replay(home, decode_genesis((home / "genesis").read_bytes()))
    return [homes[log.name] for log in logs]


def check_all(
    homes: Mapping[str, Mapping[str, Path]], acts: Mapping[str, Sequence[Act]]
) -> dict[str, Any]:
    """Raise Broken at the first promise that does not hold; else figures."""
    chains = {
        name: read_chain(name, check_chain(nodes, acts[name])[0])
        for name, nodes in homes.items()
    }
    return check_history(chains)


def check_history(chains: Mapping[str, Sequence[Told]]) -> dict[str, Any]:
    """What all chains promise together."""
    lives, onlooker = Lives(), Onlooker(chains)
    for block in in_order(chains, lives):
        for key, value in block.writes:
            onlooker.note(block.chain, key, value)
        add_up(onlooker, block)
    lives.check_ended()
    performed_as_answered(chains)
    ends = Counter(life.ended for life in lives.lives.values())
    blocks = {name: len(told) for name, told in chains.items()}
    return {"blocks": blocks, "packets": len(lives.lives), "ends": dict(ends)}


def add_up(onlooker: Onlooker, block: Told) -> None:
    at = f"{block.chain}, height {block.height}"
    if onlooker.totals() != onlooker.issued():
        raise Broken(f"{at}: {onlooker.totals()} is not {onlooker.issued()}")
    if onlooker.uncovered():
        raise Broken(f"{at}: escrows that are not covered: {onlooker.uncovered()}")


def performed_as_answered(chains: Mapping[str, Sequence[Told]]) -> None:
    """The sums that were moved by calls from other chains, and those that answered."""
    asked: dict[tuple[str, str, int], int] = {}
    answered: Counter[str] = Counter()
    moved = dict.fromkeys(chains, 0)
    writes = [
        (block.chain, key, value)
        for told in chains.values()
        for block in told
        for key, value in block.writes
        if value is not None
    ]
    for chain, key, value in writes:
        if key.startswith(SENT):
            there, number = place(key, SENT)
            for sender, _, payload in decode(value)[6]:
                if sender == "remote_calls":
                    amount = decode(decode(payload)[4])["amount"]
                    asked[chain, there, number] = amount
        elif key == TURNOVER:
            moved[chain] = decode(value)[0]
    came = {(chain, key): value for chain, key, value in writes}  # the last of each
    for (chain, key), value in came.items():
        if key.startswith(RECEIVED) and decode(value)[0] == "ok":
            there, number = place(key, RECEIVED)
            answered[chain] += asked.get((there, chain, number), 0)
    for chain, amount in moved.items():
        if amount != answered[chain]:
            raise Broken(
                f"{chain} moved {amount} for other chains, and answered {answered}"
            )
