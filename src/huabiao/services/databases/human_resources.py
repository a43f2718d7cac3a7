"""
市人力资源社会保障局: the human resources and social security bureau's database.

Data: residents, employers and contributions (synthetic, from a seed), monthly
employment by sector (US Bureau of Labor Statistics through vega_datasets, public
domain), weekly wages of three centuries (Playfair's chart, public domain). Employers
are enterprises of the market bureau's register, so that the two can be matched.
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

from huabiao.services.databases import public_files
from huabiao.services.databases.market import ENTERPRISE_COUNT
from huabiao.services.databases.population import enterprises, people
from huabiao.services.databases.tables import Column, Table, View
from huabiao.services.identity_numbers import birthday, is_male

PEOPLE_COUNT = 6_000
EMPLOYER_COUNT = 800
MONTHS = tuple(f"2025-{month:02d}-01" for month in range(1, 13))
FIRST_REGISTRATION = date(2015, 1, 1)


def _employer_rows(seed: int) -> Iterator[tuple[Any, ...]]:
    for found in enterprises(seed, ENTERPRISE_COUNT)[:EMPLOYER_COUNT]:
        yield found.code, found.name, found.trade, found.district


def _people_rows(seed: int) -> Iterator[tuple[Any, ...]]:
    chance = random.Random(seed + 2)
    employers = [row[0] for row in _employer_rows(seed)]
    for serial, person in enumerate(people(seed, PEOPLE_COUNT), 1):
        number = person.identity_number
        registered = FIRST_REGISTRATION + timedelta(days=chance.randint(0, 3900))
        yield (
            serial,
            number,
            person.name,
            "男" if is_male(number) else "女",
            birthday(number),
            person.mobile,
            person.email,
            person.address,
            person.district,
            chance.choice(employers) if chance.random() < 0.9 else None,
            person.post,
            person.bank_card,
            registered,
        )


def _contribution_rows(seed: int) -> Iterator[tuple[Any, ...]]:
    chance = random.Random(seed + 3)
    for person in range(1, PEOPLE_COUNT + 1):
        base = chance.randint(68, 350) * 100
        for month in MONTHS:
            yield person, month, base, chance.random() < 0.98


def _wage_rows() -> Iterator[tuple[Any, ...]]:
    for row in public_files.wheat():
        if "wages" in row:
            yield int(row["year"]), row["wages"]


MONTHLY_EMPLOYMENT = Table(
    "monthly_employment",
    "分行业月度就业人数",
    (
        Column("month", "date NOT NULL", "月份"),
        Column("sector", "varchar(40) NOT NULL", "行业门类"),
        Column("thousands", "numeric(10,1) NOT NULL", "就业人数（千人）"),
    ),
    ("PRIMARY KEY (month, sector)",),
    rows=public_files.employment,
)

WEEKLY_WAGES = Table(
    "weekly_wages",
    "历史周工资",
    (
        Column("year", "smallint PRIMARY KEY", "年份"),
        Column("wages", "numeric(8,2) NOT NULL", "周工资（先令）"),
    ),
    rows=_wage_rows,
)


def tables(seed: int) -> tuple[Table, ...]:
    """The bureau's tables; synthetic rows come from the seed."""
    return (
        Table(
            "employers",
            "参保单位",
            (
                Column("code", "char(18) PRIMARY KEY", "统一社会信用代码"),
                Column("name", "varchar(100) NOT NULL", "单位名称"),
                Column("trade", "varchar(40) NOT NULL", "行业"),
                Column("district", "char(6) NOT NULL", "所在区行政区划代码"),
            ),
            rows=partial(_employer_rows, seed),
        ),
        _people(seed),
        Table(
            "contributions",
            "社会保险缴费记录",
            (
                Column("person_id", "integer NOT NULL REFERENCES people", "人员编号"),
                Column("month", "date NOT NULL", "费款所属月"),
                Column("base", "integer NOT NULL", "缴费基数（元）"),
                Column("paid", "boolean NOT NULL", "是否到账"),
            ),
            ("PRIMARY KEY (person_id, month)",),
            rows=partial(_contribution_rows, seed),
        ),
        MONTHLY_EMPLOYMENT,
        WEEKLY_WAGES,
    )


def _people(seed: int) -> Table:
    return Table(
        "people",
        "参保人员",
        (
            Column("id", "integer PRIMARY KEY", "人员编号"),
            Column("identity_number", "char(18) NOT NULL UNIQUE", "公民身份号码"),
            Column("full_name", "varchar(40) NOT NULL", "姓名"),
            Column("sex", "char(1) NOT NULL", "性别"),
            Column("birth_date", "date NOT NULL", "出生日期"),
            Column("mobile", "varchar(11)", "手机号码"),
            Column("email", "varchar(80)", "电子邮箱"),
            Column("home_address", "varchar(200)", "居住地址"),
            Column("district", "char(6) NOT NULL", "居住区行政区划代码"),
            Column("employer", "char(18) REFERENCES employers", "单位统一社会信用代码"),
            Column("post", "varchar(40)", "岗位"),
            Column("bank_card", "varchar(19)", "社会保障卡银行账号"),
            Column("registered", "date NOT NULL", "参保登记日期"),
        ),
        rows=partial(_people_rows, seed),
    )


VIEWS = (
    View(
        "staff_by_employer",
        "各单位参保人数",
        "SELECT e.code, e.name, count(p.id) AS staff FROM employers e"
        " LEFT JOIN people p ON p.employer = e.code GROUP BY e.code, e.name",
    ),
)
