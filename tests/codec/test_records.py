"""Records: stored in order, read from earlier versions, nested, malformed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huabiao.codec import (
    Code,
    Count,
    Kilograms,
    ListOf,
    Malformed,
    Maybe,
    Party,
    Record,
    Text,
    encode,
)  # fmt: skip
from huabiao.codec.canonical import decode_canonical


class Item(Record):
    name: Code
    weight: Kilograms = 0


class Load(Record):
    """A load of items."""

    number: Code
    items: ListOf[Item]
    carrier: Maybe[Party] = None
    note: Text = ""


codes = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20)
items = st.builds(Item, codes, st.integers(0, 2**40))
loads = st.builds(
    Load,
    codes,
    st.lists(items, max_size=4),
    st.none() | st.binary(min_size=20, max_size=20),
    st.text(max_size=20),
)


@given(loads)
def test_a_record_comes_back_from_what_is_stored(load):
    stored = encode(load.plain())
    assert Load.from_plain(decode_canonical(stored)) == load


@given(loads)
def test_a_record_comes_back_from_what_is_shown(load):
    assert Load.parse(Load.show(load.plain())) == load.plain()


def test_an_earlier_version_without_the_newer_fields_is_read():
    load = Load.from_plain(["n1", [["a", 5]]])
    assert (load.carrier, load.note, load.items) == (None, "", [Item("a", 5)])
    assert Load.show(["n1", []])["note"] == ""


def test_a_field_that_is_not_of_its_kind_is_named():
    with pytest.raises(Malformed, match="items.*weight"):
        Load("n1", [Item("a", -1)]).plain()


def test_only_fields_can_be_set_and_given():
    load = Load("n1", [])
    with pytest.raises(AttributeError):
        load.colour = "red"
    for wrong in (
        lambda: Load("n1"),
        lambda: Load("n1", [], colour="red"),
        lambda: Load("n1", [], None, "", 5),
        lambda: Load("n1", [], number="n2"),
    ):
        with pytest.raises(TypeError):
            wrong()


@pytest.mark.parametrize(
    "stored", [[], ["n1"], ["n1", [], None, "", 1], "n1", {"number": "n1"}, None]
)
def test_arguments_give_every_field(stored):
    with pytest.raises(Malformed):
        Load.check(stored)


@pytest.mark.parametrize(
    "written", ["{", "[]", 5, {"number": "n1"}, {"number": "n", "items": [], "x": 1}]
)
def test_what_is_written_wrong_is_refused(written):
    with pytest.raises(Malformed):
        Load.parse(written)


def test_malformed_classes_are_refused_where_they_are_defined():
    def untyped():
        class Wrong(Record):
            weight: int

    def late():
        class Wrong(Record):
            note: Text = ""
            count: Count

    def reserved():
        class Wrong(Record):
            plain: Text

    for definition in (untyped, late, reserved):
        with pytest.raises(TypeError):
            definition()


def test_a_list_of_records_is_written_as_json_on_a_command_line():
    written = '[{"name": "a", "weight": 5}, {"name": "b"}]'
    assert ListOf[Item].parse(written) == [["a", 5], ["b", 0]]
    for spoiled in ("a,b", "[", '{"name": "a"}', '["a"]'):
        with pytest.raises(Malformed):
            ListOf[Item].parse(spoiled)


class Odd(Text):
    """A kind of a contract's own, which must be asked every time."""

    asked = 0

    @classmethod
    def check(cls, value: object) -> str:
        cls.asked += 1
        return f"{value}!"


class Waiting(Record):
    """Defaults: one that passes its check, one that does not, one of a foreign kind."""

    name: Text = ""
    weight: Kilograms = 0
    price: Kilograms = -1
    odd: Odd = ""


def test_a_default_is_checked_as_every_other_value_is() -> None:
    with pytest.raises(Malformed, match="^price"):
        Waiting().plain()
    assert Waiting(price=2).plain() == ["", 0, 2, "!"]
    before = Odd.asked
    Waiting(price=2).plain()
    assert Odd.asked == before + 1


def test_a_default_that_was_replaced_is_checked() -> None:
    waiting = Waiting(price=2)
    waiting.weight = -3
    with pytest.raises(Malformed, match="^weight"):
        waiting.plain()
