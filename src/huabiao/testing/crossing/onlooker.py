"""
An onlooker of transfers: reads states alone, and adds up over all chains.

It is fed every write of every chain and never asks the contract what it thinks. A route
bears the name of the chain that it leads to. Two sums must hold at every height:

    what circulates and what is in flight = what was issued           of each asset
    an escrow = its vouchers over there and what is under way         of each route
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from huabiao.codec import decode

OF_INTEREST = ("packets/", "transfers/books/")
Where = tuple[str, str, str]


def root_of(chain: str, denomination: str) -> tuple[str, str]:
    """The home chain and the asset: the last hop of a way leads home."""
    way, _, asset = denomination.rpartition(":")
    return way.split("/")[-1] or chain, asset


class Onlooker:
    """The states of some chains, as far as their values go."""

    def __init__(self, chains: Iterable[str]) -> None:
        self.state: dict[str, dict[str, bytes]] = {name: {} for name in chains}

    def note(self, chain: str, key: str, value: bytes | None) -> None:
        """A write; None where a key goes."""
        if not key.startswith(OF_INTEREST):
            return
        if value is None:
            self.state[chain].pop(key, None)
        else:
            self.state[chain][key] = value

    def entries(self, chain: str, prefix: str) -> dict[str, Any]:
        return {
            key.removeprefix(prefix): decode(value)
            for key, value in self.state[chain].items()
            if key.startswith(prefix)
        }

    def in_flight(self) -> Iterator[tuple[str, str, str, int]]:
        """(from, to, denomination there, amount) of what has left and not arrived."""
        for name in self.state:
            for number, packet in self.entries(name, "packets/sent/").items():
                other, _, sequence = number.rpartition(".")
                came = self.state[other].get(f"packets/received/{name}.{sequence}")
                if came is None or decode(came)[0] != "ok":
                    for sender, _, value in packet[6]:
                        if sender == "transfers":
                            denomination, amount, _, _ = decode(value)
                            yield name, other, denomination, amount

    def books(self, chain: str) -> dict[str, Any]:
        return self.entries(chain, "transfers/books/")

    def totals(self) -> dict[tuple[str, str], int]:
        """What circulates on all chains and is in flight, by home and asset."""
        sums: Counter[tuple[str, str]] = Counter()
        for name in self.state:
            for account, entry in self.books(name).items():
                if entry[1] is not None:
                    sums[root_of(name, account.rpartition("@")[2])] += entry[0]
        for name, _, denomination, amount in self.in_flight():
            sums[root_of(name, denomination)] += amount
        return {root: amount for root, amount in sums.items() if amount}

    def issued(self) -> dict[tuple[str, str], int]:
        return {
            (name, account.removeprefix("issued@")): -entry[0]
            for name in self.state
            for account, entry in self.books(name).items()
            if account.startswith("issued@")
        }

    def uncovered(self) -> list[tuple[Where, int, int]]:
        """Each escrow that is not what its vouchers and what is under way make up:
        (chain, route, denomination), what it holds, what it should."""
        expected, escrows = self._expected(), self._escrows()
        return [
            (where, escrows.get(where, 0), expected[where])
            for where in sorted(set(escrows) | set(expected))
            if escrows.get(where, 0) != expected[where]
        ]

    def _escrows(self) -> dict[Where, int]:
        found = {}
        for name in self.state:
            for account, entry in self.books(name).items():
                family, _, denomination = account.rpartition("@")
                if family.startswith("escrow/"):
                    route = family.removeprefix("escrow/")
                    found[name, route, denomination] = entry[0]
        return found

    def _expected(self) -> Counter[Where]:
        expected: Counter[Where] = Counter()
        for name in self.state:
            for account, entry in self.books(name).items():
                family, _, denomination = account.rpartition("@")
                if family == "vouchers":
                    other = denomination.partition(":")[0].partition("/")[0]
                    there = denomination[len(other) + 1 :]
                    expected[other, name, there] -= entry[0]
        for name, other, denomination, amount in self.in_flight():
            goes_home = denomination.partition(":")[0].partition("/")[0] == other
            if ":" in denomination and goes_home:
                expected[other, name, denomination[len(other) + 1 :]] += amount
            else:
                expected[name, other, denomination] += amount
        return expected
