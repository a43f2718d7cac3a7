"""
A bill's face as PDF, by reportlab.

The Chinese font is STSong-Light, one of those that PDF predefines for Adobe-GB1 (ISO
32000-1, 9.7.5): readers bring it along, so a bill has a few kilobytes and no font needs
to lie on the server.
"""

import io

from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from huabiao.services.bills.face import HEIGHT, WIDTH, Face, Words

FONT = "STSong-Light"


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
        for piece in page:
            # PDF counts from the lower left corner.
            if isinstance(piece, Words):
                canvas.setFont(FONT, piece.size * mm)
                canvas.drawString(piece.x * mm, (HEIGHT - piece.y) * mm, piece.text)
            else:
                ends = piece.x, HEIGHT - piece.y, piece.to_x, HEIGHT - piece.to_y
                canvas.setLineWidth(0.2 * mm)
                canvas.line(*(end * mm for end in ends))
        canvas.doForm("qr")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


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
