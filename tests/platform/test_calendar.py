"""
Working days: weekends, holidays and weekends worked in return.

The year 2026 is that of the State Council's notice 国办发明电〔2025〕7号.
"""

from datetime import date, timedelta
from typing import Any

import pytest
from civic import ask_for_people, departments, register_people
from hypothesis import given
from hypothesis import strategies as st

from huabiao.codec import Day
from huabiao.platform.calendar import is_weekend, year_of, year_start
from huabiao.testing.city import City

OFF_2026 = (
    "01-01 01-02 02-16 02-17 02-18 02-19 02-20 02-23 04-06 05-01 05-04 05-05 06-19"
    " 09-25 10-01 10-02 10-05 10-06 10-07"
)
WORKED_2026 = "01-04 02-14 02-28 05-09 09-20 10-10"
EPOCH = date(1970, 1, 1)


def days(written: str, year: int = 2026) -> list[int]:
    return [Day.parse(f"{year}-{each}") for each in written.split()]


def announcement(**changes: Any) -> dict[str, Any]:
    true = {
        "year": 2026,
        "holidays": days(OFF_2026),
        "workdays": days(WORKED_2026),
        "notice": "国办发明电〔2025〕7号",
    }
    return true | changes


@pytest.fixture
def town(tmp_path: Any) -> Any:
    city = City(tmp_path)
    bureau = city.cast("市大数据中心")
    city.grant("calendar", "bureau", bureau)
    yield city, bureau
    city.close()


def answer_by(city: City, asked: str, id_: str) -> str:
    """The day by which a request of this day must be answered."""
    noon = (date.fromisoformat(asked) - EPOCH).days * 86_400_000 + 4 * 3_600_000
    city.now = max(city.now, noon)
    ask_for_people(city, city.cast("民政局"), id_)
    return str(Day.show(city.record("sharing", id_)["answer_by"]))


def test_requests_wait_for_working_days(town: Any) -> None:
    city, bureau = town
    owner, _ = departments(city, "人社局", "民政局")
    register_people(city, owner)
    # 28 September 2026 is a Monday: nobody has announced the year yet
    assert answer_by(city, "2026-09-28", "before") == "2026-10-12"
    city.call(bureau, "calendar", "announce", **announcement())
    # five weekdays off from 1 to 7 October, and Saturday the 10th is worked
    assert answer_by(city, "2026-09-28", "after") == "2026-10-16"
    assert answer_by(city, "2026-09-30", "eve") == "2026-10-20"
    # 2027 is not announced: its weekdays are worked, New Year's Day too
    assert answer_by(city, "2026-12-28", "next") == "2027-01-11"
    changed = announcement(holidays=days(OFF_2026 + " 12-31"), notice="更正")
    city.call(bureau, "calendar", "announce", **changed)
    assert answer_by(city, "2026-12-28", "amended") == "2027-01-12"
    assert city.record("sharing", "next")["answer_by"] == Day.parse("2027-01-11")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"year": 1969, "holidays": [], "workdays": []}, "calendar.year"),
        ({"year": 2200, "holidays": [], "workdays": []}, "calendar.year"),
        ({"notice": ""}, "calendar.notice"),
        ({"year": 2027}, "calendar.days"),
        ({"holidays": days("10-03")}, "calendar.days"),
        ({"workdays": days("10-09")}, "calendar.days"),
        ({"holidays": days("10-02 10-01")}, "calendar.days"),
        ({"holidays": days("10-01 10-01")}, "calendar.days"),
        ({"holidays": [days("01-01")[0] + n for n in range(61)]}, "calendar.days"),
        ({"holidays": ["2026-10-01"]}, "argument.malformed"),
    ],
)
def test_an_announcement_that_cannot_be(town: Any, changes: Any, code: str) -> None:
    city, bureau = town
    city.refused(code, bureau, "calendar", "announce", **announcement(**changes))


def test_only_the_bureau_announces(town: Any) -> None:
    city, _ = town
    stranger = city.cast("stranger")
    city.refused("role.missing", stranger, "calendar", "announce", **announcement())


@given(st.integers(0, (date(2199, 12, 31) - EPOCH).days))
def test_years_and_weekends_are_those_of_the_standard_library(day: int) -> None:
    moment = EPOCH + timedelta(days=day)
    assert year_of(day) == moment.year
    assert year_start(moment.year) == (date(moment.year, 1, 1) - EPOCH).days
    assert is_weekend(day) == (moment.weekday() > 4)
