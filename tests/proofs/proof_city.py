"""A fixed city: the same keys, clock and envelopes give the same proofs every time."""

from hashlib import sha256

from huabiao.node import proving
from huabiao.node.catalogue import shipped_sources
from huabiao.testing.city import City

CLASSES = ("Governance", "Membership", "Evidence", "Privacy", "HazardousWaste")
SOURCES = [
    source
    for source in shipped_sources()
    if any(f"class {name}(Scenario)" in source for name in CLASSES)
]
FILES = [f"file {number}".encode() for number in range(100)]
KEY = "privacy/kept/" + bytes(32).hex()
PLACE = {"keeper": bytes(20), "scenario": "s", "record": "r", "field": "f"}


class Proofs:
    """Proofs of every kind from one city, and whom to trust."""

    def __init__(self, folder, suite):
        self.city = city = City(folder, suite, sources=SOURCES)
        clerk = city.cast("clerk")
        for number in range(300):
            digest = bytes(32) if not number else sha256(b"%d" % number).digest()
            city.call(clerk, "privacy", "keep", digest.hex(), **PLACE)
        self.receipt = proving.prove_receipt(city.ledger, city.ledger.height, 0)
        joined = b"".join(city.ledger.digest(file) for file in FILES)
        city.call(clerk, "evidence", "notarize", digests=[joined])
        ledger = city.ledger
        self.notarised = proving.prove_notarised(ledger, ledger.height, 0, 42)
        self.present = proving.prove_state(ledger, KEY, None)
        self.absent = proving.prove_state(ledger, KEY + "?", None)
        self.trust = {
            "version": 1,
            "chain": city.genesis.chain,
            "suite": suite,
            "members": [
                {"name": m.name, "public": m.public.hex(), "power": m.power}
                for m in proving.genesis_members(ledger)
            ],
        }
