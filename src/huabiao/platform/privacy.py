"""
Privacy: who keeps a personal or secret value, who opened it, when it was erased.

1. A record holds only the commitment of such a field; salt and value lie encrypted in a
   vault. Whoever fills the field says here, in the same envelope, which vault keeps it.
2. The vault says here for whom it opens a value, before it hands the value out. Owner
   and person may allow others to see it, for a purpose and until a day.
3. The owner or the person asks for erasure. From then on the vault opens it no more,
   destroys its key, and confirms. The commitment stays: it proves that the value
   existed and was erased, and no longer tells what it was.

Sources: Personal Information Protection Law, articles 14, 44, 45, 47 and 51.
"""

from huabiao.contracts import (
    Count,
    Instant,
    Labels,
    Maybe,
    Party,
    Record,
    Registry,
    Scenario,
    Text,
    Title,
    anyone,
    does,
    require,
)

COMMITMENT_DIGITS = 64


class Kept(Record):
    """A value by its commitment: whose, where it belongs, whether it still exists."""

    owner: Party
    keeper: Party
    scenario: Text
    record: Text
    field: Text
    subject: Maybe[Party]
    kept_at: Instant
    asked_by: Maybe[Party] = None
    asked_at: Maybe[Instant] = None
    reason: Text = ""
    erased_at: Maybe[Instant] = None


class Allowance(Record):
    """Somebody may see a value, for a purpose, until an instant."""

    reader: Party
    by: Party
    purpose: Text
    until: Instant


class Opening(Record):
    """The vault opened a value for somebody; `login` is the tag of the member of staff
    who read for the account (contract `staff`), empty where its own key did."""

    reader: Party
    owner: Party
    subject: Maybe[Party]
    purpose: Text
    at: Instant
    height: Count
    login: Text = ""


class Mark(Record):
    """Lets an account find what concerns it."""

    account: Party
    since: Instant


class Privacy(Scenario):
    """Remembers what was kept, opened and erased, without what it was."""

    title = Title(zh="个人信息保护", en="Privacy")
    task, lead = 3, "市经济和信息化局"

    kept = Registry(Kept, "承诺", "commitments")
    allowed = Registry(Allowance, "许可", "allowances")
    openings = Registry(Opening, "查看记录", "openings")
    about = Registry(Mark, "关于个人", "commitments about a person")
    asked = Registry(Mark, "待删除", "erasures asked of a keeper")
    labels = Labels(
        owner="填报方", subject="信息主体", kept_at="存入时间", asked_by="请求人",
        asked_at="请求删除时间", erased_at="删除时间", reader="查看方", by="许可方",
    )  # fmt: skip

    @does(by=anyone, keyed=True, title="登记保管")
    def keep(
        self,
        keeper: Party,
        scenario: Text,
        record: Text,
        field: Text,
        subject: Maybe[Party] = None,
    ) -> None:
        """Say whose vault keeps the value of a commitment, and whom it is about."""
        require(
            len(self.key) == COMMITMENT_DIGITS
            and all(digit in "0123456789abcdef" for digit in self.key),
            "编号须为承诺的 64 位十六进制。 The id is the commitment, 64 hex digits.",
            code="commitment",
        )
        self.kept.add(
            self.key,
            Kept(self.caller, keeper, scenario, record, field, subject, self.now),
        )
        if subject is not None:
            self.about.add(subject.hex() + "/" + self.key, Mark(subject, self.now))

    @does(by=anyone, keyed=True, title="许可查看")
    def allow(self, reader: Party, purpose: Text, until: Instant) -> None:
        """Let somebody see a value, for a purpose, until an instant."""
        self.concerned(self.standing())
        require(purpose, "须写明用途。 Say for what purpose.", code="purpose")
        require(until > self.now, "期限已过。 That is over already.", code="until")
        self.allowed.put(
            self.key + "/" + reader.hex(),
            Allowance(reader, self.caller, purpose, until),
        )

    @does(by=anyone, keyed=True, title="撤回许可")
    def withdraw(self, reader: Party) -> None:
        """Take an allowance back."""
        self.concerned(self.kept.get(self.key))
        self.allowed.remove(self.key + "/" + reader.hex())

    @does(by=anyone, keyed=True, title="登记查看")
    def note_opening(self, reader: Party, purpose: Text, login: Text = "") -> None:
        """Say that the caller's vault opens a value for somebody."""
        entry = self.standing()
        self.by_keeper(entry)
        require(purpose, "须写明用途。 Say for what purpose.", code="purpose")
        opening = Opening(
            reader, entry.owner, entry.subject, purpose, self.now, self.height, login
        )
        self.openings.add(self.key + "/" + self.envelope.hex(), opening)

    @does(by=anyone, keyed=True, title="请求删除")
    def ask_erasure(self, reason: Text) -> None:
        """Ask the keeper to destroy the key of a value; cannot be taken back."""
        entry = self.standing()
        self.concerned(entry)
        require(reason, "须写明删除原因。 Say why it is erased.", code="reason")
        entry.asked_by, entry.asked_at, entry.reason = self.caller, self.now, reason
        self.kept.put(self.key, entry)
        self.asked.add(
            entry.keeper.hex() + "/" + self.key, Mark(entry.keeper, self.now)
        )

    @does(by=anyone, keyed=True, title="确认删除")
    def confirm_erasure(self) -> None:
        """Say that the key of a value was destroyed, as was asked; for good."""
        entry = self.kept.get(self.key)
        self.by_keeper(entry)
        require(
            entry.asked_at is not None,
            "没有人请求删除。 Nobody asked for its erasure.",
            code="unasked",
        )
        require(entry.erased_at is None, ERASED, code="erased")
        entry.erased_at = self.now
        self.kept.put(self.key, entry)
        self.asked.remove(entry.keeper.hex() + "/" + self.key)

    def standing(self) -> Kept:
        """The entry under the key, if nobody asked for its erasure."""
        entry = self.kept.get(self.key)
        require(entry.erased_at is None, ERASED, code="erased")
        require(
            entry.asked_at is None,
            "已请求删除，正在删除。 Its erasure has been asked for already.",
            code="asked",
        )
        return entry

    def concerned(self, entry: Kept) -> None:
        """Refuse whoever is neither the owner nor the person nor the keeper."""
        require(
            self.caller in (entry.owner, entry.subject, entry.keeper),
            "只有填报方、本人或保管方可以这样做。"
            " Only its owner, the person concerned or its keeper may do this.",
            code="concerned",
        )

    def by_keeper(self, entry: Kept) -> None:
        """Refuse whoever is not the keeper."""
        require(
            entry.keeper == self.caller,
            "只有保管方可以这样做。 Only its keeper may do this.",
            code="keeper.other",
        )


ERASED = "此信息已经删除。 It has been erased already."
