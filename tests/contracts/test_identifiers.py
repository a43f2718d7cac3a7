"""Codes of national standards, against another implementation where there is one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from huabiao.contracts import is_credit_code, is_estate_unit_code

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# Published: python-stdnum's documentation, and a code with its digits exchanged.
VALID = "91110000600037341L"


def test_a_published_credit_code():
    assert is_credit_code(VALID) and uscc.is_valid(VALID)
    assert not is_credit_code("A1110000600037341L")


@given(
    st.text(ALPHABET, min_size=2, max_size=2),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(ALPHABET, min_size=9, max_size=9),
)
def test_the_check_digit_is_that_of_python_stdnum(kind, place, organisation):
    number = kind + place + organisation
    right = number + uscc.calc_check_digit(number)
    assert is_credit_code(right)
    assert [c for c in ALPHABET if is_credit_code(number + c)] == [right[-1]]


@given(st.text(max_size=30))
def test_nothing_else_is_a_credit_code(text):
    assert not is_credit_code(text) or uscc.is_valid(text)


@pytest.mark.parametrize(
    "code",
    ["110108001001GB00001F00010001", "110108001001JC00012W00000000",
     "330106003012GS99999Q00000007"],
)  # fmt: skip
def test_a_real_estate_unit_code(code):
    assert is_estate_unit_code(code)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "110108001001GB00001F0001000",  # 27
        "110108001001GB00001F000100011",  # 29
        "010108001001GB00001F00010001",  # no county begins with 0
        "11010800100AGB00001F00010001",
        "110108001001XB00001F00010001",  # no such ownership
        "110108001001GZ00001F00010001",  # no such right of use
        "110108001001GB00000F00010001",  # parcels count from 1
        "110108001001GB00001T00010001",  # no such fixture
        "110108001001GB00001W00010001",  # bare land has no unit
        "110108001001GB00001F00000000",  # a building has a number
        "110108001001GB00001F0001000١",  # a digit, but not an ASCII one
        "110108 001001 GB00001 F00010001",
    ],
)
def test_a_code_with_one_thing_spoiled(code):
    assert not is_estate_unit_code(code)
