"""Each kind: what is stored, what a person writes, what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huabiao.codec import (
    Bytes,
    Code,
    Count,
    Day,
    Digest,
    Fen,
    Flag,
    Grams,
    Instant,
    Kilograms,
    ListOf,
    Malformed,
    Maybe,
    Metres,
    Number,
    OneOf,
    Party,
    Personal,
    PublicKey,
    Secret,
    Signature,
    Source,
    Text,
    decode_canonical,
    encode,
    kind_named,
)  # fmt: skip

WHOLE = st.integers(0, 2**63 - 1)
VISIBLE = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=200)
KINDS = {
    Text: st.text(max_size=200),
    Source: st.text(max_size=200),
    Code: VISIBLE,
    Number: st.integers(-(2**63), 2**63 - 1),
    Count: WHOLE, Fen: WHOLE, Kilograms: WHOLE, Grams: WHOLE, Metres: WHOLE,
    Flag: st.booleans(),
    Day: st.integers(Day.lowest, Day.highest),
    Instant: st.integers(Instant.lowest, Instant.highest),
    Bytes: st.binary(max_size=80),
    Digest: st.binary(min_size=32, max_size=32),
    PublicKey: st.binary(min_size=32, max_size=64),
    Signature: st.binary(min_size=64, max_size=64),
    Party: st.binary(min_size=20, max_size=20),
    Personal[Text]: st.binary(min_size=32, max_size=32),
    Secret[Fen]: st.binary(min_size=32, max_size=32),
    OneOf["north", "south"]: st.sampled_from(["north", "south"]),
    ListOf[Day]: st.lists(st.integers(Day.lowest, Day.highest), max_size=5),
    Maybe[Fen]: st.none() | WHOLE,
    Maybe[ListOf[Party]]: st.none()
    | st.lists(st.binary(min_size=20, max_size=20), max_size=3),
}  # fmt: skip
EACH = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


def spelled(value) -> str:
    """The same in every process of a test run: an object's own words tell its place."""
    return "object" if type(value) is object else repr(value)


STRANGE = [1.0, float("nan"), object(), {"a": 1}, {1}, (b"",), [1.5], 2**70, "\x00\n"]


@EACH
@given(st.data())
def test_what_is_shown_can_be_written_again(kind, data):
    value = data.draw(KINDS[kind])
    assert kind.check(value) == value
    assert kind.parse(kind.show(value)) == value
    assert decode_canonical(encode(kind.check(value))) == value


@EACH
def test_a_kind_is_found_by_the_name_that_a_description_gives(kind):
    found = kind_named(kind.name)
    assert (found.name, found.schema, found.widget) == (
        kind.name, kind.schema, kind.widget,
    )  # fmt: skip


@EACH
@pytest.mark.parametrize("value", STRANGE, ids=spelled)
def test_what_is_not_plain_is_refused_with_a_sentence(kind, value):
    if value == "\x00\n" and kind in (Text, Source):
        return  # free text has lines
    with pytest.raises(Malformed, match=r"。 .*\."):
        kind.check(value)


@EACH
@given(written=st.text(max_size=20) | st.integers() | st.none() | st.lists(st.none()))
def test_what_a_person_writes_is_read_or_refused(kind, written):
    try:
        value = kind.parse(written)
    except Malformed:
        return
    assert kind.check(value) == value


@pytest.mark.parametrize("kind", [Count, Fen, Kilograms, Grams])
def test_amounts_are_not_negative_and_not_booleans(kind):
    for value in (-1, True, 2**63):
        with pytest.raises(Malformed):
            kind.check(value)


def test_texts_and_codes_are_bounded():
    for kind, value in [
        (Text, "字" * 4_001), (Source, "x" * 60_001), (Code, "x" * 201), (Code, ""),
        (Code, " a"), (Code, "a\nb"), (Digest, bytes(31)), (Party, bytes(21)),
        (Bytes, bytes(65_537)), (ListOf[Count], [0] * 1_001), (Day, 2_932_897),
    ]:  # fmt: skip
        with pytest.raises(Malformed):
            kind.check(value)


def test_days_and_moments_are_written_as_people_do():
    assert Day.parse("1970-01-01") == 0
    assert Day.show(20_781) == "2026-11-24"
    assert Instant.parse("2026-11-24T08:00:00+08:00") == 1_795_478_400_000
    assert Instant.show(1_795_478_400_250) == "2026-11-24T00:00:00.250Z"


def test_a_party_copied_wrong_is_refused():
    written = Party.show(bytes(range(20)))
    for place in range(3, len(written)):
        other = "0" if written[place] != "0" else "1"
        with pytest.raises(Malformed):
            Party.parse(written[:place] + other + written[place + 1 :])


def test_there_is_no_kind_of_another_name():
    for name in ("Float", "Maybe[", "Maybe[Float]", "Fen[Text]", ""):
        with pytest.raises(Malformed):
            kind_named(name)
