"""Synthetic identity numbers: valid, different, repeatable, and masked."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from huabiao.services import identity_numbers

# the example in python-stdnum's documentation of GB 11643
PUBLISHED = "360426199101010071"


@given(st.integers(min_value=0, max_value=10**9))
def test_made_numbers_are_valid_and_different(seed):
    numbers = identity_numbers.make(seed, 20)
    assert len(set(numbers)) == 20
    assert all(ric.is_valid(number) for number in numbers)
    assert numbers == identity_numbers.make(seed, 20)
    assert numbers[:7] == identity_numbers.make(seed, 7)


def test_every_heading_gives_valid_numbers_for_every_birth_year():
    for place in identity_numbers.CITY_HEADINGS:
        for year in range(1955, 2007):
            number = identity_numbers.complete(f"{place}{year}0101001")
            assert identity_numbers.is_valid(number), number


def test_a_published_number_is_accepted_and_read():
    assert identity_numbers.is_valid(PUBLISHED)
    assert identity_numbers.complete(PUBLISHED[:17]) == PUBLISHED
    assert identity_numbers.birthday(PUBLISHED) == date(1991, 1, 1)
    assert identity_numbers.is_male(PUBLISHED)


@given(st.integers(0, 17), st.integers(1, 9))
def test_one_changed_digit_is_noticed(place, by):
    digit = str((int(PUBLISHED[place]) + by) % 10)
    assert not identity_numbers.is_valid(
        PUBLISHED[:place] + digit + PUBLISHED[place + 1 :]
    )


@pytest.mark.parametrize(
    "text", ["", "1", "36042619910101007", "姓名", "x" * 18, "１" * 18, "1" * 17 + "0"]
)
def test_what_is_no_number_is_refused(text):
    assert not identity_numbers.is_valid(text)
    with pytest.raises(ValueError, match="GB 11643"):
        identity_numbers.birthday(text)


def test_a_mask_shows_three_and_four():
    assert identity_numbers.mask(PUBLISHED) == "360***********0071"
    assert identity_numbers.mask("12345") == "*****"


@given(st.text(max_size=30))
def test_a_mask_keeps_the_length_and_hides_most(text):
    shown = identity_numbers.mask(text)
    assert len(shown) == len(text)
    assert shown.count("*") >= min(len(text), 5)
