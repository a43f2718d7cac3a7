"""
Objections (公示与异议): something is published for some days, and what is said against
it must be answered before it takes effect.

Laws:

1. A subject is published once; its period ends with a day that is fixed then.
2. Objections are raised within the period, by each account at most once.
3. A subject is clear when its period is over and every objection has been answered;
   once clear it stays clear.

    <part>/<subject>                       [last day, objections that wait]
    <part>_raised/<subject>/<account>      [by, reason, day, answer, answered by | nil]
"""

from typing import Any

from huabiao.codec import Count, Day, Maybe, Party, Record, Text, decode, encode
from huabiao.contracts.context import Refused, day_in_beijing
from huabiao.contracts.labels import Labels
from huabiao.contracts.parts.part import Part


class PublicNotice(Record):
    """What is published until the end of a day, and how many objections wait."""

    last: Day
    waiting: Count


class Objection(Record):
    """What one account says against it, and what it was answered."""

    by: Party
    reason: Text
    day: Day
    answer: Text = ""  # type: ignore
    answered_by: Maybe[Party] = None  # type: ignore


class Objections(Part):
    """`objections = Objections()`."""

    kind = "objections"
    labels = Labels(
        last="公示截止日", waiting="待答复异议", by="异议人", reason="异议理由",
        day="提出日", answer="答复", answered_by="答复人", objector="异议人",
    )  # fmt: skip

    def publish(self, subject: str, last: int) -> None:
        """Publish a subject until the end of a day in Beijing."""
        if self._context.read(self._path(subject)) is not None:
            raise Refused(
                "objection.published",
                f"“{subject}”已经公示过。 {subject!r} has been published already.",
            )
        self._keep(subject, PublicNotice(last, 0))

    def object(self, subject: str, reason: str) -> None:
        """The caller objects."""
        notice, today = self._notice(subject), day_in_beijing(self._context.now)
        if today > notice.last:
            raise Refused(
                "objection.late",
                f"公示期已于 {Day.show(notice.last)} 结束。"
                f" The period ended on {Day.show(notice.last)}.",
            )
        path = self._raised(subject, self._context.caller)
        if self._context.read(path) is not None:
            raise Refused(
                "objection.repeated",
                "此账户已提出异议。 This account has objected already.",
            )
        raised = Objection(self._context.caller, reason, today)
        self._context.write(path, encode(raised.plain()))
        notice.waiting += 1  # type: ignore[assignment]
        self._keep(subject, notice)

    def answer(self, subject: str, objector: bytes, answer: str) -> None:
        """The caller answers an account's objection; what it means is his to decide."""
        path = self._raised(subject, objector)
        stored = self._context.read(path)
        raised = None if stored is None else Objection.from_plain(decode(stored))
        if raised is None or raised.answered_by is not None:
            raise Refused(
                "objection.none",
                "此账户没有待答复的异议。 No objection of this account waits.",
            )
        raised.answer, raised.answered_by = answer, self._context.caller
        self._context.write(path, encode(raised.plain()))
        notice = self._notice(subject)
        notice.waiting -= 1
        self._keep(subject, notice)

    def require_clear(self, subject: str) -> None:
        """Refuse while the period runs or an objection waits for its answer."""
        notice = self._notice(subject)
        if day_in_beijing(self._context.now) <= notice.last:
            raise Refused(
                "objection.period",
                f"公示至 {Day.show(notice.last)} 止，期满后方可办理。"
                f" It is published until the end of {Day.show(notice.last)}: wait.",
            )
        if notice.waiting:
            raise Refused(
                "objection.waiting",
                f"有 {notice.waiting} 项异议待答复。"
                f" {notice.waiting} objections wait for an answer.",
            )

    def _notice(self, subject: str) -> PublicNotice:
        stored = self._context.read(self._path(subject))
        if stored is None:
            raise Refused(
                "objection.unpublished",
                f"“{subject}”没有公示。 {subject!r} has not been published.",
            )
        return PublicNotice.from_plain(decode(stored))

    def _keep(self, subject: str, notice: PublicNotice) -> None:
        self._context.write(self._path(subject), encode(notice.plain()))

    def _raised(self, subject: str, account: bytes) -> str:
        return f"{self.name}_raised/{subject}/{account.hex()}"

    def describe(self) -> dict[str, Any]:
        return {"part": self.kind, "entry": PublicNotice.__name__}

    def described(self) -> dict[str, dict[str, Any]]:
        raised = {"part": "raised", "entry": Objection.__name__}
        return {self.name: self.describe(), f"{self.name}_raised": raised}

    def records(self) -> list[Any]:
        return [PublicNotice, Objection]
