"""
Masses: what a document counts in whatever unit, in whole grams.
"""

from decimal import ROUND_HALF_EVEN, Decimal

from huabiao.services.epcis.documents import Amount, wrong
from huabiao.services.epcis.names import gtin_of

GRAMS = {"MC": Decimal("0.000001"), "MGM": Decimal("0.001"), "CGM": Decimal("0.01"),
         "DG": Decimal("0.1"), "GRM": 1, "DJ": 10, "HGM": 100, "KGM": 1_000,
         "DTN": 100_000, "TNE": 1_000_000, "2U": 1_000_000, "KTN": 1_000_000_000,
         "ONZ": Decimal("28.349523125"), "LBR": Decimal("453.59237"),
         "STI": Decimal("6350.29318"), "CWA": Decimal("45359.237"),
         "CWI": Decimal("50802.34544"), "STN": Decimal("907184.74"),
         "LTN": Decimal("1016046.9088")}  # fmt: skip
"""A unit in grams by its code in UN/ECE Recommendation 20; pounds as agreed in 1959."""
PIECES = ("", "EA", "H87", "C62")
HEAVIEST = 10**15


def grams_of(number: int, each: Amount, path: str, weights: dict[str, int]) -> int:
    """Whole grams, to the nearest; `weights`: grams a piece by GTIN. Raises NotEpcis
    for what has no weight."""
    if not gtin_of(path):
        return 0  # a container or an asset: it is moved, not weighed
    count = Decimal(1) if each.quantity is None else each.quantity
    if each.uom in GRAMS:
        exact = count * GRAMS[each.uom]
    elif each.uom in PIECES:
        weight = weights.get(gtin_of(path), 0)
        if not weight:
            raise wrong(
                number,
                f"按件计 {gtin_of(path)}，须用 --weight GTIN=克 给出单件重量",
                f"counts pieces of {gtin_of(path)}: say what one weighs with"
                " --weight GTIN=GRAMS",
            )
        exact = count * weight
    else:
        raise wrong(
            number,
            f"单位 {each.uom!r:.20} 不是质量",
            f"has the unit {each.uom!r:.20}, which is no mass",
        )
    if not exact.is_finite() or not 0 <= exact < HEAVIEST:
        raise wrong(number, "数量不可能", "has an impossible quantity")
    return int(exact.to_integral_value(ROUND_HALF_EVEN))
