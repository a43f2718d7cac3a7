"""Addresses: derived from a key, written with a checksum, read back or refused."""

from contextlib import suppress
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huabiao.crypto import suite
from huabiao.crypto.address import address, parse, show


@pytest.mark.parametrize("name", ["intl", "sm"])
def test_an_address_is_twenty_bytes_of_the_chains_digest(name):
    digest = suite(name).digest
    found = address(digest, b"public")
    assert found == digest(b"huabiao-account\x00public")[:20]


def test_an_address_is_written_as_hex_with_a_checksum():
    account = bytes(range(20))
    checksum = sha256(account).hexdigest()[:4]
    assert show(account) == "hb1000102030405060708090a0b0c0d0e0f10111213" + checksum


@given(st.binary(min_size=20, max_size=20))
def test_what_is_shown_parses(account):
    assert parse(show(account)) == account


@given(st.text(max_size=60))
def test_other_text_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match=r"[。].*\."):
        parse(text)


@given(st.binary(min_size=20, max_size=20), st.integers(0, 46), st.characters())
def test_one_wrong_character_is_noticed(account, place, character):
    text = show(account)
    spoiled = text[:place] + character + text[place + 1 :]
    if spoiled == text:
        return
    with suppress(ValueError):
        # One mistake in 65,536 keeps the two bytes of checksum right.
        assert parse(spoiled) != account


@pytest.mark.parametrize("size", [0, 19, 21])
def test_only_twenty_bytes_are_an_address(size):
    with pytest.raises(ValueError, match="20"):
        show(bytes(size))
