"""The city that is killed: one member with known keys, two contracts."""

from hashlib import sha256

from huabiao.crypto.keys import Keys, generate
from huabiao.ledger.genesis import Genesis, make_genesis
from huabiao.ledger.governed import Seat
from huabiao.node.catalogue import founding_sources, shipped_sources

CHAIN = "crash-city"
START = 1_700_000_000_000


def keys(name: str) -> Keys:
    return generate(name, "intl", sha256(name.encode()).digest())


def founding() -> Genesis:
    privacy = [each for each in shipped_sources() if "class Privacy(" in each]
    sources = [*founding_sources(), *privacy]
    member = Seat("member", keys("member").public, 1)
    admin = keys("admin").account
    return make_genesis(CHAIN, "intl", START, sources, [member], [admin], 1)
