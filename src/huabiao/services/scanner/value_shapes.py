"""
The shapes that citizens' values have.

`fits(value, named)`: `named` is true when the column's own name already speaks for the
kind; then a masked value (`138****1234`) fits too.
"""

import re
from collections.abc import Callable

from stdnum import luhn

from huabiao.services import identity_numbers
from huabiao.services.scanner.records import PersonalKind
from huabiao.services.scanner.vocabulary import (
    DOUBLE_SURNAMES,
    GIVEN_NAMES,
    SURNAMES,
)

Shape = Callable[[str, bool], bool]

# kinds whose shape is so loose that clear words without fitting values prove little
LOOSE: frozenset[PersonalKind] = frozenset({"name", "address"})

_MASKED = re.compile(r"[\dX]*[*＊xX#]{2,}[\dX]*")
_MOBILE = re.compile(r"(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_CARD = re.compile(r"(?:62|4|5[1-5]|3[47]|60|81)\d{12,17}")
_HAN_NAME = re.compile(r"[\u4e00-\u9fff\u3400-\u4dbf]{2,4}")
_MINORITY_NAME = re.compile(r"[\u4e00-\u9fff]{1,10}[·•][\u4e00-\u9fff]{1,10}")
_LATIN_NAME = re.compile(r"[A-Z][a-z'-]+(?: [A-Z][.A-Za-z'-]*){1,3}")
_NOT_A_PERSON = re.compile(
    r"[省市区县镇乡村街路站厂店局委部院校科司所]$|公司|中心|有限|银行|学校|医院"
)
_PLACE = re.compile(
    r"(?:省|市|区|县|旗|州|盟|镇|乡|街道).*(?:路|街|巷|弄|号|村|组|院|楼|室|苑|小区|里|道)"
)
_ENGLISH_PLACE = re.compile(
    r"\d+\s+\w.*\b(?:st|street|rd|road|ave|avenue|lane|ln|dr|drive|blvd|way|court)\b",
    re.IGNORECASE,
)


def is_identity_number(value: str, named: bool) -> bool:
    """GB 11643 with its check character; masked if the column says what it is."""
    number = value.upper().replace(" ", "")
    if identity_numbers.is_valid(number):
        return True
    return named and len(number) in (15, 18) and bool(_MASKED.fullmatch(number))


def is_mobile(value: str, named: bool) -> bool:
    """Eleven digits from 13 to 19, as the Chinese numbering plan gives them."""
    if _MOBILE.fullmatch(value):
        return True
    return named and len(value) == 11 and bool(_MASKED.fullmatch(value))


def is_bank_card(value: str, named: bool) -> bool:
    """14 to 19 digits of a card issuer's range with a Luhn digit (ISO/IEC 7812)."""
    digits = value.replace(" ", "").replace("-", "")
    if _CARD.fullmatch(digits) and luhn.is_valid(digits):
        return True
    return named and len(digits) >= 14 and bool(_MASKED.fullmatch(digits))


def is_email(value: str, named: bool) -> bool:
    """A mailbox and a domain."""
    return bool(_EMAIL.fullmatch(value.replace("*", "x") if named else value))


def is_address(value: str, named: bool) -> bool:
    """A division and a street or house, Chinese; or a house and a street, English."""
    return bool(_PLACE.search(value) or _ENGLISH_PLACE.search(value))


def is_person_name(value: str, named: bool) -> bool:
    """A Chinese name that begins with a surname, or an English one that is known."""
    if _MINORITY_NAME.fullmatch(value):
        return True
    if _HAN_NAME.fullmatch(value):
        surname = value[0] in SURNAMES or value[:2] in DOUBLE_SURNAMES
        short = len(value) < 4 or value[:2] in DOUBLE_SURNAMES
        return surname and short and not _NOT_A_PERSON.search(value)
    if named and re.fullmatch(r"[\u4e00-\u9fff][*＊某○]{1,3}", value):
        return True
    if _LATIN_NAME.fullmatch(value):
        return any(word.lower() in GIVEN_NAMES for word in value.split())
    return named and value.lower() in GIVEN_NAMES


SHAPES: dict[PersonalKind, Shape] = {
    "identity_number": is_identity_number,
    "bank_card": is_bank_card,
    "mobile": is_mobile,
    "email": is_email,
    "address": is_address,
    "name": is_person_name,
}
