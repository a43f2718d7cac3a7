"""Deadline and objections: terms of working days, and what is said in public notice.

Working days of 2026 by the State Council's notice 国办发明电〔2025〕7号.
"""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laboratory import LAB, lab_city

from huabiao.codec import Day
from huabiao.testing.city import DAY, HOUR

SOURCE = '''
    terms = Deadline("答复期限", "time to answer")
    objections = Objections()

    @does(by=anyone, keyed=True)
    def begin(self, days: Count) -> None:
        """Begin a term of so many working days."""
        self.terms.set(self.key, days)

    @does(by=anyone, keyed=True)
    def in_time(self) -> None:
        """Only while it runs."""
        self.terms.require_running(self.key)

    @does(by=anyone, keyed=True)
    def afterwards(self) -> None:
        """Only when it is over."""
        self.terms.require_over(self.key)

    @does(by=anyone, keyed=True)
    def publish(self, days: Count) -> None:
        """Publish for so many working days."""
        self.objections.publish(self.key, self.terms.after(days))

    @does(by=anyone, keyed=True)
    def object(self, reason: Text) -> None:
        """Object."""
        self.objections.object(self.key, reason)

    @does(by=anyone, keyed=True)
    def answer(self, objector: Party, answer: Text) -> None:
        """Answer an objection."""
        self.objections.answer(self.key, objector, answer)

    @does(by=anyone, keyed=True)
    def take_effect(self) -> None:
        """Only what is clear."""
        self.objections.require_clear(self.key)
'''
EPOCH = date(1970, 1, 1)
BEIJING = 8 * HOUR


@pytest.fixture
def city(tmp_path):
    made = lab_city(tmp_path, SOURCE, "Calendar")
    yield made
    made.close()


def go_to(city, day: str, hour: int = 12) -> None:
    """Set the clock to an hour of a day in Beijing."""
    start = (date.fromisoformat(day) - EPOCH).days * DAY - BEIJING
    assert start + hour * HOUR >= city.now, "the clock of a chain goes forward only"
    city.now = start + hour * HOUR


def last_day(city, subject: str) -> str:
    return Day.show(city.read(f"{LAB}/terms/{subject}")[0])


def announce_2026(city) -> None:
    bureau = city.cast("bureau")
    city.grant("calendar", "bureau", bureau)
    off = [Day.parse(f"2026-10-0{day}") for day in (1, 2, 5, 6, 7)]
    year = {"holidays": off, "workdays": [Day.parse("2026-10-10")]}
    city.call(bureau, "calendar", "announce", year=2026, notice="7号", **year)


def test_a_term_ends_at_midnight_after_its_last_working_day(city):
    clerk = city.cast("clerk")
    announce_2026(city)
    go_to(city, "2026-09-30", 23)
    city.call(clerk, LAB, "begin", "t", days=2)
    assert last_day(city, "t") == "2026-10-09"  # 1 to 7 October are holidays
    city.call(clerk, LAB, "in_time", "t")
    city.refused("deadline.running", clerk, LAB, "afterwards", "t")
    go_to(city, "2026-10-09", 23)
    city.call(clerk, LAB, "in_time", "t")
    city.pass_time(HOUR)
    sentence = city.refused("deadline.over", clerk, LAB, "in_time", "t")
    assert "2026-10-09" in sentence
    city.call(clerk, LAB, "afterwards", "t")


def test_a_term_that_was_set_stays_whatever_is_announced_later(city):
    clerk = city.cast("clerk")
    go_to(city, "2026-09-30")
    city.call(clerk, LAB, "begin", "before", days=2)
    announce_2026(city)
    city.call(clerk, LAB, "begin", "after", days=2)
    assert last_day(city, "before") == "2026-10-02"
    assert last_day(city, "after") == "2026-10-09"
    city.refused("deadline.set", clerk, LAB, "begin", "before", days=9)
    city.refused("deadline.unset", clerk, LAB, "in_time", "nothing")
    city.refused("calendar.count", clerk, LAB, "begin", "long", days=251)


def test_days_are_beijings_days(city):
    clerk = city.cast("clerk")
    go_to(city, "2026-10-13", 0)  # Tuesday in Beijing, still Monday by UTC
    city.call(clerk, LAB, "begin", "t", days=1)
    assert last_day(city, "t") == "2026-10-14"


@pytest.fixture(scope="module")
def long_city(tmp_path_factory):
    made = lab_city(tmp_path_factory.mktemp("terms"), SOURCE, "Calendar")
    yield made
    made.close()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 3 * DAY), st.integers(0, 30), st.integers(0, 60 * DAY))
def test_a_term_is_running_or_over_and_counts_working_days(
    long_city, wait, days, later
):
    city, clerk = long_city, long_city.cast("clerk")
    city.pass_time(wait)
    subject = str(city.ledger.height)
    begun = EPOCH + timedelta((city.now + 1 + BEIJING) // DAY)
    city.call(clerk, LAB, "begin", subject, days=days)
    last = date.fromisoformat(last_day(city, subject))
    between = [begun + timedelta(n) for n in range(1, (last - begun).days + 1)]
    assert sum(day.weekday() < 5 for day in between) == days
    assert last.weekday() < 5 or last == begun
    city.pass_time(later)
    over = EPOCH + timedelta((city.now + 1 + BEIJING) // DAY) > last
    allowed, barred = ("afterwards", "in_time") if over else ("in_time", "afterwards")
    city.call(clerk, LAB, allowed, subject)
    city.refused(
        "deadline.over" if over else "deadline.running", clerk, LAB, barred, subject
    )


def test_what_is_published_takes_effect_when_it_is_over_and_answered(city):
    clerk, anna, bert = city.cast("clerk"), city.cast("anna"), city.cast("bert")
    city.refused("objection.unpublished", anna, LAB, "object", "s", reason="no")
    city.refused("objection.unpublished", clerk, LAB, "take_effect", "s")
    go_to(city, "2026-10-12")  # a Monday
    city.call(clerk, LAB, "publish", "s", days=3)
    city.refused("objection.published", clerk, LAB, "publish", "s", days=3)
    assert "2026-10-15" in city.refused(
        "objection.period", clerk, LAB, "take_effect", "s"
    )
    city.call(anna, LAB, "object", "s", reason="not so")
    city.refused("objection.repeated", anna, LAB, "object", "s", reason="not so")
    go_to(city, "2026-10-15", 23)
    city.call(bert, LAB, "object", "s", reason="nor so")
    city.refused("objection.period", clerk, LAB, "take_effect", "s")
    city.pass_time(HOUR)
    city.refused("objection.late", clerk, LAB, "object", "s", reason="late")
    assert "2 项" in city.refused("objection.waiting", clerk, LAB, "take_effect", "s")
    for objector in (anna, bert):
        said = {"objector": objector.account, "answer": "seen"}
        city.call(clerk, LAB, "answer", "s", **said)
        city.refused("objection.none", clerk, LAB, "answer", "s", **said)
    city.call(clerk, LAB, "take_effect", "s")
    city.pass_time(100 * DAY)
    city.call(clerk, LAB, "take_effect", "s")
    raised = city.read(f"{LAB}/objections_raised/s/{anna.account.hex()}")
    assert raised[:2] == [anna.account, "not so"]
    assert raised[3:] == ["seen", clerk.account]
