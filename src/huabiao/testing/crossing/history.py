"""
What happened on several chains, read from their block logs and told in one order.

The order is that of the blocks' times, and never against cause: a block that receives a
packet comes after the one that sent it, and one that ends it after what came of it.
Where no such order is to be had, something was received that nobody had sent.

A route bears the name of the chain that it leads to.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from huabiao.codec import decode
from huabiao.ledger.block import decode_logged, receipts_of
from huabiao.proofs.header import decode_header
from huabiao.state import BlockLog
from huabiao.testing.network.checks import Broken

SENT, RECEIVED, RECORD = "packets/sent/", "packets/received/", "packets/record/"
UNDER_WAY, TIMED_OUT = "sent_out", "timed_out"


@dataclass(frozen=True)
class Told:
    """A block: of which chain, when, and what it wrote, in order."""

    chain: str
    height: int
    time: int
    writes: Sequence[tuple[str, bytes | None]]


def read_chain(chain: str, home: Path) -> list[Told]:
    """Every block of a chain, from a node's disk."""
    log, found = BlockLog.open(home / "blocks", readonly=True), []
    for height, logged in log.blocks(1):
        block = decode_logged(logged)
        writes = [
            (key, value)
            for receipt in receipts_of(block)
            for result in receipt.results
            for key, value in result.writes
        ]
        found.append(Told(chain, height, decode_header(block.header).time, writes))
    log.close()
    return found


@dataclass
class Life:
    """A packet: its states at the sender's, and what came of it at the receiver's."""

    ordered: bool
    ended: str = ""
    received: str = ""


class Lives:
    """Every packet's life; `note` raises Broken where a law does not hold."""

    def __init__(self) -> None:
        self.lives: dict[tuple[str, str, int], Life] = {}
        """By sender's chain, receiver's chain and number."""
        self._next: dict[tuple[str, str], int] = {}

    def possible(self, block: Told) -> bool:
        """Whether everything that it receives or ends has been seen before."""
        for key, value in block.writes:
            if key.startswith(RECEIVED):
                there, number = place(key, RECEIVED)
                if (there, block.chain, number) not in self.lives:
                    return False
            elif key.startswith(RECORD) and value is not None:
                there, number = place(key, RECORD)
                state = decode(value)[0]
                if state not in (UNDER_WAY, TIMED_OUT):
                    life = self.lives.get((block.chain, there, number))
                    if life is None or not life.received:
                        return False
        return True

    def note(self, block: Told) -> None:
        came: set[tuple[str, str, int]] = set()
        for key, value in block.writes:
            if key.startswith(SENT) and value is not None:
                self._sent(block, *place(key, SENT), bool(decode(value)[7]))
            elif key.startswith(RECEIVED) and value is not None:
                there, number = place(key, RECEIVED)
                self._received(block, there, number, decode(value)[0], came)
            elif key.startswith(RECORD) and value is not None:
                there, number = place(key, RECORD)
                self._moved(block, there, number, decode(value)[0])

    def _sent(self, block: Told, there: str, number: int, ordered: bool) -> None:
        if (block.chain, there, number) in self.lives:
            raise Broken(f"{where(block)} sent {there}.{number} again")
        self.lives[block.chain, there, number] = Life(ordered)

    def _received(
        self, block: Told, there: str, number: int, code: str,
        came: set[tuple[str, str, int]],
    ) -> None:  # fmt: skip
        packet = there, block.chain, number
        life = self.lives[packet]
        if life.received and packet not in came:
            raise Broken(f"{where(block)} received {there}.{number} again")
        if life.ordered and packet not in came:
            expected = self._next.get(packet[:2], 1)
            if number != expected:
                raise Broken(f"{where(block)} took {there}.{number}, not {expected}")
            self._next[packet[:2]] = number + 1
        came.add(packet)
        life.received = code

    def _moved(self, block: Told, there: str, number: int, state: str) -> None:
        life = self.lives.get((block.chain, there, number))
        if state == UNDER_WAY:
            return
        if life is None or life.ended:
            raise Broken(f"{where(block)} ended {there}.{number} again, as {state}")
        life.ended = state

    def check_ended(self) -> None:
        """Nothing is half done: both sides say the same of every packet."""
        for packet, life in self.lives.items():
            expected = {"": TIMED_OUT, "ok": "acknowledged"}.get(
                life.received, "declined"
            )
            if life.ended != expected:
                raise Broken(
                    f"{packet} is {life.ended or 'under way'} at its sender's, and"
                    f" {life.received or 'not received'} at its receiver's"
                )


def place(key: str, prefix: str) -> tuple[str, int]:
    route, _, number = key.removeprefix(prefix).rpartition(".")
    return route, int(number)


def where(block: Told) -> str:
    return f"{block.chain}, height {block.height}:"


def in_order(chains: Mapping[str, Sequence[Told]], lives: Lives) -> Iterator[Told]:
    """The blocks of all chains in one order; `lives` has noted each that was given."""
    at = dict.fromkeys(chains, 0)
    while True:
        heads = [chains[name][n] for name, n in at.items() if n < len(chains[name])]
        if not heads:
            return
        heads.sort(key=lambda block: (block.time, block.chain))
        following = next((each for each in heads if lives.possible(each)), None)
        if following is None:
            raise Broken(f"received or ended what was not: {[*map(where, heads)]}")
        at[following.chain] += 1
        lives.note(following)
        yield following
