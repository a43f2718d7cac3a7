"""
Seats and voters: whose vote is which organisation's, and who is missing.

The ledger's members sign headers; CometBFT's validators vote on blocks. A seat joins
the two: an organisation's header key and its engine's voting key. What the ledger says
of seats after a block, CometBFT is told as changes of its validators.
"""

from collections.abc import Iterable

from huabiao.engines.cometbft import abci_pb2 as abci
from huabiao.engines.cometbft.layout import address_of
from huabiao.ledger.block import Block
from huabiao.ledger.ledger import Ledger

COMMITTED = 2


class Voters:
    """The engine's voters by address, and when each was last seen to vote."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.last_seen: dict[bytes, int] = {}
        """By address: the time of the last block that it voted for."""
        self.missing: set[bytes] = set()
        """Addresses without a vote in the newest commit."""

    def expect(self, validators: dict[bytes, int]) -> None:
        """Compare genesis' validators with the ledger's seats; ValueError if not so."""

    def name_of(self, address: bytes) -> str:
        """The organisation whose engine has this address."""
        return address.hex()

    def saw(self, votes: Iterable[abci.VoteInfo], time: int) -> None:
        """Note who voted for the block before this one."""
        self.missing = set()
        for vote in votes:
            if vote.block_id_flag == COMMITTED:
                self.last_seen[vote.validator.address] = time
            else:
                self.missing.add(vote.validator.address)

    def updates(self, block: Block | None) -> list[abci.ValidatorUpdate]:
        """What a block changed of the voters."""
        return []


__all__ = ["Voters", "address_of"]
