"""
Relief funds (救援资金): from whoever gives to whoever needs it; sums public, names not.

1. Anyone gives; the fund says what arrived, and sets money aside for a round of help.
2. It allots an amount to a person: the name lies in the vault, the tag is the fund's
   keyed digest of round and identity number, so that nobody is helped twice in a round.
3. k of n approve; a public notice may run; the fund pays, the beneficiary confirms.
"""

from huabiao.contracts import (  # noqa: I001
    Approval, Books, Code, Count, Deadline, Digest, Fen, Flag, Labels, ListOf, Maybe,
    Objections, Party, Personal, Record, Registry, Role, Scenario, State, Text, Title,
    anyone, does, moves, opens, require,
)  # fmt: skip


class Round(Record):
    needed: Count
    approvers: ListOf[Party]
    notice_days: Count


class Helped(Record):
    relief: Code


class Relief(Record):
    round: Code
    tag: Digest
    beneficiary: Party
    amount: Fen
    name: Personal[Text]
    payment: Maybe[Digest] = None


class ReliefFunds(Scenario):
    """Shows where every fen of a relief fund went, and nobody who received it."""

    title = Title(zh="救援资金", en="Relief funds")
    task, lead, record = 10, "市应急局", Relief
    public, indexes = ("round", "amount", "funds"), ("round", "beneficiary")
    fund, approver = Role("救助基金", "Relief fund"), Role("审批人", "Approver")
    auditor = Role("审计", "Auditor")
    allotted, approved = State("已分配", "Allotted"), State("已批准", "Approved")
    paid, confirmed = State("已拨付", "Paid"), State("已签收", "Confirmed", final=True)
    cancelled = State("已取消", "Cancelled", final=True)
    funds = Books(Fen, "资金（分）", "fen", sources=("donors",))
    rounds = Registry(Round, "批次", "rounds")
    helped = Registry(Helped, "本批受助人", "those helped in the round")
    approvals, objections, notice = Approval(), Objections(), Deadline()
    labels = Labels(round="批次", tag="受助人标识", beneficiary="受助人",
                    name="受助人姓名", approvers="审批人", notice_days="公示天数",
                    relief="救助编号", arrived="是否到账", budget="预算")  # fmt: skip

    @does(by=anyone, keyed=True, title="捐赠")
    def give(self, amount: Fen) -> None:
        """Promise a gift; the id is that of the bank transfer."""
        self.funds.reserve(f"gift/{self.key}", "donors", "fund", amount)

    @does(by=fund, keyed=True, title="收款")
    def receive(self, arrived: Flag) -> None:
        """Say whether a gift arrived."""
        gift = f"gift/{self.key}"
        self.funds.post(gift) if arrived else self.funds.void(gift)

    @does(by=fund, keyed=True, title="设立批次")
    def open_round(self, budget: Fen, round: Round) -> None:
        """Set money aside; no days of notice where lives depend on it."""
        sentence = "须有一人以上同意，不多于审批人数。 One approval up to all of them."
        require(0 < round.needed <= len(round.approvers), sentence, code="quorum")
        self.rounds.add(self.key, round)
        self.funds.transfer("fund", f"round/{self.key}", budget)

    @opens(allotted, by=fund, title="分配")
    def allot(self, round: Code, tag: Digest, beneficiary: Party, amount: Fen,
              name: Personal[Text]) -> Relief:  # fmt: skip
        """Allot a person an amount of the round."""
        self.helped.add(f"{round}/{tag.hex()}", Helped(self.key))
        kept = f"relief/{self.key}"
        self.funds.reserve(kept, f"round/{round}", f"paid/{round}", amount)
        return Relief(round, tag, beneficiary, amount, name)

    @moves(allotted >> (allotted | approved), by=approver, title="批准")
    def approve(self, relief: Relief) -> State:
        """Agree; with the k-th approval the notice begins, of no days or some."""
        round = self.rounds.get(relief.round)
        if not self.approvals.approve(self.key, round.needed, round.approvers):
            return self.allotted
        days = round.notice_days
        self.objections.publish(self.key, self.notice.after(days) if days else 0)
        return self.approved

    @moves(approved >> approved, by=auditor, title="异议")
    def object(self, relief: Relief, reason: Text) -> None:
        """Object during the notice."""
        self.objections.object(self.key, reason)

    @moves(approved >> approved, by=approver, title="答复")
    def answer(self, relief: Relief, objector: Party, answer: Text) -> None:
        """Answer an objection."""
        self.objections.answer(self.key, objector, answer)

    @moves((allotted | approved) >> cancelled, by=fund, title="取消")
    def cancel(self, relief: Relief, reason: Text) -> None:
        """Take it back; the person may be allotted anew."""
        self.helped.remove(f"{relief.round}/{relief.tag.hex()}")
        self.funds.void(f"relief/{self.key}")
        self.emit("reason", reason=reason)

    @moves(approved >> paid, by=fund, title="拨付")
    def pay(self, relief: Relief, payment: Digest) -> None:
        """Pay what is approved and clear; the digest is the bank's receipt."""
        self.objections.require_clear(self.key)
        self.funds.post(f"relief/{self.key}")
        relief.payment = payment

    @moves(paid >> confirmed, by=anyone, only="beneficiary", title="签收")
    def confirm(self, relief: Relief) -> None:
        """Say that it arrived."""
