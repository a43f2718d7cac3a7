"""
Identifiers of national standards: whether a code is well formed.

Only the form and the check digit are judged here; whether somebody bears the code is
for a register to say. Nothing here is tied to one trade.
"""

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_LENGTH = 18
ESTATE_LENGTH = 28
LAND_OWNERSHIP = "GJZ"
LAND_RIGHTS = "ABSXCDEFHGWY"
FIXTURES, BARE_LAND = "FLQW", "W"


def is_credit_code(code: str) -> bool:
    """Whether a unified social credit code (统一社会信用代码) is well formed: 18
    characters without I, O, S, V, Z; the last is 31 less the sum of each value by 3 to
    the power of its place, modulo 31 (GB 32100-2015, 4 and annex A)."""
    if len(code) != CREDIT_LENGTH or any(c not in CREDIT_ALPHABET for c in code):
        return False
    total, weight = 0, 1
    for character in code[:-1]:
        total += CREDIT_ALPHABET.index(character) * weight
        weight = weight * 3 % 31
    return code[2:8].isdigit() and CREDIT_ALPHABET.index(code[-1]) == -total % 31


def is_estate_unit_code(code: str) -> bool:
    """
    Whether a real-estate unit code (不动产单元代码) is well formed, GB/T 37346-2019.

    28 characters without blanks: county 6 digits (GB/T 2260), cadastral district 3 and
    sub-district 3, the parcel's two letters (its ownership, its right of use) and 5
    digits, then the fixture's letter (F building, L wood, Q other, W none) and 8
    digits, for a building its number and the flat's, and 00000000 for bare land. It has
    no check digit: its parts can be checked, a digit copied wrongly cannot.
    """
    if len(code) != ESTATE_LENGTH or not code.isascii():
        return False
    place, parcel, fixture = code[:12], code[14:19], code[20:]
    digits = (place + parcel + fixture).isdigit() and place[0] != "0"
    letters = code[12] in LAND_OWNERSHIP and code[13] in LAND_RIGHTS
    bare = code[19] == BARE_LAND
    numbered = int(parcel) > 0 and bare == (int(fixture) == 0) if digits else False
    return digits and letters and numbered and code[19] in FIXTURES
