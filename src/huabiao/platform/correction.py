"""
Correction: an error in shared data goes back to its source (数据更正).

1. The reader of a grant tells the owner what is wrong, without a citizen's data; what
   shows it stays elsewhere, under its digest.
2. The owner says that the source has been corrected, or why it stands.
"""

from huabiao.contracts import (
    Code,
    Digest,
    Instant,
    Labels,
    Maybe,
    Party,
    Record,
    Role,
    Scenario,
    State,
    Text,
    Title,
    moves,
    opens,
    require,
)


class Finding(Record):
    """An error that a reader found in what a grant delivered."""

    grant: Code
    owner: Party
    reader: Party
    column: Text
    found: Text
    evidence: Maybe[Digest]
    asked_at: Instant
    answer: Text = ""
    answered_at: Maybe[Instant] = None


class Correction(Scenario):
    """Takes what a reader found wrong back to whoever keeps the data."""

    title = Title(zh="数据更正", en="Data correction")
    task, lead = 3, "市经济和信息化局"
    record = Finding
    indexes = ("grant", "owner", "reader")

    department = Role("政务部门", "Department")

    asked = State("待核实", "Asked")
    corrected = State("已更正", "Corrected", final=True)
    upheld = State("维持原数据", "Upheld", final=True)
    labels = Labels(
        owner="数据提供方", reader="数据使用方", column="有误字段", found="问题说明"
    )

    @opens(asked, by=department, title="申请更正")
    def ask_for(
        self, grant: Code, column: Text, found: Text, evidence: Maybe[Digest] = None
    ) -> Finding:
        """Tell the owner of an error; no personal data in the words."""
        sides = self.ask("sharing", "sides_of", grant=grant)
        require(
            sides[1] == self.caller,
            "只有该授权的读取方可以申请更正。"
            " Only the grant's reader asks for a correction.",
            code="party.other",
        )
        require(found, "须说明错误。 Say what is wrong.", code="correction.empty")
        return Finding(grant, sides[0], self.caller, column, found, evidence, self.now)

    @moves(asked >> corrected, by=department, only="owner", title="更正")
    def correct(self, finding: Finding, answer: Text) -> None:
        """Say that the source has been corrected, and how."""
        self.answer(finding, answer)

    @moves(asked >> upheld, by=department, only="owner", title="维持")
    def uphold(self, finding: Finding, answer: Text) -> None:
        """Say why the data stand as they are."""
        self.answer(finding, answer)

    def answer(self, finding: Finding, answer: Text) -> None:
        """Keep the owner's answer."""
        require(answer, "须写明答复。 Say what came of it.", code="correction.answer")
        finding.answer, finding.answered_at = answer, self.now
