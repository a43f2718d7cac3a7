"""A city that goes from one suite to another, step by step."""

from hashlib import sha256

from huabiao.client.signing import prove_seat
from huabiao.crypto.keys import Keys, generate
from huabiao.node.catalogue import shipped_sources
from huabiao.testing.city import City

CLASSES = ("Governance", "Membership", "Suites", "Identity", "Evidence")
SOURCES = [
    source
    for source in shipped_sources()
    if any(f"class {name}(Scenario)" in source for name in CLASSES)
]
ACCOUNT_DOMAIN = b"huabiao-account\x00"


class ChangingCity(City):
    """One member, one administrator; `new` keys are of the suite to come."""

    def __init__(self, folder, before="intl", after="pq", **more):
        super().__init__(folder, before, sources=SOURCES, **more)
        self.after = after

    def new(self, name: str) -> Keys:
        return generate(name, self.after, sha256(b"new " + name.encode()).digest())

    def announce(self, start: int, key: str = "plan") -> None:
        self.call(self.admin, "suites", "plan", key, suite=self.after, start=start)
        self.call(self.admin, "suites", "approve", key)

    def prepare(self, key: Keys | None = None) -> None:
        key = key or self.new("member")
        proof = prove_seat(self.genesis.chain, key, "member", "")
        self.call(
            self.admin, "suites", "prepare", "member", public=key.public, proof=proof
        )

    def join(self, old: Keys, new: Keys) -> None:
        """Register an account's key of the coming suite."""
        proof = new.sign(ACCOUNT_DOMAIN + old.account)
        self.call(old, "identity", "add_key", public=new.public, proof=proof)

    def adopt(self) -> None:
        """Hand over; whoever governs has joined before."""
        self.call(self.admin, "membership", "adopt_suite")
        self.member = self.new("member")

    def change(self) -> int:
        """The whole way; gives the height of the block that handed over."""
        self.announce(self.ledger.height + 5)
        self.prepare()
        self.join(self.admin, self.new("admin"))
        self.adopt()
        at, self.admin = self.ledger.height, self.new("admin")
        return at
