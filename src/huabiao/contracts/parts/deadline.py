"""
Deadline (期限): terms in working days of the calendar that is on chain.

Laws:

1. A term of n working days ends with the n-th working day after the day on which it was
   set (that day itself does not count, 民法典 第二百零一条), at midnight in Beijing.
2. A term that was set stays as it is, whatever the calendar announces later.
3. Before its end a term is running, after its end it is over; never both or neither.

The contract `calendar` answers which days are worked; a year that nobody announced has
weekends only.

    <part>/<subject>    [last day, set on]
"""

from typing import Any

from huabiao.codec import Day, Record, decode, encode
from huabiao.contracts.context import Refused, day_in_beijing
from huabiao.contracts.labels import Labels
from huabiao.contracts.parts.part import Part

CALENDAR = "calendar"


class Term(Record):
    """The last day on which something may still be done, and the day it was set."""

    last: Day
    since: Day


class Deadline(Part):
    """`answer_by = Deadline("答复期限", "time to answer")`."""

    kind = "deadline"
    labels = Labels(last="截止日", since="起算日")

    def __init__(self, zh: str = "期限", en: str = "term") -> None:
        self.zh, self.en = zh, en

    def after(self, working_days: int) -> int:
        """The day so many working days after today; 250 at most."""
        today = day_in_beijing(self._context.now)
        asked = {"day": today, "count": working_days}
        return int(self._context.ask(CALENDAR, "working_day_after", asked))

    def set(self, subject: str, working_days: int) -> int:
        """Begin a term; the last day of it. Refused where one was set before."""
        if self._context.read(self._path(subject)) is not None:
            raise Refused(
                "deadline.set",
                f"“{subject}”已有{self.zh}。 {subject!r} has a {self.en} already.",
            )
        last = self.after(working_days)
        term = Term(last, day_in_beijing(self._context.now))
        self._context.write(self._path(subject), encode(term.plain()))
        return last

    def last_day(self, subject: str) -> int:
        """The last day of a term; refused where none was set."""
        stored = self._context.read(self._path(subject))
        if stored is None:
            raise Refused(
                "deadline.unset",
                f"“{subject}”没有{self.zh}。 {subject!r} has no {self.en}.",
            )
        return int(Term.from_plain(decode(stored)).last)

    def is_over(self, subject: str) -> bool:
        """Whether the last day has gone by."""
        return day_in_beijing(self._context.now) > self.last_day(subject)

    def require_running(self, subject: str) -> None:
        """Refuse what comes too late."""
        if self.is_over(subject):
            day = Day.show(self.last_day(subject))
            raise Refused(
                "deadline.over",
                f"{self.zh}已于 {day} 届满。 The {self.en} ended on {day}.",
            )

    def require_over(self, subject: str) -> None:
        """Refuse what comes too early."""
        if not self.is_over(subject):
            day = Day.show(self.last_day(subject))
            raise Refused(
                "deadline.running",
                f"{self.zh}至 {day} 止，尚未届满。"
                f" The {self.en} runs to the end of {day}.",
            )

    def describe(self) -> dict[str, Any]:
        return {"part": self.kind, "entry": Term.__name__, "zh": self.zh, "en": self.en}

    def records(self) -> list[Any]:
        return [Term]
