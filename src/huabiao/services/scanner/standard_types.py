"""
From a database's type to the national guide's letter.

The letters (政务信息资源目录编制指南, data type of an item): C character, N numeric,
Y currency, D date, T date-time, L logical, M memo, G general, B double, I integer,
F float. The guide has no letter for a time of day or an interval: they are written out,
so C. Text without a limit is a memo. What we do not know is general.
"""

import re

from huabiao.services.scanner.records import StandardType

_LETTERS: dict[StandardType, str] = {
    "C": "char character varchar nvarchar nchar bpchar varchar2 nvarchar2 name uuid"
    " enum inet cidr macaddr macaddr8 time timetz interval uniqueidentifier set bit"
    " varbit year",
    "N": "numeric decimal number dec",
    "Y": "money smallmoney currency",
    "D": "date",
    "T": "timestamp timestamptz datetime datetime2 smalldatetime datetimeoffset",
    "L": "bool boolean",
    "M": "text clob ntext nclob tinytext mediumtext longtext citext long",
    "B": "double float8 binary_double",
    "I": "int integer smallint bigint int2 int4 int8 tinyint mediumint serial"
    " bigserial smallserial oid",
    "F": "real float float4 binary_float",
}
_BY_NAME = {
    name: letter for letter, names in _LETTERS.items() for name in names.split()
}
_LENGTH = re.compile(r"\(\s*(\d+)")


def standard_type(declared: str) -> StandardType:
    """The guide's letter for a type as a database writes it, in any case."""
    text = declared.lower().strip()
    if text.endswith("]") or not text:
        return "G"
    if text.startswith(("bit", "character varying", "national char")):
        return "C"
    if text.startswith(("double", "float(")):
        return "B" if _wide_float(text) else "F"
    last = text.removeprefix("unsigned ").rpartition(".")[2]
    word = re.split(r"[\s(]", last, maxsplit=1)[0]
    return _BY_NAME.get(word.strip('"`'), "G")


def _wide_float(text: str) -> bool:
    """SQL:2016 6.1: FLOAT(p) with p over 24 binary digits is a double."""
    width = _LENGTH.search(text)
    return text.startswith("double") or (width is not None and int(width[1]) > 24)


def declared_length(declared: str, letter: StandardType) -> int | None:
    """Characters of a C, digits of an N, as written in the type's parentheses."""
    if letter not in ("C", "N") or declared.lower().startswith(("time", "interval")):
        return None
    found = _LENGTH.search(declared)
    return int(found[1]) if found else None
