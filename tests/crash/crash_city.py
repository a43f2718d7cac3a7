"""The city that is killed: one member with known keys, two contracts."""

from hashlib import sha256

from huabiao.crypto.keys import Keys, generate
from huabiao.ledger.genesis import Genesis, make_genesis
from huabiao.node.catalogue import shipped_sources
from huabiao.proofs.members import Member

CHAIN = "crash-city"
START = 1_700_000_000_000


def keys(name: str) -> Keys:
    return generate(name, "intl", sha256(name.encode()).digest())


def founding() -> Genesis:
    sources = [
        source
        for source in shipped_sources()
        if "class Governance(" in source or "class Privacy(" in source
    ]
    member = Member("member", keys("member").public, 1)
    admin = keys("admin").account
    return make_genesis(CHAIN, "intl", START, sources, [member], [admin], 1)
