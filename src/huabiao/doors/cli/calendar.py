"""calendar: announce a year's public holidays, and show what was announced."""

import click

from huabiao.doors.cli.footing import entries
from huabiao.doors.cli.settings import (
    Failed,
    Settings,
    command,
    identity_option,
    tell_outcome,
)


@click.group()
def calendar() -> None:
    """工作日历。 Working days: announce a year, show it."""


@command(
    click.argument("year", type=click.IntRange(2004, 2199)),
    click.option("--notice", required=True, help="通知文号 · the notice's number"),
    click.option("--holidays", help="放假的工作日，逗号分隔 · weekdays off"),
    click.option("--workdays", help="上班的周末，逗号分隔 · weekends worked"),
    identity_option(required=True),
)
def announce(
    settings: Settings, year: int, notice: str, holidays: str | None,
    workdays: str | None, identity: str,
) -> None:  # fmt: skip
    """公布一年的节假日与调休。 Without --holidays: from the package chinesecalendar."""
    if holidays is None and workdays is None:
        off, worked = published(year)
    else:
        off, worked = _split(holidays), _split(workdays)
    written = {"year": year, "holidays": off, "workdays": worked, "notice": notice}
    keys = settings.keys(identity)
    outcome = settings.city.call(keys, "calendar", "announce", "", written)
    tell_outcome(settings, outcome, f"{year}：休 {len(off)} 班 {len(worked)}")


def _split(written: str | None) -> list[str]:
    return [each.strip() for each in (written or "").split(",") if each.strip()]


def published(year: int) -> tuple[list[str], list[str]]:
    """Weekdays off and weekend days worked, as the package chinesecalendar has them."""
    try:
        from chinese_calendar.constants import holidays, workdays
    except ImportError:
        raise Failed(
            "没有 chinesecalendar：pip install 'huabiao[calendar]'，"
            "或用 --holidays 与 --workdays 写出日期。"
            " The package chinesecalendar is not here: pip install"
            " 'huabiao[calendar]', or write the days with --holidays and --workdays."
        ) from None
    off = [f"{d}" for d in sorted(holidays) if d.year == year and d.weekday() < 5]
    worked = [f"{d}" for d in sorted(workdays) if d.year == year and d.weekday() > 4]
    if not off:
        raise Failed(
            f"chinesecalendar 还没有 {year} 年的安排；请升级它，或用 --holidays 写出。"
            f" chinesecalendar does not know {year} yet: upgrade it, or write the days"
            " with --holidays."
        )
    return off, worked


@command()
def show(settings: Settings) -> None:
    """已公布的年度安排。 The years that were announced."""
    found = entries(settings, "calendar", "years", "")
    lines = [
        f"{year}  {each['notice']}\n  休 off     {' '.join(each['holidays'])}\n"
        f"  班 worked  {' '.join(each['workdays'])}"
        for year, each in found.items()
    ]
    settings.give({"years": found}, "\n".join(lines) or "尚未公布。 None announced.")


for each in (announce, show):
    calendar.add_command(each)
