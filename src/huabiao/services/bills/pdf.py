"""
A bill's face as PDF, by reportlab.

The Chinese font is STSong-Light, one of those that PDF predefines for Adobe-GB1 (ISO
32000-1, 9.7.5): readers bring it along, so a bill has a few kilobytes and no font need
lie on the server. What is not in it (rare hanzi of Unicode's planes beyond the
first, other scripts) stands as 〓, and the foot says which characters these are; the
OFD has the text itself, for a reader's own fonts.
"""

import io
import re
from collections.abc import Sequence

from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from huabiao.services.bills.face import HEIGHT, LEFT, WIDTH, Face, Rule, Words

FONT = "STSong-Light"
GETA, MOST_TOLD = "〓", 12
MIDDLE_DOT = str.maketrans("·", "・")
"""UniGB-UCS2 has the dot of names such as 阿依努尔·买买提 under U+30FB alone."""
ABSENT = re.compile("[\u0144\u0148\u0251\u0261\uf900-\ufa0d\ufe30-\ufe44]")
"""What GBK has and UniGB-UCS2 has not: compatibility forms, and phonetics."""
NOTE_AT = LEFT, 136.5, 2.6


def to_pdf(face: Face) -> bytes:
    """The bytes of a PDF; the same face gives the same bytes."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH * mm, HEIGHT * mm), invariant=True)
    canvas.setTitle(f"{face.title} {face.number}")
    canvas.setCreator("Huabiao")
    canvas.beginForm("qr")  # drawn once, however many pages show it
    _draw_qr(canvas, face)
    canvas.endForm()
    for page in face.pages:
        for piece in (*page, *_note(page)):
            # PDF counts from the lower left corner.
            if isinstance(piece, Words):
                canvas.setFont(FONT, piece.size * mm)
                drawn = "".join(c if is_in_font(c) else GETA for c in piece.text)
                canvas.drawString(
                    piece.x * mm, (HEIGHT - piece.y) * mm, drawn.translate(MIDDLE_DOT)
                )
            else:
                ends = piece.x, HEIGHT - piece.y, piece.to_x, HEIGHT - piece.to_y
                canvas.setLineWidth(0.2 * mm)
                canvas.line(*(end * mm for end in ends))
        canvas.doForm("qr")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def is_in_font(character: str) -> bool:
    """Whether Adobe-GB1 has a character: GBK, and the hanzi of Unicode's Extension A
    (Adobe Technical Note 5079). Two bytes in GB 18030 are GBK."""
    if "\u3400" <= character <= "\u4db5":
        return True
    return (
        not ABSENT.match(character)
        and len(character.encode("gb18030", errors="replace")) <= 2
    )


def _note(page: Sequence[Words | Rule]) -> list[Words]:
    """Which characters of a page stand as 〓, in their order, each once."""
    texts = (piece.text for piece in page if isinstance(piece, Words))
    missing = dict.fromkeys(c for text in texts for c in text if not is_in_font(c))
    if not missing:
        return []
    told = [f"U+{ord(c):04X}" for c in missing][:MOST_TOLD]
    more = "…" if len(missing) > MOST_TOLD else ""
    return [
        Words(*NOTE_AT, f"{GETA} 字库未收 · not in this font: {' '.join(told)}{more}")
    ]


def _draw_qr(canvas: Canvas, face: Face) -> None:
    """Dark modules as squares, within a quiet zone of four (ISO/IEC 18004, 6.3.8)."""
    rows = list(face.qr.matrix_iter(border=4))
    x, y, size = face.qr_at
    side = size / len(rows)
    for down, row in enumerate(rows):
        for across, dark in enumerate(row):
            if dark:
                left, low = x + across * side, HEIGHT - y - (down + 1) * side
                # A hair wider, or readers show seams between squares.
                box = left, low, side * 1.02, side * 1.02
                canvas.rect(*(each * mm for each in box), stroke=0, fill=1)
