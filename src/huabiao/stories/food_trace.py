"""
Milk from two farms becomes yoghurt; one farm's milk is recalled.

What the rules forbid is tried on the way, and refused: nothing comes of nothing, nobody
sells what they do not have, and what was made of recalled milk stays where it is.
"""

from dataclasses import dataclass

from huabiao.testing.stage import Actor, Case, Stage

CRATE, PROBE = "8003/00614141123452", "8004/4000001T"
"""A returnable crate and a thermometer; what is behind them is a serial number."""


@dataclass
class Cast:
    """Who takes part."""

    farm: Actor
    dairy: Actor
    truck: Actor
    shop: Actor
    bureau: Actor


def walk(stage: Stage) -> None:
    """From two farms to the counter, and what of it must come back."""
    cast = Cast(
        stage.actor("某牧场", "producer"),
        stage.actor("某乳品厂", "processor"),
        stage.actor("某冷链公司", "carrier"),
        stage.actor("某超市", "retailer"),
        stage.actor("区市场监管局", "inspector"),
    )
    milk = stage.case("01/09506000134352/10/MILK-A")
    other = stage.case("01/09506000134352/10/MILK-B")
    yoghurt = stage.case("01/09506000134369/10/Y-0001")
    old = stage.case("01/09506000134369/10/Y-0000")
    bring_in(cast, milk, other, stage.case("MILK-C"))
    mix(cast, milk, other, yoghurt, old)
    deliver(stage, cast, yoghurt, old)
    call_back(stage, cast, milk, yoghurt)
    milk.stands("withdrawn", product="生牛乳 · raw milk", grams=400_000)
    yoghurt.stands("traded", grams=590_000)


def bring_in(cast: Cast, milk: Case, other: Case, wrong: Case) -> None:
    """The farm's lots; only a farm makes something of nothing."""
    raw = {"product": "生牛乳 · raw milk", "inputs": []}
    cast.truck.refused("role.missing", "make", milk, grams=1, **raw)
    cast.dairy.refused("no_input", "make", milk, grams=400_000, **raw)
    cast.farm.refused("trace.id", "make", wrong, grams=400_000, **raw)
    cast.farm.refused("trace.nothing", "make", milk, grams=0, **raw)
    cast.farm.does("make", milk, grams=400_000, **raw)
    cast.farm.refused("record.exists", "make", milk, grams=400_000, **raw)
    cast.farm.does("make", other, grams=300_000, **raw)
    dairy = cast.dairy.account
    cast.farm.refused("trace.short", "hand_over", milk, to=dairy, grams=400_001)
    cast.farm.does("hand_over", milk, to=dairy, grams=350_000)
    cast.farm.does("hand_over", other, to=dairy, grams=300_000)


def mix(cast: Cast, milk: Case, other: Case, yoghurt: Case, old: Case) -> None:
    """Yoghurt of both milks weighs no more than they."""
    made = {"product": "酸奶 · yoghurt", "best_before": "2999-12-31"}
    both = [{"lot": milk.key, "grams": 300_000}, {"lot": other.key, "grams": 299_000}]
    cast.dairy.refused(
        "trace.grew", "make", yoghurt, grams=599_001, inputs=both, **made
    )
    unknown = [{"lot": "01/09506000134352/10/NONE", "grams": 1}]
    cast.dairy.refused(
        "trace.unknown", "make", yoghurt, grams=1, inputs=unknown, **made
    )
    cast.dairy.does("make", yoghurt, grams=590_000, inputs=both, **made)
    rest = [{"lot": other.key, "grams": 1_000}]
    made["best_before"] = "2020-01-01"
    cast.dairy.does("make", old, grams=900, inputs=rest, **made)


def deliver(stage: Stage, cast: Cast, yoghurt: Case, old: Case) -> None:
    """In a crate with a thermometer to the shop, and over the counter."""
    serial = yoghurt.key.rpartition("/")[2]
    crate, probe = Case(stage, CRATE + serial), Case(stage, PROBE + serial)
    cast.dairy.does("pack", crate, contents=[yoghurt.key])
    cast.dairy.does("attach", probe, to=crate.key)
    cast.dairy.refused("trace.attached", "attach", probe, to=crate.key)
    shop = cast.shop.account
    cast.dairy.refused("trace.packed", "hand_over", yoghurt, to=shop, grams=1)
    cast.dairy.refused("trace.circle", "pack", crate, contents=[crate.key])
    cast.shop.refused("trace.not_held", "pack", crate, contents=[old.key])
    cast.dairy.does("hand_over", crate, to=cast.truck.account)
    cast.truck.does("observe", crate, step="in_transit", place="京承高速 · motorway")
    cast.truck.does("hand_over", crate, to=shop)
    cast.shop.does("pack", crate, contents=[yoghurt.key], out=True)
    cast.shop.refused(
        "trace.not_inside", "pack", crate, contents=[yoghurt.key], out=True
    )
    cast.dairy.does("attach", probe)
    cast.dairy.does("hand_over", old, to=shop, grams=900)
    cast.shop.does("sell", yoghurt, grams=500)
    cast.shop.refused("trace.short", "sell", yoghurt, grams=590_000)
    cast.shop.refused("expired", "sell", old, grams=500)
    document = Case(stage, stage.digest(f"EPCIS {yoghurt.key}"))
    cast.shop.does("capture", document)
    cast.shop.refused("trace.captured", "capture", document)


def call_back(stage: Stage, cast: Cast, milk: Case, yoghurt: Case) -> None:
    """One farm's milk is recalled, and with it the yoghurt that is on the shelf."""
    cast.bureau.does("order", milk, reason="兽药残留 · residues of a drug")
    cast.bureau.refused("state.wrong", "order", milk, reason="again")
    cast.shop.refused("trace.recalled", "sell", yoghurt, grams=500)
    cast.dairy.refused(
        "trace.recalled", "hand_over", milk, to=cast.shop.account, grams=1
    )
    cast.bureau.does("locate", milk, findings=stage.digest(f"{yoghurt.key}\n"))
    cast.bureau.refused("left", "withdraw", milk)
    cast.farm.does("destroy", milk, grams=50_000)
    cast.dairy.does("destroy", milk, grams=50_000)
    cast.shop.does("destroy", yoghurt, grams=589_500)
    cast.bureau.does("withdraw", milk)
