"""
The city's people and enterprises: made up, and made up the same way every time.

Nobody here exists. Identity numbers stand under a city's heading code, mobile numbers
begin with 154, a segment that no operator's public list shows, mail ends in
`example.com` (RFC 2606), bank cards have a correct Luhn digit and an invented issuer.
Enterprise codes satisfy both check characters: GB 11714 inside, GB 32100 outside.
"""

import random
from collections.abc import Iterator

import msgspec
from stdnum import luhn
from stdnum.cn import uscc

from huabiao.services import identity_numbers

SURNAMES = tuple(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹"
    "彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金"
    "石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵"
) + ("欧阳", "上官", "司马", "诸葛")
GIVEN = tuple(
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉萍红梅鹏辉"
    "宇航晨曦子涵梓轩浩然欣怡雨泽嘉佳思琪文博志远建国海燕春晓雪琳"
)
DISTRICTS = (
    ("110101", "东城区"),
    ("110102", "西城区"),
    ("110105", "朝阳区"),
    ("110106", "丰台区"),
    ("110107", "石景山区"),
    ("110108", "海淀区"),
    ("110111", "房山区"),
    ("110112", "通州区"),
    ("110113", "顺义区"),
    ("110114", "昌平区"),
    ("110115", "大兴区"),
    ("110116", "怀柔区"),
    ("110117", "平谷区"),
    ("110118", "密云区"),
    ("110119", "延庆区"),
)
STREETS = ("建国路", "和平街", "中关村大街", "学院路", "新华大街", "府前街", "光明路")
BRANDS = tuple("华安瑞恒盛泰和信达通宏利源丰创联卓越天成京科智云海博远诚")
TRADES = ("科技", "商贸", "餐饮管理", "物流", "环保工程", "文化传播", "医疗器械")
POSTS = ("工程师", "会计", "驾驶员", "售货员", "教师", "护士", "装配工", "项目助理")

_ORG_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


class Person(msgspec.Struct, frozen=True):
    """One synthetic resident; `district` is the code of where he or she lives."""

    identity_number: str
    name: str
    mobile: str
    email: str
    district: str
    address: str
    bank_card: str
    post: str


class Enterprise(msgspec.Struct, frozen=True):
    """One synthetic enterprise; `capital` in fen, `founded` an ISO date."""

    code: str
    name: str
    trade: str
    representative: str
    capital: int
    founded: str
    district: str
    address: str
    status: str


def people(seed: int, count: int) -> list[Person]:
    """`count` residents; the same seed gives the same city."""
    chance = random.Random(seed)
    numbers = identity_numbers.make(seed, count)
    phones = chance.sample(range(100_000_000), count)
    pairs = zip(numbers, phones, strict=True)
    return [_person(chance, number, phone) for number, phone in pairs]


def _person(chance: random.Random, number: str, phone: int) -> Person:
    district, place = chance.choice(DISTRICTS)
    home = f"北京市{place}{chance.choice(STREETS)}{chance.randint(1, 299)}号"
    home += f"院{chance.randint(1, 30)}号楼{chance.randint(101, 2804)}室"
    card = f"629900{chance.randrange(10**12):012d}"
    return Person(
        number,
        person_name(chance),
        f"154{phone:08d}",
        f"resident{phone:08d}@example.com",
        district,
        home,
        card + luhn.calc_check_digit(card),
        chance.choice(POSTS),
    )


def person_name(chance: random.Random) -> str:
    """A Chinese name of two or three characters (four after a double surname)."""
    given = chance.choice(GIVEN)
    if chance.random() < 0.7:
        given += chance.choice(GIVEN)
    return chance.choice(SURNAMES) + given


def enterprises(seed: int, count: int) -> list[Enterprise]:
    """`count` enterprises with different codes."""
    chance = random.Random(seed)
    serials = chance.sample(range(31**5), count)
    return [_enterprise(chance, serial) for serial in serials]


def _enterprise(chance: random.Random, serial: int) -> Enterprise:
    district, place = chance.choice(DISTRICTS)
    trade = chance.choice(TRADES)
    brand = "".join(chance.sample(BRANDS, 2))
    month, day = chance.randint(1, 12), chance.randint(1, 28)
    return Enterprise(
        enterprise_code(district, serial),
        f"北京{brand}{trade}有限公司",
        trade,
        person_name(chance),
        chance.choice((10, 50, 100, 500, 1000, 5000)) * 1_000_000,
        f"{chance.randint(1998, 2025)}-{month:02d}-{day:02d}",
        district,
        f"北京市{place}{chance.choice(STREETS)}{chance.randint(1, 299)}号",
        "存续" if chance.random() < 0.93 else chance.choice(("注销", "吊销")),
    )


def enterprise_code(district: str, serial: int) -> str:
    """A unified social credit code: `91` + district + `MA` body + two checks."""
    body = "MAY" + "".join(_digits(serial, 5))
    return _coded("91" + district, body)


def department_code(serial: int) -> str:
    """A code as government bodies carry it (`11` + place); the body is invented."""
    return _coded("11110000", f"0000000{serial}")


def _digits(value: int, width: int) -> Iterator[str]:
    for power in reversed(range(width)):
        yield _ORG_ALPHABET[value // 31**power % 31]


def _coded(prefix: str, body: str) -> str:
    first17 = prefix + body + organisation_check(body)
    return first17 + uscc.calc_check_digit(first17)


def organisation_check(body: str) -> str:
    """The check character of an eight-character organisation code (GB 11714).

    There a letter counts 10 to 35 in the full alphabet, and 10 is written X.
    """
    total = sum(
        int(char, 36) * weight for char, weight in zip(body, _ORG_WEIGHTS, strict=True)
    )
    check = 11 - total % 11
    return "X" if check == 10 else "0" if check == 11 else str(check)
