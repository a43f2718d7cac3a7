"""
Exchanges: a value here for a value there, by hash and time lock (跨链原子交换).

1. The first party draws a secret of 32 bytes, and locks an amount under its digest for
   the second party, until a moment.
2. The second party sees that and locks its own amount on the other chain under the same
   digest for the first one, until an earlier moment.
3. The first party claims that amount and thereby says the secret; the second one reads
   it there and claims here. Both have been paid.
4. Or nobody says the secret, and each takes its amount back when its moment has come.

Neither chain knows of the other: no client, no route and no relay are needed, and a
party that sleeps through its time harms itself alone. Before the moment an amount can
only be claimed, from it on only be taken back. The second party must leave itself time:
its own moment lies well before the first one's. `digest_of` names the suite whose
digest locks both halves: it must be the same one on both chains. Amounts lie entrusted
in `transfers`.

The pattern is the hashed time lock of Herlihy, Atomic Cross-Chain Swaps (2018).
"""

from huabiao.contracts import (
    Code,
    Count,
    Digest,
    Instant,
    Labels,
    Maybe,
    OneOf,
    Party,
    Record,
    Scenario,
    State,
    Title,
    anyone,
    moves,
    opens,
    require,
)

LEDGER, NAME = "transfers", "exchanges"
SHORTEST_MS, LONGEST_MS = 60_000, 30 * 86_400_000
SUITES = ("intl", "sm", "pq")


class Lock(Record):
    """One half of an exchange; `secret` is public once it was claimed."""

    giver: Party
    taker: Party
    denomination: Code
    amount: Count
    lock: Digest
    digest_of: OneOf[SUITES]
    until: Instant
    secret: Maybe[Digest] = None


class Exchanges(Scenario):
    """Gives an amount to whoever knows a secret in time, else back."""

    title = Title(zh="跨链原子交换", en="Atomic exchange")
    task, lead = 3, "市经济和信息化局"
    record = Lock
    visible = "public"
    indexes = ("giver", "taker", "lock")

    locked = State("已锁定", "Locked")
    claimed = State("已领取", "Claimed", final=True)
    taken_back = State("已退回", "Taken back", final=True)
    labels = Labels(
        giver="转出方", taker="领取方", denomination="资产", amount="数量",
        lock="哈希锁", digest_of="哈希算法", until="锁定至", secret="原像",
    )  # fmt: skip

    @opens(locked, by=anyone, title="锁定")
    def lock(
        self, taker: Party, lock: Digest, until: Instant,
        digest_of: OneOf[SUITES] = "intl",
    ) -> Lock:  # fmt: skip
        """Lock the amount that the caller has entrusted under the same id."""
        owner, denomination, amount, trustee = self.ask(
            LEDGER, "entrusted_as", key=self.key
        )
        require(
            owner == self.caller and trustee == NAME,
            "须先以同一编号将数量托付给 exchanges。"
            " Entrust an amount to exchanges first, under the same id.",
            code="exchange.entrusted",
        )
        require(
            self.now + SHORTEST_MS <= until <= self.now + LONGEST_MS,
            "时限须在 1 分钟之后、30 天之内。 It ends after a minute, within 30 days.",
            code="exchange.until",
        )
        return Lock(
            self.caller, taker, denomination, amount, lock, digest_of, until
        )  # fmt: skip

    @moves(locked >> claimed, by=anyone, title="领取")
    def claim(self, lock: Lock, secret: Digest) -> None:
        """Say the secret before the moment; the amount goes to the taker, whoever
        says it."""
        require(
            self.now < lock.until,
            "时限已到，只能退回。 Its moment has come: it can only be taken back.",
            code="exchange.over",
        )
        require(
            self.digest(secret, lock.digest_of) == lock.lock,
            "秘密不符。 That is not the secret.",
            code="exchange.secret",
        )
        lock.secret = secret
        self.call(LEDGER, "hand_over", self.key, to=lock.taker)

    @moves(locked >> taken_back, by=anyone, title="退回")
    def take_back(self, lock: Lock) -> None:
        """From its moment on give the amount back to its giver, whoever asks."""
        require(
            self.now >= lock.until,
            "时限未到，尚可领取。 Its moment has not come: it can still be claimed.",
            code="exchange.running",
        )
        self.call(LEDGER, "give_back", self.key)
