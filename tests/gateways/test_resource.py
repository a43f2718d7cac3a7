"""Addresses of resources: what is printed is read again, and nothing else is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huabiao.client.resource import BadAddress, Resource, parse_resource

LABELS = st.from_regex(r"[a-z0-9]([a-z0-9_-]{0,10}[a-z0-9])?", fullmatch=True)
CONTRACTS = st.from_regex(r"[A-Za-z0-9_]{1,20}", fullmatch=True)
IDS = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=40)


@settings(max_examples=60)
@given(LABELS, LABELS, CONTRACTS, IDS)
def test_what_is_printed_is_read_again(chain, zone, contract, record):
    for length in (2, 3, 4):
        resource = Resource(*(chain, zone, contract, record)[:length])
        assert parse_resource(str(resource)) == resource


def test_an_id_may_have_dots_and_slashes():
    found = parse_resource("haidian.beijing/real_estate/110108.1/房屋-3")
    assert found == ("haidian", "beijing", "real_estate", "110108.1/房屋-3")


@pytest.mark.parametrize(
    "written",
    ["", "haidian", "haidian.", ".beijing", "a.b.c", "Haidian.beijing", "a-.b",
     "a.b/", "a.b/no-such", "a.b/c/", "a.b/c/two\nlines", "a.b/c/" + "x" * 201],
)  # fmt: skip
def test_what_is_no_address(written):
    with pytest.raises(BadAddress, match="CHAIN.ZONE/CONTRACT/RECORD"):
        parse_resource(written)
