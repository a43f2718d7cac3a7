"""Food from the field to the counter, and every refusal on its way."""

import pytest

from huabiao.codec import Day
from huabiao.node.catalogue import founding_sources, shipped_sources
from huabiao.testing.city import City

FOOD = "food_trace"
SOURCES = [
    *founding_sources(),
    *[each for each in shipped_sources() if "class FoodTrace(" in each],
]
MILK, MORE, YOGHURT = (f"01/09506000134352/10/{batch}" for batch in ("A", "B", "Y"))


@pytest.fixture(params=["intl", "sm"])
def city(tmp_path, request):
    made = City(tmp_path, request.param, sources=SOURCES)
    cast = {"producer": "farm", "processor": "dairy", "carrier": "truck",
            "retailer": "shop", "inspector": "bureau"}  # fmt: skip
    for role, name in cast.items():
        made.grant(FOOD, role, made.cast(name))
    yield made
    made.close()


def make(city, who, lot, grams, best_before=None, **inputs):
    taken = [[name, amount, ""] for name, amount in inputs.items()]
    return city.call(
        city.cast(who), FOOD, "make", lot,
        product="x", grams=grams, inputs=taken, best_before=best_before,
    )  # fmt: skip


def give(city, who, lot, to, grams):
    account = city.cast(to).account
    return city.call(city.cast(who), FOOD, "hand_over", lot, to=account, grams=grams)


@pytest.fixture
def yoghurt(city):
    """Of two farms' milk, a part of it in the shop."""
    for lot in (MILK, MORE):
        make(city, "farm", lot, 1_000)
        give(city, "farm", lot, "dairy", 900)
    make(city, "dairy", YOGHURT, 1_500, **{MILK: 800, MORE: 800})
    give(city, "dairy", YOGHURT, "shop", 1_000)
    return YOGHURT


def held(city, lot):
    return dict(city.read(f"{FOOD}/trace/{lot}")[1])


def test_the_record_says_what_a_lot_was_made_of(city, yoghurt):
    assert city.record(FOOD, yoghurt) == {
        "state": "traded", "product": "x", "grams": 1_500,
        "maker": city.cast("dairy").account, "inputs": [MILK, MORE],
        "best_before": None, "reason": "", "findings": None,
    }  # fmt: skip
    assert held(city, MILK) == {
        city.cast("farm").account: 100, city.cast("dairy").account: 100,
    }  # fmt: skip


def test_a_lot_has_a_gs1_identifier(city):
    arguments = {"product": "x", "grams": 1, "inputs": []}
    for lot in (
        "A", "01/09506000134353/10/A", "01/09506000134352/10/", "01/09506000134352",
        "00/106141412345678908", "01/9506000134352/10/A", "01/0950600013435２/10/A",
    ):  # fmt: skip
        city.refused("trace.id", city.cast("farm"), FOOD, "make", lot, **arguments)


def test_only_a_producer_makes_something_of_nothing(city):
    nothing = {"product": "x", "grams": 1, "inputs": []}
    city.refused("no_input", city.cast("dairy"), FOOD, "make", MILK, **nothing)
    for who in ("truck", "shop", "bureau"):
        city.refused("role.missing", city.cast(who), FOOD, "make", MILK, **nothing)
    make(city, "farm", MILK, 1)


def test_mass_is_kept(city, yoghurt):
    dairy, rest = city.cast("dairy"), {"product": "x"}
    half = f"{YOGHURT}-1"
    for inputs, grams, code in (
        ([[MILK, 100, ""]], 101, "trace.grew"),
        ([[MILK, 101, ""]], 90, "trace.short"),
        ([[MILK, 60, ""], [MILK, 60, ""]], 90, "trace.short"),
        ([[MILK, 0, ""]], 0, "trace.nothing"),
        ([["01/09506000134352/10/none", 1, ""]], 1, "trace.unknown"),
    ):
        made = rest | {"grams": grams, "inputs": inputs}
        city.refused(code, dairy, FOOD, "make", half, **made)
    make(city, "dairy", half, 90, **{MILK: 100})
    shop = city.cast("shop")
    city.refused("trace.short", shop, FOOD, "sell", YOGHURT, grams=1_001)
    city.call(shop, FOOD, "sell", YOGHURT, grams=400)
    assert held(city, YOGHURT) == {dairy.account: 500, shop.account: 600}


def test_what_is_past_its_day_is_not_sold(city):
    make(city, "farm", MILK, 10, Day.parse("2020-01-01"))
    give(city, "farm", MILK, "shop", 10)
    city.refused("expired", city.cast("shop"), FOOD, "sell", MILK, grams=1)
    city.call(city.cast("shop"), FOOD, "destroy", MILK, grams=10)


def recall(city, lot):
    return city.call(city.cast("bureau"), FOOD, "order", lot, reason="residues")


def test_a_recall_stops_what_was_made_before_and_after(city, yoghurt):
    cup, later = f"{YOGHURT}-cup", f"{YOGHURT}-later"
    make(city, "dairy", cup, 100, **{YOGHURT: 100})
    recall(city, MILK)
    for who, lot in (("dairy", MILK), ("dairy", YOGHURT), ("dairy", cup)):
        made = {"product": "x", "grams": 1, "inputs": [[lot, 1, ""]]}
        city.refused("trace.recalled", city.cast(who), FOOD, "make", later, **made)
        to = {"to": city.cast("shop").account, "grams": 1}
        city.refused("trace.recalled", city.cast(who), FOOD, "hand_over", lot, **to)
    city.refused("trace.recalled", city.cast("shop"), FOOD, "sell", YOGHURT, grams=1)
    city.call(city.cast("dairy"), FOOD, "destroy", cup, grams=100)
    # the other farm's milk is as good as before
    make(city, "dairy", later, 50, **{MORE: 50})
    give(city, "dairy", later, "shop", 50)
    city.call(city.cast("shop"), FOOD, "sell", later, grams=50)


def test_a_recall_from_order_to_withdrawal(city, yoghurt):
    bureau = city.cast("bureau")
    city.refused("record.unknown", bureau, FOOD, "order", "none", reason="x")
    city.refused("role.missing", city.cast("farm"), FOOD, "order", MILK, reason="x")
    city.refused("state.wrong", bureau, FOOD, "locate", MILK, findings=bytes(32))
    recall(city, MILK)
    city.refused("state.wrong", bureau, FOOD, "order", MILK, reason="x")
    city.refused("state.wrong", bureau, FOOD, "withdraw", MILK)
    city.call(bureau, FOOD, "locate", MILK, findings=bytes(32))
    for who in ("farm", "dairy"):
        city.refused("left", bureau, FOOD, "withdraw", MILK)
        city.call(city.cast(who), FOOD, "destroy", MILK, grams=100)
    city.call(bureau, FOOD, "withdraw", MILK)
    assert city.record(FOOD, MILK)["state"] == "withdrawn"
    city.refused("trace.recalled", city.cast("shop"), FOOD, "sell", YOGHURT, grams=1)


def test_a_document_is_captured_once(city):
    farm = city.cast("farm")
    city.call(farm, FOOD, "capture", "d" * 64)
    city.refused("trace.captured", farm, FOOD, "capture", "d" * 64)
    city.refused("trace.captured", city.cast("dairy"), FOOD, "capture", "d" * 64)
