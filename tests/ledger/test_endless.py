"""What a city keeps of its changes has no end: no list on the chain fills up."""

from hashlib import sha256
from typing import Any

from huabiao.contracts import Releases
from huabiao.crypto.envelope import Call
from huabiao.crypto.keys import generate
from huabiao.crypto.suite import suite
from huabiao.ledger.execution import Execution
from huabiao.ledger.founding import founding_writes
from huabiao.ledger.genesis import make_genesis
from huabiao.ledger.governed import Governed, Installed, Seat
from huabiao.ledger.growth import Meter
from huabiao.ledger.loader import load_contract
from huabiao.node.catalogue import founding_sources

MANY = 1_100
ADMIN = generate("admin", "intl", sha256(b"admin").digest()).account


class Chain:
    """State in memory: one call a height, as a ledger runs it, without its disk."""

    def __init__(self) -> None:
        sources, seat = founding_sources(), Seat("member", bytes(32), 1)
        genesis = make_genesis("c", "intl", 0, sources, [seat], [ADMIN], 1)
        self.kept, self.height = founding_writes(genesis), 0
        self.meter, chosen = Meter(), suite("intl")
        loaded = [load_contract(source, self.meter) for source in sources]
        contracts = {each.name: each for each in loaded}
        self.execution = Execution(
            self.kept.get, contracts, self.meter, chosen.digest, chosen.verify
        )

    def call(self, *call: Any) -> None:
        self.height += 1
        self.execution.height = self.height
        results = self.execution.run_calls(bytes(32), ADMIN, [Call(*call)], 2_000_000)
        assert results[-1].code == "ok", results[-1]
        self.kept.update(self.execution.writes)


def test_members_change_more_often_than_a_list_has_room() -> None:
    chain = Chain()
    for number in range(MANY):
        chain.call("membership", "weigh", "member", {"power": 2 + number % 2})
    governed = Governed(chain.kept.get)
    assert governed.member_changes() == list(range(1, MANY + 1))
    largest = max(len(value or b"") for key, value in chain.kept.items()
                  if key.startswith("membership/"))  # fmt: skip
    assert largest < 200


class Shelf:
    """As much of a Context as a part needs: its state, and a height."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.height = 0

    def read(self, key: str) -> bytes | None:
        return self.kept.get(key)

    def write(self, key: str, value: bytes) -> None:
        self.kept[key] = value


def shelf() -> tuple[Shelf, Any, Governed]:
    held, part = Shelf(), Releases()
    part.name, part._context = "installed", held  # type: ignore[assignment]
    strip = len("governance/")
    return held, part, Governed(lambda key: held.read(key[strip:]))


def test_contracts_and_their_versions_have_no_end() -> None:
    held, part, governed = shelf()
    for number in range(MANY):
        held.height += 1
        assert part.release(f"c{number}", 0) == (1, number + 2)
        assert part.release("again", 0) == (number + 1, number + 2)
    assert max(map(len, held.kept.values())) < 200
    in_force = governed.in_force(held.height + 1)
    assert len(in_force) == MANY + 1
    assert (in_force["c0"], in_force["again"]) == (1, MANY)
    assert part.names(2) == [f"c{MANY - 2}", f"c{MANY - 1}"]


def test_only_versions_that_can_still_be_in_force_are_kept_standing() -> None:
    held, part, governed = shelf()

    def standing() -> list[tuple[int, int]]:
        return [(each.version, each.start) for each in governed.installed()]

    assert part.release("a", 50) == (1, 0)  # genesis
    held.height = 9
    assert part.release("a", 0) == (2, 10)
    for start in (30, 40):
        part.release("a", start)
    assert standing() == [(1, 0), (2, 10), (3, 30), (4, 40)]
    assert [governed.in_force(height)["a"] for height in (9, 10, 30, 99)] == [
        1,
        2,
        3,
        4,
    ]
    assert part.standing("a") == [1, 2, 3, 4] and part.standing("b") == []
    held.height = 10
    part.release("a", 35)  # version 4 would come after it, and is older
    assert standing() == [(2, 10), (3, 30), (5, 35)]
    part.release("a", 0)
    assert standing() == [(2, 10), (6, 11)]
    assert governed.installed()[0] == Installed("a", 2, 10)
    assert "b" not in governed.in_force(99)
