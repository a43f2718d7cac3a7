"""
Recovery: an account that lost its keys gets a new one from k of n guardians (账户恢复).

1. An account names its guardians, and how many of them must agree. Others count only
   seven days after they were named, so that a thief of a key cannot bring his own.
2. Who lost every key asks with an account that he has, and shows the new key.
3. The guardians make sure who asks, and agree. Two days later the new key may replace
   all others: `identity.recover` does that, and `complete` ends the case.
4. Meanwhile whoever holds a key of the account may object. A case that had passed by
   then is contested, and the registrar settles it with the person's papers.
"""

from huabiao.contracts import (
    Approval,
    Code,
    Count,
    Flag,
    Instant,
    Labels,
    ListOf,
    Maybe,
    Party,
    PublicKey,
    Record,
    Registry,
    Role,
    Scenario,
    Signature,
    State,
    Text,
    Title,
    answers,
    anyone,
    does,
    moves,
    opens,
    require,
)

ACCOUNT_DOMAIN = b"huabiao-account\x00"
MOST_GUARDIANS = 15
DAY_MS = 86_400_000
OBJECTION_MS, NAMING_MS = 2 * DAY_MS, 7 * DAY_MS


class Guardians(Record):
    """Who can recover an account, `needed` of them; those before until `since`."""

    accounts: ListOf[Party]
    needed: Count
    since: Instant
    before: ListOf[Party] = ()
    before_needed: Count = 0


class Case(Record):
    """A new key for an account, and who decides on it."""

    account: Party
    public: PublicKey
    guardians: ListOf[Party]
    needed: Count
    ready_at: Maybe[Instant] = None
    reason: Text = ""


class Recovery(Scenario):
    """Brings back an account whose keys are lost."""

    title = Title(zh="账户恢复", en="Account recovery")
    task, lead = 3, "市经济和信息化局"
    record = Case
    visible = "public"
    indexes = ("account", "guardians")

    registrar = Role("身份登记机构", "Identity registrar")

    asked = State("已申请", "Asked")
    agreed = State("监护人已同意", "Agreed")
    contested = State("有异议", "Contested")
    granted = State("裁定恢复", "Granted")
    completed = State("已恢复", "Completed", final=True)
    dropped = State("已作罢", "Dropped", final=True)

    guardians = Registry(Guardians, "监护人", "guardians")
    approvals = Approval()
    labels = Labels(
        guardians="监护人", accounts="监护人账户", ready_at="可执行时间",
        before="此前监护人", before_needed="此前须同意人数", recover="准予恢复",
        recovery="恢复编号", public="新公钥", proof="私钥持有证明",
    )  # fmt: skip

    @does(by=anyone, title="指定监护人")
    def name_guardians(self, accounts: ListOf[Party], needed: Count) -> None:
        """Name those who can recover the caller's account, so many together."""
        require(
            0 < needed <= len(accounts) <= MOST_GUARDIANS
            and self.caller not in accounts
            and all(accounts.count(each) == 1 for each in accounts),
            f"监护人 1 至 {MOST_GUARDIANS} 个，各不相同，不含本账户；同意数不超过人数。"
            f" 1 to {MOST_GUARDIANS} guardians, each once, not oneself, and no more"
            " needed than there are.",
            code="guardians",
        )
        named, own = Guardians(accounts, needed, self.now), self.caller.hex()
        standing = self.guardians.find(own)
        if standing is not None:
            named.before, named.before_needed = self.guarding(standing)
            named.since = self.now + NAMING_MS
        self.guardians.put(own, named)

    @opens(asked, by=anyone, title="申请恢复")
    def ask_for(self, account: Party, public: PublicKey, proof: Signature) -> Case:
        """Ask the guardians for a new key, which has signed the account."""
        require(
            self.verify(public, ACCOUNT_DOMAIN + account, proof),
            "新密钥的签名不符：须由新密钥签署账户。"
            " The new key must sign the account that it joins.",
            code="key.proof",
        )
        accounts, needed = self.guarding(self.guardians.get(account.hex()))
        return Case(account, public, accounts, needed)

    @moves(asked >> (asked | agreed), by=anyone, title="同意恢复")
    def agree(self, case: Case) -> State:
        """Agree as a guardian, having made sure who asks."""
        if not self.approvals.approve(self.key, case.needed, case.guardians):
            return self.asked
        case.ready_at = self.now + OBJECTION_MS
        return self.agreed

    @moves(
        (asked | agreed) >> (dropped | contested),
        by=anyone,
        only="account",
        title="提出异议",
    )
    def object_to(self, case: Case, reason: Text) -> State:
        """Say with a key of the account that it is not lost."""
        require(reason, "须写明理由。 Say why.", code="reason")
        case.reason = reason
        return self.dropped if case.ready_at is None else self.contested

    @moves(contested >> (granted | dropped), by=registrar, title="裁定")
    def settle(self, case: Case, recover: Flag, reason: Text) -> State:
        """Decide a contested case, having seen the person's papers."""
        require(reason, "须写明理由。 Say why.", code="reason")
        case.reason = reason
        return self.granted if recover else self.dropped

    @moves((agreed | granted) >> completed, by=anyone, title="办结")
    def complete(self, case: Case) -> None:
        """End a case whose new key stands for the account."""
        stands = self.ask("identity", "account_of_key", public=case.public)
        require(
            stands == case.account,
            "新密钥尚未生效，请先完成 identity.recover。"
            " The new key does not stand yet: call identity.recover first.",
            code="recovery.open",
        )

    def guarding(self, named: Guardians) -> tuple:
        """Who guards at this moment, and how many are needed."""
        if named.since <= self.now:
            return named.accounts, named.needed
        return named.before, named.before_needed

    @answers
    def decided(self, recovery: Code) -> list:
        """[account, new key] of a case that may be carried out now."""
        case = self.stored(recovery, self.agreed, self.granted)
        require(
            case.ready_at <= self.now,
            "异议期未满。 The time to object is not over.",
            code="recovery.early",
        )
        return [case.account, case.public]
