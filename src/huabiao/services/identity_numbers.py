"""
Citizens' identity numbers (公民身份号码, GB 11643): made up, checked, masked.

1. A number is 18 characters: place (6), birthday (8), order (3, odd for men), check.
2. The demo's people need numbers that every check accepts and that belong to nobody.
   So the place is that of a whole city (`110100`), a heading under which the districts
   stand; real numbers carry the district's or county's own code.
3. A number that is shown is masked: its first three and last four characters remain.
"""

import random
import re
from collections.abc import Iterator
from datetime import date, timedelta

from stdnum.cn import ric

# headings of municipalities and provincial capitals, GB/T 2260
CITY_HEADINGS = (
    "110100",
    "120100",
    "130100",
    "140100",
    "310100",
    "320100",
    "330100",
    "370100",
    "410100",
    "420100",
    "440100",
    "510100",
    "610100",
)
FIRST_BIRTHDAY = date(1955, 1, 1)
LAST_BIRTHDAY = date(2006, 12, 31)

_SHAPE = re.compile(r"[1-9]\d{16}[\dX]")


def make(seed: int, count: int) -> list[str]:
    """`count` different synthetic numbers; the same seed gives the same list."""
    if count < 0:
        raise ValueError("数量不能为负。 The count cannot be negative.")
    found: dict[str, None] = {}
    for number in _endless(random.Random(seed)):
        if len(found) >= count:
            break
        found[number] = None
    return list(found)


def _endless(chance: random.Random) -> Iterator[str]:
    days = (LAST_BIRTHDAY - FIRST_BIRTHDAY).days
    while True:
        place = chance.choice(CITY_HEADINGS)
        born = FIRST_BIRTHDAY + timedelta(days=chance.randint(0, days))
        order = chance.randint(1, 999)
        yield complete(f"{place}{born:%Y%m%d}{order:03d}")


def complete(first17: str) -> str:
    """Append the check character (ISO 7064 MOD 11-2) to the first 17 digits."""
    if not re.fullmatch(r"\d{17}", first17):
        raise ValueError(
            "身份号码的前 17 位应为数字。 The first 17 characters must be digits."
        )
    return first17 + ric.calc_check_digit(first17 + "0")


def is_valid(number: str) -> bool:
    """Whether shape, place, birthday and check character all hold (GB 11643)."""
    # the cheap look first: stdnum's look-up of the place costs ten times as much
    if not _SHAPE.fullmatch(number):
        return False
    try:
        return ric.is_valid(number)
    except KeyError:  # stdnum knows the province of these digits, and no county
        return False


def birthday(number: str) -> date:
    """The birthday written in a valid number. Raises ValueError."""
    return ric.get_birth_date(_checked(number))


def is_male(number: str) -> bool:
    """Whether the order code is odd, as men's are. Raises ValueError."""
    return int(_checked(number)[16]) % 2 == 1


def mask(number: str) -> str:
    """The number as a screen may show it: `110***********1234`.

    A text of fewer than twelve characters shows nothing at all.
    """
    if len(number) < 12:
        return "*" * len(number)
    return number[:3] + "*" * (len(number) - 7) + number[-4:]


def _checked(number: str) -> str:
    if not is_valid(number):
        raise ValueError(
            "不是有效的公民身份号码（GB 11643）。"
            " Not a valid identity number (GB 11643)."
        )
    return number
