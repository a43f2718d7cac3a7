"""
Calendar: which days are worked (工作日历).

1. Monday to Friday are worked. Each autumn the State Council announces the next year's
   public holidays, and the weekends that are worked in return (调休).
2. The big-data bureau enters that announcement for a year; a later one for the same
   year takes its place. Terms that were already set stay as they are.
3. Contracts ask which day lies so many working days ahead. A year that nobody announced
   has weekends only.
"""

from huabiao.contracts import (
    Count,
    Day,
    Instant,
    Labels,
    ListOf,
    Party,
    Record,
    Registry,
    Role,
    Scenario,
    Text,
    Title,
    answers,
    does,
    require,
)

FIRST_YEAR, LAST_YEAR = 1970, 2_199
MOST_DAYS, MOST_COUNT = 60, 250


class Year(Record):
    """What a year has beside its weekends: weekdays off, and weekend days at work."""

    holidays: ListOf[Day]
    workdays: ListOf[Day]
    notice: Text
    announced_by: Party
    since: Instant


class Calendar(Scenario):
    """Tells working days from days off, as the State Council announced them."""

    title = Title(zh="工作日历", en="Working days")
    task, lead = 3, "市经济和信息化局"
    visible = "public"

    bureau = Role("市大数据主管部门", "Big-data bureau")

    years = Registry(Year, "年度安排", "announced years")
    labels = Labels(
        year="年度", holidays="放假日", workdays="调休上班日", notice="公布文件",
        announced_by="公布单位", since="公布时间", day="起算日", count="工作日数",
    )  # fmt: skip

    @does(by=bureau, title="公布年度安排")
    def announce(
        self, year: Count, holidays: ListOf[Day], workdays: ListOf[Day], notice: Text
    ) -> None:
        """Enter a year: weekdays off, weekend days at work, the notice's number."""
        require(
            FIRST_YEAR <= year <= LAST_YEAR,
            f"年份须在 {FIRST_YEAR} 至 {LAST_YEAR} 之间。"
            f" The year is between {FIRST_YEAR} and {LAST_YEAR}.",
            code="calendar.year",
        )
        require(notice, "须注明通知文号。 Name the notice.", code="calendar.notice")
        check_days(year, holidays, False)
        check_days(year, workdays, True)
        entry = Year(holidays, workdays, notice, self.caller, self.now)
        self.years.put(str(year), entry)
        self.emit("announced", year=year, notice=notice)

    @answers
    def working_day_after(self, day: Day, count: Count) -> Day:
        """The day so many working days later."""
        require(
            day >= 0 and count <= MOST_COUNT,
            f"至多推算 {MOST_COUNT} 个工作日。 At most {MOST_COUNT} working days.",
            code="calendar.count",
        )
        known, left = {}, count
        # seven days for five worked, and every holiday of two years between them
        for later in range(day + 1, day + 2 * MOST_COUNT + 2 * MOST_DAYS):
            if left == 0:
                break
            year = year_of(later)
            if year not in known:
                known[year] = self.years.find(str(year))
            left -= is_worked(later, known[year])
            day = later
        return day


def is_worked(day: int, year: Year | None) -> bool:
    """Whether a day is worked, by its year's announcement if there is one."""
    if year is None:
        return not is_weekend(day)
    return day in year.workdays or not (is_weekend(day) or day in year.holidays)


def is_weekend(day: int) -> bool:
    """1970-01-01, day 0, was a Thursday."""
    return (day + 3) % 7 > 4


def year_start(year: int) -> int:
    """The day number of 1 January, by the Gregorian rule of leap years."""
    before = year - 1
    leaps = before // 4 - before // 100 + before // 400
    return 365 * (year - 1970) + leaps - 477


def year_of(day: int) -> int:
    """The year that a day lies in."""
    guess = 1970 + day * 400 // 146_097
    if year_start(guess) > day:
        return guess - 1
    return guess + 1 if year_start(guess + 1) <= day else guess


def check_days(year: int, days: list, weekend: bool) -> None:
    """Days of this year in their order, each a weekday or each a weekend day."""
    first, end = year_start(year), year_start(year + 1)
    require(
        len(days) <= MOST_DAYS
        and all(first <= day < end for day in days)
        and all(days[i - 1] < days[i] for i in range(1, len(days)))
        and all(is_weekend(day) == weekend for day in days),
        f"日期须属于 {year} 年、按序、不重复，至多 {MOST_DAYS} 天；"
        "放假只列工作日，上班只列周末。"
        f" Days of {year} in order, {MOST_DAYS} at most: holidays are weekdays, days"
        " worked in return are weekend days.",
        code="calendar.days",
    )
