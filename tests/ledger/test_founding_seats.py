"""Genesis founds the seats: whose they are, and what it refuses."""

import pytest

from huabiao.codec import decode
from huabiao.ledger.founding import GenesisRefused, founding_writes
from huabiao.ledger.genesis import BadGenesis, founding_members, make_genesis
from huabiao.ledger.governed import Governed, Seat
from huabiao.node.catalogue import founding_sources


def test_genesis_gives_each_seat_to_its_organisation():
    one, two = bytes([1]) * 32, bytes([2]) * 32
    seats = [Seat("a", one, 1, "港务局", bytes([7]) * 32), Seat("b", two, 2)]
    admin, account = bytes([3]) * 20, bytes([4]) * 20
    listed = [("港务局", "c", account)]
    genesis = make_genesis(
        "c", "intl", 0, founding_sources(), seats, [admin], 1, listed
    )
    writes = founding_writes(genesis)
    assert Governed(writes.get).seats() == seats
    assert founding_members(genesis) == Governed(writes.get).members()
    for name, holder in (("a", account), ("b", admin)):
        state, _, seat = decode(writes[f"membership/record/{name}"])
        assert (state, seat[0]) == ("seated", holder)
    assert Governed(writes.get).member_changes() == []
    with pytest.raises(BadGenesis):
        make_genesis("c", "intl", 0, founding_sources(), seats, [], 1)
    twice = [seats[0], Seat("b", two, 2, "", bytes([7]) * 32)]
    with pytest.raises(GenesisRefused, match="Another seat"):
        founding_writes(
            make_genesis("c", "intl", 0, founding_sources(), twice, [admin], 1)
        )
