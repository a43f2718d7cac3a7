"""Packing, binding and the limits of the part `trace`."""

import pytest
from test_trace_laws import KITCHEN, SOURCE, facts

from huabiao.contracts.parts import trace as trace_part
from huabiao.contracts.parts import traced
from huabiao.crypto.envelope import Call
from huabiao.node.catalogue import founding_sources
from huabiao.testing.city import City


@pytest.fixture
def city(tmp_path):
    made = City(tmp_path, sources=[*founding_sources(), SOURCE])
    yield made
    made.close()


@pytest.fixture
def cooks(city):
    return city.cast("anna"), city.cast("ben")


def make(city, cook, lot, grams=10, **inputs):
    taken = [[name, amount, ""] for name, amount in inputs.items()]
    return city.call(cook, KITCHEN, "make", lot, grams=grams, inputs=taken)


def test_a_container_moves_with_all_that_is_in_it(city, cooks):
    anna, ben = cooks
    for lot in ("flour", "sugar"):
        make(city, anna, lot)
    city.call(anna, KITCHEN, "pack", "box", contents=["flour"])
    city.call(anna, KITCHEN, "pack", "pallet", contents=["box", "sugar"])
    for inner in ("flour", "box", "sugar"):
        city.refused(
            "trace.packed", anna, KITCHEN, "give", inner, to=ben.account, grams=1
        )
    city.call(anna, KITCHEN, "give", "pallet", to=ben.account)
    for thing, grams in (("flour", 10), ("sugar", 10), ("box", 0), ("pallet", 0)):
        assert facts(city, thing)["holdings"] == [[ben.account, grams]]
    city.refused("trace.not_held", anna, KITCHEN, "pack", "pallet", contents=["x"])
    city.call(ben, KITCHEN, "pack", "pallet", contents=[], out=True)
    assert facts(city, "pallet")["contents"] == []
    city.call(ben, KITCHEN, "give", "sugar", to=anna.account, grams=10)
    city.refused("trace.packed", ben, KITCHEN, "spend", "flour", grams=1)
    city.call(ben, KITCHEN, "pack", "box", contents=["flour"], out=True)
    city.call(ben, KITCHEN, "spend", "flour", grams=10)


def test_what_several_hold_is_not_packed(city, cooks):
    anna, ben = cooks
    make(city, anna, "flour")
    city.call(anna, KITCHEN, "give", "flour", to=ben.account, grams=4)
    city.refused("trace.not_held", anna, KITCHEN, "pack", "box", contents=["flour"])


def test_nothing_is_in_two_containers_nor_in_itself(city, cooks):
    anna, _ = cooks
    make(city, anna, "flour")
    city.call(anna, KITCHEN, "pack", "box", contents=["flour"])
    city.refused("trace.packed", anna, KITCHEN, "pack", "bag", contents=["flour"])
    city.call(anna, KITCHEN, "pack", "pallet", contents=["box"])
    for inner in ("box", "pallet"):
        arguments = {"contents": ["pallet"]}
        city.refused("trace.circle", anna, KITCHEN, "pack", inner, **arguments)
    city.refused("trace.full", anna, KITCHEN, "pack", "flour", contents=["x"])


def test_containers_are_nested_so_deep_and_no_deeper(city, cooks):
    anna, _ = cooks
    for depth in range(20):
        city.call(anna, KITCHEN, "pack", f"b{depth + 1}", contents=[f"b{depth}"])
    city.refused("trace.full", anna, KITCHEN, "pack", "b0", contents=["thimble"])


def test_a_recalled_lot_is_not_given_away_in_a_box(city, cooks):
    anna, ben = cooks
    make(city, anna, "flour")
    make(city, anna, "bread", 5, flour=6)
    city.call(anna, KITCHEN, "pack", "box", contents=["bread"])
    city.call(anna, KITCHEN, "recall", "flour")
    city.refused("trace.recalled", anna, KITCHEN, "give", "box", to=ben.account)
    city.call(anna, KITCHEN, "spend", "bread", grams=5, destroy=True)
    city.call(anna, KITCHEN, "give", "box", to=ben.account)


def test_an_asset_is_bound_to_one_thing(city, cooks):
    anna, ben = cooks
    city.refused("trace.attached", anna, KITCHEN, "attach", "probe", to="probe")
    city.refused("trace.attached", anna, KITCHEN, "attach", "probe", to="")
    city.call(anna, KITCHEN, "attach", "probe", to="box")
    city.refused("trace.attached", anna, KITCHEN, "attach", "probe", to="bag")
    city.refused("trace.not_held", ben, KITCHEN, "attach", "probe", to="")
    city.call(anna, KITCHEN, "attach", "probe", to="")
    city.call(anna, KITCHEN, "attach", "probe", to="bag")


def test_a_long_ancestry_is_looked_at_piece_by_piece(city, cooks, monkeypatch):
    monkeypatch.setattr(trace_part, "MOST_LOOKED_AT", 8)
    anna, _ = cooks
    make(city, anna, "l0", 99)
    for n in range(20):
        make(city, anna, f"l{n + 1}", 98 - n, **{f"l{n}": 99 - n})
    make(city, anna, "other")
    city.call(anna, KITCHEN, "recall", "other")
    city.refused("trace.far", anna, KITCHEN, "spend", "l20", grams=1)
    wanted, rounds = ["l20"], 0
    while wanted:
        receipt = city.submit(anna, Call(KITCHEN, "observe", wanted[-1], {}))
        rounds += 1
        assert receipt.code in ("ok", "trace.far") and rounds < 20
        if receipt.accepted:
            wanted.pop()
        else:  # the refusal names what to look at first
            wanted.append(receipt.sentence.split("observe '")[1].split("'")[0])
    city.call(anna, KITCHEN, "spend", "l20", grams=1)


def test_who_holds_a_lot_is_bounded(city, cooks, monkeypatch):
    monkeypatch.setattr(traced, "MOST_HOLDERS", 2)
    anna, ben = cooks
    make(city, anna, "flour")
    city.call(anna, KITCHEN, "give", "flour", to=ben.account, grams=1)
    third = city.cast("third").account
    city.refused("trace.holders", anna, KITCHEN, "give", "flour", to=third, grams=1)
