"""
Drift: where a database no longer is what the library says (目录漂移告警).

1. A scanner that the owner appointed, or the owner itself, reports what changed in a
   table: the alert is raised. While the next scan still sees it, it stays.
2. The owner answers by a signed act: it registers the new structure and accepts, in one
   envelope; or it says that the database will be put back.
3. A repair is believed when a scan has seen the registered structure again.

A table that nobody registered has an alert too; registering it answers it. The
structure of a table that is gone is thirty-two zero bytes.
"""

from huabiao.contracts import (
    Code,
    Digest,
    Instant,
    Labels,
    ListOf,
    Maybe,
    OneOf,
    Party,
    Record,
    Registry,
    Role,
    Scenario,
    State,
    Text,
    Title,
    does,
    moves,
    opens,
    require,
)

SEVERITIES = ("alert", "notice")
GONE = b"\x00" * 32
MOST_CHANGES = 200


class Change(Record):
    """One difference; `before` and `after` are a type, yes or no, or a JSON list."""

    kind: Code
    column: Text
    before: Text
    after: Text
    severity: OneOf[SEVERITIES]
    sentence: Text


class Alert(Record):
    """The drift of one table. `structure` is what the last scan saw."""

    table: Code
    system: Code
    owner: Party
    changes: ListOf[Change]
    structure: Digest
    raised_at: Instant
    seen_at: Instant
    seen_by: Party
    answered_at: Maybe[Instant] = None
    note: Text = ""


class Appointment(Record):
    """Since when a scanner reports for a department."""

    since: Instant


class Current(Record):
    """The alert that stands for a table now."""

    alert: Code


class Drift(Scenario):
    """Holds the directory and the real databases together."""

    title = Title(zh="目录漂移告警", en="Directory drift")
    task, lead = 3, "市经济和信息化局"
    record = Alert
    visible = "public"
    indexes = ("table", "system", "owner")

    department = Role("政务部门", "Department")
    scanner = Role("扫描器", "Scanner")

    raised = State("待处理", "Raised")
    repairing = State("修复中", "Repairing")
    accepted = State("已接受", "Accepted", final=True)
    repaired = State("已恢复", "Repaired", final=True)

    appointments = Registry(Appointment, "扫描委托", "appointments")
    current = Registry(Current, "现行告警", "standing alerts")
    labels = Labels(
        owner="数据提供方", changes="差异", structure="库表结构摘要",
        raised_at="告警时间", seen_at="最近发现", seen_by="发现者", before="目录所载",
        after="库中所见", severity="严重程度", kind="差异种类", alert="告警编号",
        scanner="扫描器账户",
    )  # fmt: skip

    @does(by=department, title="委托扫描器")
    def appoint(self, scanner: Party) -> None:
        """Let a scanner report for the caller's department."""
        self.appointments.add(pair(self.caller, scanner), Appointment(self.now))

    @does(by=department, title="解除委托")
    def dismiss(self, scanner: Party) -> None:
        """A scanner no longer reports for the caller's department."""
        self.appointments.remove(pair(self.caller, scanner))

    @opens(raised, by=(department, scanner), title="报告漂移")
    def report(
        self, table: Code, system: Code, changes: ListOf[Change], structure: Digest
    ) -> Alert:
        """Say how a table differs from the library."""
        owner = self.ask("directory", "owner_of", level="system", code=system)
        self.check_reporter(owner)
        require(
            table not in self.current,
            "此表已有未结告警，请更新该告警。 The table has an alert; report to that.",
            code="drift.standing",
        )
        known = self.ask("library", "registered", table=table)
        require(
            not known or known[1] == system,
            "此表登记在另一系统。 The table is registered in another system.",
            code="drift.system",
        )
        check_changes(changes)
        check_differs(known[2] if known else GONE, structure)
        self.current.put(table, Current(self.key))
        return Alert(
            table, system, owner, changes, structure, self.now, self.now, self.caller
        )

    @moves(
        (raised | repairing) >> raised, by=(department, scanner), title="再次发现漂移"
    )
    def see_again(
        self, alert: Alert, changes: ListOf[Change], structure: Digest
    ) -> None:
        """Say that a later scan still sees a difference, and which."""
        self.check_reporter(alert.owner)
        check_changes(changes)
        check_differs(self.digest_now(alert), structure)
        alert.changes, alert.structure = changes, structure
        alert.seen_at, alert.seen_by = self.now, self.caller

    @moves((raised | repairing) >> repaired, by=(department, scanner), title="确认恢复")
    def confirm(self, alert: Alert, structure: Digest) -> None:
        """Say that a scan saw the table as the library has it."""
        self.check_reporter(alert.owner)
        require(
            structure == self.digest_now(alert),
            "扫描到的结构仍与目录不同。 What was scanned still differs.",
            code="drift.differs",
        )
        self.answer(alert)
        alert.seen_at, alert.seen_by = self.now, self.caller

    @moves(
        (raised | repairing) >> accepted, by=department, only="owner", title="接受变更"
    )
    def accept(self, alert: Alert, note: Text = "") -> None:
        """Accept the change: the library holds by now what the scan saw."""
        require(
            alert.structure == self.digest_now(alert),
            "请先按扫描结果更新库表目录（可在同一信封内），再接受。"
            " Register the scanned structure first, in the same envelope if you like.",
            code="drift.unregistered",
        )
        alert.note = note
        self.answer(alert)

    @moves(raised >> repairing, by=department, only="owner", title="恢复数据库")
    def repair(self, alert: Alert, note: Text) -> None:
        """Say that the database is put back; the next scan proves it."""
        require(note, "须说明如何恢复。 Say how it is repaired.", code="drift.note")
        alert.note = note

    def check_reporter(self, owner: Party) -> None:
        """The owner reports on itself, a scanner on who appointed it."""
        require(
            self.caller == owner
            or (
                self.holds(self.scanner)
                and pair(owner, self.caller) in self.appointments
            ),
            "只有该系统的部门或其委托的扫描器可以报告。"
            " Only the system's department, or a scanner that it appointed, reports.",
            code="reporter.other",
        )

    def digest_now(self, alert: Alert) -> Digest:
        """The structure that the library holds for a table now."""
        known = self.ask("library", "registered", table=alert.table)
        return known[2] if known else GONE

    def answer(self, alert: Alert) -> None:
        """The alert no longer stands for its table."""
        alert.answered_at = self.now
        self.current.remove(alert.table)


def pair(department: Party, scanner: Party) -> str:
    """The key of an appointment."""
    return f"{department.hex()}/{scanner.hex()}"


def check_changes(changes: list) -> None:
    """An alert says what changed, and not without end."""
    require(
        0 < len(changes) <= MOST_CHANGES,
        f"须列出 1 至 {MOST_CHANGES} 处变化。 Name 1 to {MOST_CHANGES} changes.",
        code="drift.changes",
    )


def check_differs(registered: Digest, seen: Digest) -> None:
    """What is as registered is no drift."""
    require(
        registered != seen,
        "结构与目录一致，没有漂移。 The structure is as registered: no drift.",
        code="drift.none",
    )
