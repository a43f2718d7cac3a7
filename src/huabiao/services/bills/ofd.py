"""
A bill's face as OFD, the Chinese standard for fixed-layout documents (GB/T 33190-2016).

An OFD file is a ZIP of XML files: OFD.xml names the document (7.4), Document.xml its
pages and resources (7.5), a page's Content.xml the objects on it (7.7). Lengths are
millimetres from the upper left corner. No library that writes it is kept well enough;
the tests read what is written here with another implementation.
"""

import io
import zipfile
from collections.abc import Iterator
from hashlib import md5
from xml.sax.saxutils import escape, quoteattr

from huabiao.services.bills.face import HEIGHT, WIDTH, Face, Rule, Words

NAMESPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'
FONT_ID, QR_ID, FIRST_ID = 1, 2, 10
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date that a ZIP has where none is known: the same face gives the same bytes."""


def to_ofd(face: Face) -> bytes:
    """The bytes of an OFD package."""
    ids = iter(range(FIRST_ID, 1_000_000))
    page_ids = [next(ids) for _ in face.pages]
    contents = [_content(face, page, ids) for page in face.pages]
    places = [f"Pages/Page_{number}/Content.xml" for number in range(len(contents))]
    files = {
        "OFD.xml": _package(face),
        "Doc_0/Document.xml": _document(page_ids, places, next(ids)),
        "Doc_0/PublicRes.xml": _fonts(),
        "Doc_0/DocumentRes.xml": _images(),
        "Doc_0/Res/qr.png": face.qr_png,
    }
    for place, content in zip(places, contents, strict=True):
        files[f"Doc_0/{place}"] = content
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, octets in files.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            package.writestr(entry, octets, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _xml(root: str, inner: str, attributes: str = "") -> bytes:
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<ofd:{root} {NAMESPACE}'
    return f"{head}{attributes}>{inner}</ofd:{root}>\n".encode()


def _package(face: Face) -> bytes:
    """7.4: the entry. DocID is 32 hexadecimal digits, and names, it secures nothing."""
    number = md5(face.number.encode(), usedforsecurity=False).hexdigest()
    info = (
        f"<ofd:DocID>{number}</ofd:DocID>"
        f"<ofd:Title>{escape(f'{face.title} {face.number}')}</ofd:Title>"
        "<ofd:Creator>Huabiao</ofd:Creator>"
    )
    body = (
        f"<ofd:DocBody><ofd:DocInfo>{info}</ofd:DocInfo>"
        "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody>"
    )
    return _xml("OFD", body, ' Version="1.0" DocType="OFD"')


def _document(page_ids: list[int], places: list[str], highest: int) -> bytes:
    """7.5: the size of pages, the resources, the pages in order."""
    pages = "".join(
        f'<ofd:Page ID="{id_}" BaseLoc="{place}"/>'
        for id_, place in zip(page_ids, places, strict=True)
    )
    return _xml(
        "Document",
        f"<ofd:CommonData><ofd:MaxUnitID>{highest}</ofd:MaxUnitID>"
        f"<ofd:PageArea><ofd:PhysicalBox>{_numbers(0, 0, WIDTH, HEIGHT)}"
        "</ofd:PhysicalBox></ofd:PageArea>"
        "<ofd:PublicRes>PublicRes.xml</ofd:PublicRes>"
        "<ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes></ofd:CommonData>"
        f"<ofd:Pages>{pages}</ofd:Pages>",
    )


def _fonts() -> bytes:
    """7.9: the font by name; what has no FontFile the reader brings along (11.1)."""
    return _xml(
        "Res",
        f'<ofd:Fonts><ofd:Font ID="{FONT_ID}" FontName="宋体" FamilyName="宋体"/>'
        "</ofd:Fonts>",
        ' BaseLoc="Res"',
    )


def _images() -> bytes:
    return _xml(
        "Res",
        f'<ofd:MultiMedias><ofd:MultiMedia ID="{QR_ID}" Type="Image" Format="PNG">'
        "<ofd:MediaFile>qr.png</ofd:MediaFile></ofd:MultiMedia></ofd:MultiMedias>",
        ' BaseLoc="Res"',
    )


def _content(face: Face, page: tuple[Words | Rule, ...], ids: Iterator[int]) -> bytes:
    """7.7: one layer with every object of a page."""
    layer = next(ids)
    drawn = "".join(
        _words(piece, next(ids))
        if isinstance(piece, Words)
        else _rule(piece, next(ids))
        for piece in page
    )
    x, y, size = face.qr_at
    drawn += (
        f'<ofd:ImageObject ID="{next(ids)}" Boundary="{_numbers(x, y, size, size)}"'
        f' CTM="{_numbers(size, 0, 0, size, 0, 0)}" ResourceID="{QR_ID}"/>'
    )
    layers = f'<ofd:Layer ID="{layer}" Type="Body">{drawn}</ofd:Layer>'
    return _xml("Page", f"<ofd:Content>{layers}</ofd:Content>")


def _words(words: Words, id_: int) -> str:
    """11.2: Y is the baseline within the boundary, DeltaX the step to each next
    character: a whole size for Chinese ones, half for ASCII."""
    steps = [words.size / (2 if c.isascii() else 1) for c in words.text]
    box = _numbers(words.x, words.y - words.size, sum(steps), words.size * 1.3)
    return (
        f'<ofd:TextObject ID="{id_}" Boundary="{box}" Font="{FONT_ID}"'
        f' Size="{_numbers(words.size)}"><ofd:FillColor Value="0 0 0"/>'
        f'<ofd:TextCode X="0" Y="{_numbers(words.size)}"'
        f" DeltaX={quoteattr(_numbers(*steps[:-1]))}>{escape(words.text)}"
        "</ofd:TextCode></ofd:TextObject>"
    )


def _rule(rule: Rule, id_: int) -> str:
    """9.1: a path, in coordinates of its own boundary."""
    width, height = rule.to_x - rule.x, rule.to_y - rule.y
    box = _numbers(rule.x, rule.y, max(width, 0.2), max(height, 0.2))
    return (
        f'<ofd:PathObject ID="{id_}" Boundary="{box}" LineWidth="0.2" Stroke="true">'
        f'<ofd:StrokeColor Value="0 0 0"/>'
        f"<ofd:AbbreviatedData>M 0 0 L {_numbers(width, height)}"
        "</ofd:AbbreviatedData></ofd:PathObject>"
    )


def _numbers(*values: float) -> str:
    return " ".join(f"{value:.3f}".rstrip("0").rstrip(".") for value in values)
