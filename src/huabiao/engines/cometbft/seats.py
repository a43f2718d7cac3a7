"""
Seats and voters: whose vote is which organisation's, and who is missing.

The ledger's members sign headers; CometBFT's validators vote on blocks. A seat joins
the two: an organisation's header key and its engine's voting key. What the ledger says
of seats after a block, CometBFT is told as changes of its validators, which vote from
the block after the next on: by then they have the header that hands over to them.
"""

from collections.abc import Iterable, Sequence

from huabiao.engines.cometbft import abci_pb2 as abci
from huabiao.engines.cometbft.layout import address_of
from huabiao.ledger.block import Block
from huabiao.ledger.governed import MEMBERS, Governed, Seat
from huabiao.ledger.ledger import Ledger

COMMITTED = 2
"""CometBFT's mark of a vote for the block that was decided (BlockIDFlag)."""


class Voters:
    """The engine's voters by address, and when each was last seen to vote."""

    def __init__(self, ledger: Ledger, own: str = "") -> None:
        self._ledger, self.own = ledger, own
        self._names: dict[bytes, str] = {}
        self.last_seen: dict[bytes, int] = {}
        """By address: the time of the last block that it voted for, in UTC ms."""
        self.missing: set[bytes] = set()
        """Addresses without a vote in the newest commit."""
        self.doubled: dict[bytes, int] = {}
        """By address: the order at which it voted for two blocks, proven to all."""
        self._know(ledger.governed.seats())

    def _know(self, seats: Iterable[Seat]) -> None:
        for seat in seats:
            self._names[address_of(seat.engine_key)] = seat.name

    def expect(self, validators: dict[bytes, int]) -> None:
        """Compare genesis' validators with the ledger's seats; ValueError if not so."""
        seated = powers(self._ledger.governed.seats())
        if validators != seated:
            raise ValueError(
                "共识引擎的创世文件与账本的席位不符，两者须由同一次 network init 生成。"
                " The engine's genesis names other validators than the ledger's seats:"
                " both must come from one `huabiao network init`."
            )

    def name_of(self, address: bytes) -> str:
        """The organisation whose engine has this address."""
        return self._names.get(address, address.hex())

    def others(self) -> list[str]:
        """The organisations with a seat, but for this node's own."""
        seats = self._ledger.governed.seats()
        return [seat.name for seat in seats if seat.name != self.own]

    def last_vote(self, name: str) -> int:
        """The time of the last block that an organisation voted for; 0 if none."""
        for address, known in self._names.items():
            if known == name and address in self.last_seen:
                return self.last_seen[address]
        return 0

    def saw(self, votes: Iterable[abci.VoteInfo], time: int) -> None:
        """Note who voted for the block before this one."""
        self.missing = set()
        for vote in votes:
            if vote.block_id_flag == COMMITTED:
                self.last_seen[vote.validator.address] = time
            else:
                self.missing.add(vote.validator.address)

    def misbehaved(self, proven: Iterable[abci.Misbehavior]) -> list[str]:
        """Note proofs of double votes that a block carries; whose they are."""
        for each in proven:
            self.doubled[each.validator.address] = each.height
        return [self.name_of(each.validator.address) for each in proven]

    def double_voters(self) -> dict[str, int]:
        """Who was proven to vote twice since this node started and still has a seat."""
        seats = {address_of(s.engine_key) for s in self._ledger.governed.seats()}
        return {self.name_of(a): at for a, at in self.doubled.items() if a in seats}

    def updates(self, block: Block | None) -> list[abci.ValidatorUpdate]:
        """What a block that is not committed yet changes of the voters."""
        if block is None or MEMBERS not in block.writes:
            return []
        seats = Governed(block.writes.get).seats()
        self._know(seats)
        before, after = powers(self._ledger.governed.seats()), powers(seats)
        changed = {key: 0 for key in before if key not in after}
        changed |= {k: power for k, power in after.items() if before.get(k) != power}
        return [
            abci.ValidatorUpdate(pub_key=abci.PublicKey(ed25519=key), power=power)
            for key, power in sorted(changed.items())
        ]


def powers(seats: Sequence[Seat]) -> dict[bytes, int]:
    """Each engine's key and its power."""
    return {seat.engine_key: seat.power for seat in seats if seat.engine_key}
