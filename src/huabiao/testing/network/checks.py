"""
What must hold when a network's nodes have stopped: read from their logs on disk.

- no two nodes differ at any height, and each node's replay gives its own roots
- everything that a client was told is in every log, where it was told
- no envelope was run twice
- the clients' histories are linearizable: the order of blocks explains every answer and
  contradicts no clock
- the probe's books sum to zero
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huabiao.codec import decode
from huabiao.crypto.suite import suite
from huabiao.ledger.block import open_block, receipts_of
from huabiao.ledger.genesis import decode_genesis
from huabiao.ledger.ledger import Ledger
from huabiao.ledger.recovery import open_ledger, replay
from huabiao.proofs.header import header_hash
from huabiao.proofs.receipt import Receipt
from huabiao.state import BlockLog
from huabiao.testing.network.clients import Act


class Broken(AssertionError):
    """A promise of the network does not hold; the sentence says which, and where."""


@dataclass
class NodeLog:
    """A node's blocks as they lie on its disk."""

    name: str
    hashes: dict[int, bytes]
    receipts: dict[str, list[tuple[int, int, Receipt]]]
    """By envelope: where it stands, each time."""


def read_log(name: str, home: Path) -> NodeLog:
    genesis = decode_genesis((home / "genesis").read_bytes())
    digest = suite(genesis.suite).digest
    found = NodeLog(name, {}, {})
    log = BlockLog.open(home / "blocks", readonly=True)
    for height, logged in log.blocks(1):
        _, kept, envelopes = open_block(logged, digest)
        found.hashes[height] = header_hash(digest, kept.header)
        pairs = zip(envelopes, receipts_of(kept), strict=True)
        for index, (envelope, receipt) in enumerate(pairs):
            places = found.receipts.setdefault(envelope.id.hex(), [])
            places.append((height, index, receipt))
    log.close()
    return found


def check_all(homes: dict[str, Path], acts: Sequence[Act]) -> dict[str, Any]:
    """Raise Broken at the first promise that does not hold; else figures."""
    logs = [read_log(name, home) for name, home in homes.items()]
    same_blocks(logs)
    longest = max(logs, key=lambda log: len(log.hashes))
    nothing_twice(longest)
    answered = [act for act in acts if act.outcome is not None]
    nothing_lost(logs, answered)
    linearizable(longest, acts)
    for name, home in homes.items():
        if 1 in read_log(name, home).hashes:
            replay(home, decode_genesis((home / "genesis").read_bytes()))
    books_sum_to_zero(next(iter(homes.values())))
    return {
        "blocks": len(longest.hashes),
        "acts": len(acts),
        "answered": len(answered),
        "in_a_block": len(longest.receipts),
    }


def same_blocks(logs: Sequence[NodeLog]) -> None:
    for height in sorted({height for log in logs for height in log.hashes}):
        held = {log.hashes[height].hex() for log in logs if height in log.hashes}
        if len(held) > 1:
            raise Broken(f"nodes differ at height {height}: {sorted(held)}")


def nothing_twice(log: NodeLog) -> None:
    for id_, places in log.receipts.items():
        ran = [place for place in places if place[2].was_run]
        if len(ran) > 1:
            raise Broken(f"envelope {id_} was run {len(ran)} times")


def nothing_lost(logs: Sequence[NodeLog], answered: Iterable[Act]) -> None:
    heights = {log.name: max(log.hashes, default=0) for log in logs}
    lowest = {log.name: min(log.hashes, default=1) for log in logs}
    for act in answered:
        told = act.outcome
        assert told is not None
        for log in logs:
            if not lowest[log.name] <= told.height <= heights[log.name]:
                continue  # behind or pruned there; some node has it, checked below
            places = [place[:2] for place in log.receipts.get(act.envelope, [])]
            if (told.height, told.index) not in places:
                raise Broken(f"{log.name} lost {act.envelope}, told at {told.height}")
        if told.height > max(heights.values()):
            raise Broken(f"{act.envelope} was told at {told.height}, beyond every log")


def linearizable(log: NodeLog, acts: Sequence[Act]) -> None:
    """The order of blocks is a witness: it must explain answers and respect clocks."""
    placed = []
    for act in acts:
        ran = [p for p in log.receipts.get(act.envelope, []) if p[2].was_run]
        if ran:
            placed.append((ran[0][0], ran[0][1], act, ran[0][2]))
    placed.sort(key=lambda each: each[:2])
    latest_start, registers = 0.0, dict[str, int]()
    for height, index, act, receipt in placed:
        if act.answered and act.answered < latest_start:
            raise Broken(
                f"{act.envelope} at {height}/{index} was answered before an earlier"
                " one was asked"
            )
        latest_start = max(latest_start, act.asked)
        _explain(act, receipt, registers)


def _explain(act: Act, receipt: Receipt, registers: dict[str, int]) -> None:
    held = registers.get(act.key, 0)
    code = receipt.code
    if act.operation == "write":
        expected = "ok"
        registers[act.key] = act.arguments["value"]
    elif act.operation == "swap":
        fits = held == act.arguments["expected"]
        expected = "ok" if fits else "probe.other"
        if fits:
            registers[act.key] = act.arguments["value"]
    else:
        expected = "ok"
        if act.operation == "look":
            told = receipt.results[0].events[0].detail["value"]
            if told != held:
                raise Broken(f"{act.key} held {held}, and a reader was told {told}")
    if code != expected:
        raise Broken(f"{act.operation} of {act.key} gave {code}, not {expected}")
    if act.outcome is not None and act.outcome.code != code:
        raise Broken(f"a client was told {act.outcome.code}, the log says {code}")


def books_sum_to_zero(home: Path) -> None:
    genesis = decode_genesis((home / "genesis").read_bytes())
    ledger = Ledger(home, genesis, certified_later=True)
    open_ledger(ledger)
    accounts = [decode(v) for _, v in ledger.state.items(b"probe/accounts/")]
    turnover = decode(ledger.read("probe/turnover/all") or b"\x92\x00\x00")
    ledger.close()
    received = sum(account[0] for account in accounts)
    given = sum(account[1] for account in accounts)
    if received != given or [received, given] != list(turnover):
        raise Broken(f"the books do not sum to zero: {received} − {given}")
