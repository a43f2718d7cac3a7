"""
市市场监管局: the market supervision bureau's database.

Data: enterprises and individual businesses (synthetic, from a seed), administrative
divisions (Chinese Wikipedia through python-stdnum, CC BY-SA 4.0), makers of network
equipment (IEEE's public registry through python-stdnum), grain prices (Playfair's
chart, public domain). The table `gtgsh` has pinyin column names and comments on only
some of them: old systems look like that, and the scanner must cope.
"""

import random
from collections.abc import Iterator
from functools import partial
from typing import Any

from huabiao.services.databases import public_files
from huabiao.services.databases.population import (
    DISTRICTS,
    TRADES,
    enterprises,
    people,
)
from huabiao.services.databases.tables import Column, Table, View

ENTERPRISE_COUNT = 12_000
BUSINESS_COUNT = 3_000


def _enterprise_rows(seed: int) -> Iterator[tuple[Any, ...]]:
    for found in enterprises(seed, ENTERPRISE_COUNT):
        yield (
            found.code,
            found.name,
            found.trade,
            found.representative,
            f"{found.capital // 100}.00",
            found.founded,
            found.district,
            found.address,
            found.status,
        )


def _business_rows(seed: int) -> Iterator[tuple[Any, ...]]:
    chance = random.Random(seed + 1)
    places = dict(DISTRICTS)
    for count, owner in enumerate(people(seed + 1, BUSINESS_COUNT), 1):
        yield (
            f"{owner.district}6{count:08d}",
            f"北京市{places[owner.district]}{owner.name}{chance.choice(TRADES)}店",
            owner.name,
            owner.identity_number,
            owner.mobile,
            owner.address,
            f"20{chance.randint(5, 25):02d}-{chance.randint(1, 12):02d}-01",
        )


def _price_rows() -> Iterator[tuple[Any, ...]]:
    for row in public_files.wheat():
        yield int(row["year"]), "小麦", row["wheat"]


DIVISIONS = Table(
    "divisions",
    "行政区划代码",
    (
        Column("code", "char(6) NOT NULL", "行政区划代码"),
        Column("ordinal", "smallint NOT NULL", "同一代码的沿革次序"),
        Column("province", "varchar(20) NOT NULL", "省级名称"),
        Column("name", "varchar(40) NOT NULL", "区划名称"),
        Column("since", "smallint", "启用年份"),
        Column("until", "smallint", "停用年份"),
    ),
    ("PRIMARY KEY (code, ordinal)",),
    rows=public_files.divisions,
)

EQUIPMENT_MAKERS = Table(
    "equipment_makers",
    "网络设备制造商标识",
    (
        Column("block", "varchar(20) NOT NULL", "首个地址块"),
        Column("organisation", "text NOT NULL", "制造商名称"),
        Column("blocks", "integer NOT NULL", "地址块数量"),
    ),
    rows=public_files.equipment_makers,
)

GRAIN_PRICES = Table(
    "grain_prices",
    "粮食价格监测",
    (
        Column("year", "smallint NOT NULL", "年份"),
        Column("grain", "varchar(20) NOT NULL", "品种"),
        Column("price", "numeric(8,2) NOT NULL", "价格（先令每夸特）"),
    ),
    ("PRIMARY KEY (year, grain)",),
    rows=_price_rows,
)


def tables(seed: int) -> tuple[Table, ...]:
    """The bureau's tables; synthetic rows come from the seed."""
    return (
        DIVISIONS,
        _enterprises(seed),
        _businesses(seed),
        EQUIPMENT_MAKERS,
        GRAIN_PRICES,
    )


def _enterprises(seed: int) -> Table:
    return Table(
        "enterprises",
        "企业登记信息",
        (
            Column("code", "char(18) PRIMARY KEY", "统一社会信用代码"),
            Column("name", "varchar(100) NOT NULL", "企业名称"),
            Column("trade", "varchar(40) NOT NULL", "行业"),
            Column("legal_representative", "varchar(40) NOT NULL", "法定代表人"),
            Column("capital", "numeric(16,2) NOT NULL", "注册资本（元）"),
            Column("founded", "date NOT NULL", "成立日期"),
            Column("district", "char(6) NOT NULL", "登记机关行政区划代码"),
            Column("address", "varchar(200) NOT NULL", "住所（经营场所）"),
            Column("status", "varchar(10) NOT NULL", "登记状态"),
        ),
        rows=partial(_enterprise_rows, seed),
    )


def _businesses(seed: int) -> Table:
    return Table(
        "gtgsh",
        "个体工商户",
        (
            Column("zch", "varchar(15) PRIMARY KEY", "注册号"),
            Column("zh", "varchar(100)", "字号"),
            Column("xm", "varchar(40) NOT NULL", ""),
            Column("sfzh", "char(18) NOT NULL UNIQUE", ""),
            Column("sjh", "varchar(11)", ""),
            Column("jycs", "varchar(200)", "经营场所"),
            Column("clrq", "date", "成立日期"),
        ),
        rows=partial(_business_rows, seed),
    )


VIEWS = (
    View(
        "active_enterprises",
        "存续企业",
        "SELECT code, name, trade, district FROM enterprises WHERE status = '存续'",
    ),
)
