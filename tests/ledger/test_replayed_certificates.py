"""A replay checks each certificate against the members that were in force."""

from typing import Any

import pytest

from huabiao.codec import encode
from huabiao.ledger.recovery import LedgerDamaged, replay
from huabiao.node.home import Home
from huabiao.node.replaying import replay as replay_home
from huabiao.proofs.header import certified_message
from huabiao.testing.city import City


@pytest.fixture(params=["intl", "sm"])
def handed(request: Any, tmp_path: Any) -> Any:
    """A city whose member handed over to another at some height."""
    city = City(tmp_path, request.param)
    old, new = city.member, city.cast("new member")
    city.block()
    city.rotate_member(new)
    city.block()
    yield city, old, new
    city.close()


def commit(city: City, certificate: Any) -> int:
    """A block whose certificate the caller makes from what a member would sign."""
    city.now += 1
    block = city.ledger.finalize(city.now, [])
    city.ledger.commit(block, certificate(certified_message(block.hash)))
    return block.header.height


def test_a_hand_over_replays(handed: Any) -> None:
    city, _, new = handed
    height = commit(city, lambda message: encode([[0, new.sign(message)]]))
    assert replay(city.folder, city.genesis) == (height, city.ledger.state.root)


@pytest.mark.parametrize("what", ["old member", "nobody", "twice", "other block"])
def test_a_certificate_that_does_not_hold_is_named_by_its_height(
    handed: Any, what: str
) -> None:
    city, old, new = handed
    forged = {
        "old member": lambda message: encode([[0, old.sign(message)]]),
        "nobody": lambda message: encode([]),
        "twice": lambda message: encode([[0, new.sign(message)]] * 2),
        "other block": lambda message: encode([[0, new.sign(message + b"x")]]),
    }[what]
    height = commit(city, forged)
    city.block()  # it is not the last one that is wrong
    with pytest.raises(LedgerDamaged, match=f"certificate of height {height} does"):
        replay(city.folder, city.genesis)


def test_the_command_says_where(handed: Any) -> None:
    city, old, _ = handed
    Home(city.folder).genesis.write_bytes(encode(city.genesis))
    assert "每张证书都成立" in replay_home(city.folder)["sentence"]
    height = commit(city, lambda message: encode([[0, old.sign(message)]]))
    found = replay_home(city.folder)
    assert not found["ok"] and f"高度 {height} 的证书不成立" in found["sentence"]
