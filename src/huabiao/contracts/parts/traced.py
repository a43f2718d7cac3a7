"""
What `trace` knows of one lot, container or asset, and how grams change hands.

Containers and assets weigh nothing here: they have a holder with 0 grams.
"""

from huabiao.codec import Code, Count, Grams, ListOf, Party, Record, Text
from huabiao.contracts.context import require

MOST_HOLDERS = 500


class Input(Record):
    """Grams taken of a lot to make another; `before` is what was made of it before."""

    lot: Code
    grams: Grams
    before: Text = ""  # type: ignore[assignment]


class Holding(Record):
    """How much of a lot a party has."""

    party: Party
    grams: Grams


class Traced(Record):
    """A lot, a container or an asset.

    Of what was made, `used` went into other lots, of which `newest` is the newest, and
    `spent` was sold or destroyed. `recall` is the number of its recall, 0 for none; no
    recall up to the number `clean` was of it or an ancestor.
    """

    made: Grams
    holdings: ListOf[Holding]  # type: ignore[type-arg]
    inputs: ListOf[Input]  # type: ignore[type-arg]
    contents: ListOf[Code]  # type: ignore[type-arg]
    used: Grams = 0  # type: ignore[assignment]
    spent: Grams = 0  # type: ignore[assignment]
    newest: Text = ""  # type: ignore[assignment]
    inside: Text = ""  # type: ignore[assignment]
    attached: Text = ""  # type: ignore[assignment]
    recall: Count = 0  # type: ignore[assignment]
    clean: Count = 0  # type: ignore[assignment]


def held_by(thing: Traced, party: bytes) -> int:
    """Grams that a party has."""
    return sum(each.grams for each in thing.holdings if each.party == party)


def take(id_: str, thing: Traced, party: bytes, grams: int) -> None:
    """Take grams from a party; refused where it has less."""
    held = held_by(thing, party)
    require(grams > 0, "数量须大于零。 The amount is nothing.", code="trace.nothing")
    require(
        grams <= held,
        f"“{id_}”只有 {held} 克在此账户，要 {grams} 克。"
        f" This account has {held} g of {id_!r}, not {grams} g.",
        code="trace.short",
    )
    _set(thing, party, held - grams)


def put(id_: str, thing: Traced, party: bytes, grams: int) -> None:
    """Give grams to a party."""
    _set(thing, party, held_by(thing, party) + grams)
    require(
        len(thing.holdings) <= MOST_HOLDERS,
        f"“{id_}”已有 {MOST_HOLDERS} 家持有；请先分批。"
        f" {MOST_HOLDERS} parties hold {id_!r}; make smaller lots of it.",
        code="trace.holders",
    )


def _set(thing: Traced, party: bytes, grams: int) -> None:
    others = [each for each in thing.holdings if each.party != party]
    mine = [Holding(party, grams)] if grams else []
    thing.holdings = [*others, *mine]  # type: ignore[assignment]


def require_sole_holder(id_: str, thing: Traced, party: bytes) -> None:
    """Refuse unless a thing is one party's alone."""
    require(
        [each.party for each in thing.holdings] == [party],
        f"“{id_}”不全在此账户手中。 {id_!r} is not this account's alone.",
        code="trace.not_held",
    )


def require_loose(id_: str, thing: Traced) -> None:
    """Refuse what is in a container."""
    require(
        not thing.inside,
        f"“{id_}”在“{thing.inside}”中，请先取出。"
        f" {id_!r} is in {thing.inside!r}: unpack it first.",
        code="trace.packed",
    )


def is_gs1_path(id_: str) -> bool:
    """Whether an id is the path of a GS1 Digital Link to a batch or an item: 01, a GTIN
    of 14 digits, 10 or 21 and 1 to 20 characters. The check digit of a GTIN is that of
    the GS1 General Specifications, section 7.9."""
    parts = id_.split("/")
    if len(parts) != 4 or parts[0] != "01" or parts[2] not in ("10", "21"):
        return False
    gtin = parts[1]
    if len(gtin) != 14 or not (gtin.isascii() and gtin.isdigit()) or not parts[3]:
        return False
    return sum(int(gtin[i]) * (3 - 2 * (i % 2)) for i in range(14)) % 10 == 0
