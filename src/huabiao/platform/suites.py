"""
Suites: from one family of algorithms to the next (密码套件更替).

1. An administrator plans the next suite and the first height that may be signed in it;
   when k of the administrators have approved, the plan is announced.
2. From then on keys of that suite are taken: each seat prepares its own here, each
   account adds its own with `identity.add_key`.
3. At that height, when every seat has prepared, `membership.adopt_suite` hands over:
   from the next block on headers and envelopes are signed in the new suite alone.

The chain's digest stays the one of genesis: docs/decisions/0057-change-of-suite.md.
What the kernel reads of this contract is listed in docs/formats/governed-state.md.
"""

from huabiao.contracts import (
    Approval,
    Cell,
    Code,
    Count,
    Labels,
    ListOf,
    OneOf,
    Party,
    PublicKey,
    Record,
    Registry,
    Scenario,
    Signature,
    State,
    Title,
    answers,
    anyone,
    does,
    encode,
    moves,
    opens,
    require,
)

SEAT_DOMAIN = b"huabiao seat\x00"
SUITES, PUBLIC_SIZES = ("intl", "sm", "pq"), (32, 64, 1952)


class Plan(Record):
    """The next suite, and the first height that may be signed in it."""

    suite: OneOf[SUITES]
    start: Count
    proposed_by: Party


class Coming(Record):
    """The plan that was announced last."""

    suite: OneOf[SUITES]
    start: Count


class SeatKey(Record):
    """What a seat will sign headers with."""

    public: PublicKey


class Suites(Scenario):
    """Takes a chain from one suite of algorithms to the next, at a height."""

    title = Title(zh="密码套件更替", en="Succession of suites")
    task, lead = 3, "市经济和信息化局"
    record = Plan
    visible = "public"

    proposed = State("待会签", "Proposed")
    announced = State("已公布", "Announced", final=True)
    withdrawn = State("已撤回", "Withdrawn", final=True)

    coming = Cell(Coming)
    keys = Registry(SeatKey, "席位新密钥", "seats' coming keys")
    approvals = Approval()
    labels = Labels(
        start="起用高度", seats="席位", public="新公钥", proof="私钥持有证明"
    )

    @opens(proposed, by=anyone, title="提议套件")
    def plan(self, suite: OneOf[SUITES], start: Count) -> Plan:
        """Plan the next suite; administrators then approve it."""
        self.approvals.require_administrator(
            "只有管理员可以提议。 Only an administrator may propose."
        )
        return Plan(suite, start, self.caller)

    @moves(proposed >> (proposed | announced), by=anyone, title="同意套件")
    def approve(self, plan: Plan) -> State:
        """Approve a plan; the k-th approval announces it."""
        if not self.approvals.of_administrators(self.key):
            return self.proposed
        require(
            plan.start > self.height + 1,
            "新套件须从以后的高度开始，以便各席位与账户先登记新密钥。"
            " A suite begins at a height to come: keys are registered before.",
            code="suite.start",
        )
        self.coming.set(Coming(plan.suite, plan.start))
        self.emit("suite_announced", suite=plan.suite, start=plan.start)
        return self.announced

    @moves(proposed >> withdrawn, by=anyone, only="proposed_by", title="撤回套件")
    def withdraw(self, plan: Plan) -> None:
        """Take a plan back before it is announced."""

    @does(by=anyone, keyed=True, title="准备新密钥")
    def prepare(self, public: PublicKey, proof: Signature) -> None:
        """Register a seat's key of the coming suite; the id is the seat's name."""
        account, organisation, engine_key = self.ask(
            "membership", "holder", seat=self.key
        )
        require(
            account == self.caller,
            "只有席位自己的账户可以准备其密钥。"
            " Only a seat's own account prepares its key.",
            code="seat.other",
        )
        coming = self.coming.find()
        require(
            coming is not None and len(public) == size_of(coming.suite),
            "密钥须属于已公布的新套件。 The key is of the suite that was announced.",
            code="suite.other",
        )
        statement = [self.chain, self.key, organisation, public, engine_key]
        require(
            self.verify(public, SEAT_DOMAIN + encode(statement), proof),
            "新密钥的签名不符：须由新密钥签署链、席位、单位与密钥；链须已到协议 2。"
            " The new key must sign chain, seat, organisation and keys; the chain's"
            " protocol is 2 or above.",
            code="seat.proof",
        )
        self.keys.put(f"{coming.suite}/{self.key}", SeatKey(public))
        self.emit("seat_prepared", suite=coming.suite)

    @answers
    def prepared(self, seats: ListOf[Code]) -> list:
        """First height, and each seat's key or nothing; empty without a plan."""
        coming = self.coming.find()
        if coming is None:
            return []
        held = [self.keys.find(f"{coming.suite}/{seat}") for seat in seats]
        return [coming.start, [b"" if key is None else key.public for key in held]]


def size_of(suite: str) -> int:
    """Bytes of a public key of a suite."""
    return PUBLIC_SIZES[SUITES.index(suite)]
