"""One value has one encoding, and nothing else is taken from a stranger."""

import json
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huabiao.codec import NotCanonical, decode, decode_canonical, encode
from huabiao.codec.canonical import MAX_DEPTH

VECTORS = json.loads(
    (Path(__file__).parents[1] / "vectors" / "encoding.json").read_text("utf-8")
)

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.text(max_size=40)
    | st.binary(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.text(max_size=8), inner, max_size=5)
    ),
    max_leaves=20,
)


@given(plain)
def test_every_value_of_the_profile_comes_back(value):
    assert decode_canonical(encode(value)) == value


@given(st.dictionaries(st.text(max_size=8), st.integers(0, 9), max_size=8))
def test_maps_are_in_code_point_order_however_they_were_filled(entries):
    backwards = dict(reversed(entries.items()))
    assert encode(entries) == encode(backwards)
    assert list(decode(encode(entries))) == sorted(entries)


@given(plain, st.binary(min_size=1, max_size=4))
def test_trailing_bytes_are_refused(value, rest):
    with pytest.raises(NotCanonical):
        decode_canonical(encode(value) + rest)


@given(st.binary(max_size=60))
def test_what_is_taken_from_a_stranger_is_its_only_encoding(raw):
    try:
        value = decode_canonical(raw)
    except NotCanonical:
        return
    assert encode(value) == raw


@pytest.mark.parametrize("vector", VECTORS["values"], ids=lambda v: v["of"])
def test_published_forms(vector):
    raw = bytes.fromhex(vector["bytes"])
    assert encode(vector["value"]) == raw
    assert decode_canonical(raw) == vector["value"]


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda v: v["of"])
def test_published_forms_that_are_refused(vector):
    with pytest.raises(NotCanonical):
        decode_canonical(bytes.fromhex(vector["bytes"]))


@given(st.floats())
def test_floats_do_not_exist(number):
    with pytest.raises(NotCanonical, match="float"):
        decode_canonical(b"\xcb" + struct.pack(">d", number))


def test_depth_is_bounded_at_its_limit_and_far_beyond():
    nested = []
    for _ in range(MAX_DEPTH - 1):
        nested = [nested]
    assert decode_canonical(encode(nested)) == nested
    for depth in (MAX_DEPTH + 2, 100, 100_000):
        with pytest.raises(NotCanonical):
            decode_canonical(b"\x91" * depth + b"\x90")
