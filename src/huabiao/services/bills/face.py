"""
The face of a bill: what stands where, in millimetres from the upper left corner.

It follows the printed form of fiscal bills (财政票据式样): the title, code, number and
check code above, the payer, a table of items, the amount in capitals and in figures,
the issuer below. A bill with many items has several pages, each with the head.
"""

import io
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import segno

WIDTH, HEIGHT = 210.0, 140.0
LINES_A_PAGE, LONGEST = 10, 200
LEFT, RIGHT, TOP, ROW, QR_SIZE = 12.0, 198.0, 48.0, 6.0, 24.0
LARGEST = 10**18
"""In fen; the names of Chinese numerals end there."""
COLUMNS = (14.0, 122.0, 152.0)
"""Where item, quantity and amount begin."""


@dataclass(frozen=True)
class Words:
    """One line of text: the left end of its baseline, its size, all in mm."""

    x: float
    y: float
    size: float
    text: str


@dataclass(frozen=True)
class Rule:
    """A straight line."""

    x: float
    y: float
    to_x: float
    to_y: float


@dataclass(frozen=True)
class Face:
    """Every page of a bill; the QR code stands in the corner of each."""

    title: str
    number: str
    pages: tuple[tuple[Words | Rule, ...], ...]
    qr: segno.QRCode
    qr_at: tuple[float, float, float] = (RIGHT - QR_SIZE, 8.0, QR_SIZE)

    @property
    def qr_png(self) -> bytes:
        """The QR code as PNG, eight pixels a module, with the quiet zone."""
        out = io.BytesIO()
        self.qr.save(out, kind="png", scale=8, border=4)
        return out.getvalue()


def face_of(record: dict[str, Any], names: dict[str, str], base: str) -> Face:
    """
    The face of an e_bill record as doors show it.

    `names` has "issuer" and "payer" as a person reads them, `base` is the address of
    the city whose check page the QR code opens.
    """
    fields = record["fields"]
    lines = fields["lines"]
    title = (
        "财政电子票据（已冲红）" if record["state"] == "reversed" else "财政电子票据"
    )
    pieces = [
        lines[at : at + LINES_A_PAGE] for at in range(0, len(lines), LINES_A_PAGE)
    ]
    pages = tuple(
        (
            *_head(record, names, title, f"{number} / {len(pieces)}"),
            *_table(piece),
            *_foot(fields, names),
        )
        for number, piece in enumerate(pieces, 1)
    )
    return Face(
        title, record["id"], pages, segno.make(_address(record, base), error="m")
    )


def _address(record: dict[str, Any], base: str) -> str:
    asked = {"number": record["id"], "code": record["fields"]["check_code"]}
    return f"{base.rstrip('/')}/bills?{urlencode(asked)}"


def _head(
    record: dict[str, Any], names: dict[str, str], title: str, page: str
) -> list[Words | Rule]:
    fields, (code, _, number) = record["fields"], record["id"].partition("-")
    return [
        Words(LEFT, 16.0, 6.0, title),
        Words(LEFT, 25.0, 3.2, f"票据代码：{code}"),
        Words(LEFT + 55, 25.0, 3.2, f"票据号码：{number}"),
        Words(LEFT + 115, 25.0, 3.2, f"校验码：{fields['check_code']}"),
        Words(LEFT, 31.0, 3.2, f"交款人：{fit(names['payer'], 45)}"),
        Words(
            LEFT, 37.0, 3.2, f"交款人统一社会信用代码：{fields['payer_code'] or '—'}"
        ),
        Words(RIGHT - 12, 37.0, 3.2, page),
    ]


def _table(lines: list[dict[str, Any]]) -> list[Words | Rule]:
    """The items of one page, ruled."""
    end = TOP + ROW * (LINES_A_PAGE)
    drawn: list[Words | Rule] = [
        Rule(LEFT, TOP - ROW, RIGHT, TOP - ROW),
        Rule(LEFT, TOP, RIGHT, TOP),
        Rule(LEFT, end, RIGHT, end),
    ]
    heads = ("项目名称", "数量", "金额（元）")
    drawn += [Words(x, TOP - 2, 3.2, h) for x, h in zip(COLUMNS, heads, strict=True)]
    for place, line in enumerate(lines):
        y = TOP + ROW * (place + 1) - 2
        told = fit(line["item"], 32), str(line["quantity"]), yuan(line["amount"])
        drawn += [Words(x, y, 3.2, t) for x, t in zip(COLUMNS, told, strict=True)]
    return drawn


def _foot(fields: dict[str, Any], names: dict[str, str]) -> list[Words | Rule]:
    import cn2an  # loading it takes as long as half a web framework: only for a bill

    total = yuan(fields["amount"])
    small = fields["amount"] < LARGEST
    capitals = cn2an.an2cn(total.replace(",", ""), "rmb") if small else "—"
    written = f"金额合计（大写）：{capitals}"
    size = min(3.4, (COLUMNS[1] - LEFT - 3) / len(written))  # as wide as it is high
    foot: list[Words | Rule] = [
        Words(LEFT + 2, 114.0, size, written),
        Words(COLUMNS[1], 114.0, 3.4, f"（小写）：{total}"),
        Rule(LEFT, 117.0, RIGHT, 117.0),
        Words(LEFT, 124.0, 3.2, f"收款单位：{fit(names['issuer'], 45)}"),
    ]
    if fields["red"]:
        foot.append(Words(LEFT, 131.0, 3.2, f"冲红票号：{fit(fields['red'], 30)}"))
    return foot


def yuan(fen: int) -> str:
    """12345 fen as 123.45."""
    return f"{fen // 100:,}.{fen % 100:02}"


def fit(text: str, most: int) -> str:
    """Text on one line of so many Chinese characters, printable, cut where longer."""
    plain = "".join(c if c.isprintable() else " " for c in text[:LONGEST])
    room, kept = most * 2, ""
    for character in plain:
        room -= 1 if _is_narrow(character) else 2
        if room < 2:
            return kept + "…"
        kept += character
    return kept + ("…" if len(text) > LONGEST else "")


def _is_narrow(character: str) -> bool:
    """Half as wide as a Chinese character or less; a W is nearly as wide as one."""
    wide = character.isupper() or character in "mw@%"
    return character.isascii() and not wide
