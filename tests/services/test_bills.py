"""
A bill's face, read back from PDF and OFD by other implementations: pypdf for text,
pymupdf for pixels, easyofd for OFD, zxing for the QR code.
"""

import base64
import io

import pymupdf
import pypdf
import pytest
import zxingcpp
from easyofd.parser_ofd.ofd_parser import OFDParser
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from huabiao.services.bills import face_of, to_ofd, to_pdf
from huabiao.services.bills.face import LINES_A_PAGE, fit, yuan

NUMBER, CHECK = "11060126-0000000001", "a1b2c3"
ADDRESS = f"https://city.example/bills?number={NUMBER}&code={CHECK}"
NAMES = {"issuer": "某博物馆", "payer": "某旅行社"}


def record(lines=2, **changes):
    """A record as doors show it, of so many lines of 100 yuan."""
    fields = {
        "lines": [
            {"item": f"门票 & <tour> {number}", "quantity": 2, "amount": 10_000}
            for number in range(lines)
        ],
        "amount": 10_000 * lines, "check_code": CHECK, "red": "",
        "payer_code": "91110000600037341L",
    }  # fmt: skip
    return {"id": NUMBER, "state": "issued", "fields": fields} | changes


def face(*shown, **changes):
    return face_of(record(*shown, **changes), NAMES, "https://city.example/")


def texts(ofd):
    """What easyofd reads of each page, and the QR code in the package."""
    (document,) = OFDParser(base64.b64encode(ofd).decode())()
    pages = [
        [each["text"] for each in document["page_info"][number]["text_list"]]
        for number in sorted(document["page_info"])
    ]
    (image,) = document["images"].values()
    return pages, scan(Image.open(io.BytesIO(base64.b64decode(image["imgb64"]))))


def scan(image):
    return [found.text for found in zxingcpp.read_barcodes(image)]


EXPECTED = [
    "财政电子票据", "票据代码：11060126", "票据号码：0000000001", f"校验码：{CHECK}",
    "交款人：某旅行社", "交款人统一社会信用代码：91110000600037341L",
    "门票 & <tour> 0", "100.00", "金额合计（大写）：贰佰元整", "（小写）：200.00",
    "收款单位：某博物馆",
]  # fmt: skip


def test_a_pdf_is_read_by_pypdf_and_scanned():
    pdf = to_pdf(face())
    (page,) = pypdf.PdfReader(io.BytesIO(pdf)).pages
    text = page.extract_text()
    assert [each for each in EXPECTED if each not in text] == []
    pixels = pymupdf.open(stream=pdf)[0].get_pixmap(dpi=200)
    image = Image.frombytes("RGB", (pixels.width, pixels.height), pixels.samples)
    assert scan(image) == [ADDRESS]


def test_an_ofd_is_read_by_easyofd_and_scanned():
    ((page,), codes) = texts(to_ofd(face()))
    assert [each for each in EXPECTED if each not in page] == []
    assert codes == [ADDRESS]


def test_a_long_bill_has_pages_with_the_head_and_the_sum_on_each():
    long = face(LINES_A_PAGE * 2 + 1)
    pages, _ = texts(to_ofd(long))
    pdf = pypdf.PdfReader(io.BytesIO(to_pdf(long)))
    read = [page.extract_text() for page in pdf.pages]
    assert len(pages) == len(read) == 3
    for number, page in enumerate(pages):
        assert page[0] == "财政电子票据" and f"{number + 1} / 3" in page
        assert "（小写）：2,100.00" in page
        assert f"门票 & <tour> {number * LINES_A_PAGE}" in page
        assert [text for text in page if text not in read[number]] == []


def test_a_reversed_bill_says_so():
    reversed_ = record(state="reversed")
    reversed_["fields"]["red"] = "11060126-0000000009"
    (page,), _ = texts(to_ofd(face_of(reversed_, NAMES, "https://city.example")))
    assert page[0] == "财政电子票据（已冲红）"
    assert "冲红票号：11060126-0000000009" in page


def test_the_same_bill_is_the_same_file():
    assert to_pdf(face()) == to_pdf(face())
    assert to_ofd(face()) == to_ofd(face())


@settings(max_examples=20, deadline=None)
@given(st.text(min_size=1, max_size=300))
def test_any_text_can_stand_on_a_bill(item):
    told = record(1)
    told["fields"]["lines"][0]["item"] = item
    drawn = face_of(told, {"issuer": item, "payer": item}, "https://city.example")
    assert to_pdf(drawn).startswith(b"%PDF")
    (page,), _ = texts(to_ofd(drawn))
    kept = fit(item, 32).strip()
    assert not kept or any(kept in text.strip() for text in page)


@pytest.mark.parametrize(
    ("fen", "written"),
    [(0, "0.00"), (5, "0.05"), (12_345, "123.45"), (100_000_000, "1,000,000.00")],
)
def test_fen_as_yuan(fen, written):
    assert yuan(fen) == written


# Capitals as GB/T 15835 and the People's Bank's rules for bills write them.
@pytest.mark.parametrize(
    ("fen", "capitals"),
    [
        (20_000, "贰佰元整"), (1_234_560, "壹万贰仟叁佰肆拾伍元陆角"), (5, "伍分"),
        (10_000_000_001, "壹亿元零壹分"), (10**18, "—"),
    ],
)  # fmt: skip
def test_the_amount_in_capitals(fen, capitals):
    told = record(1)
    told["fields"]["amount"] = fen
    (page,), _ = texts(to_ofd(face_of(told, NAMES, "https://city.example")))
    assert f"金额合计（大写）：{capitals}" in page


def test_what_is_too_long_is_cut():
    assert fit("票" * 10, 5) == "票票票票…"
    assert fit("票\n据", 5) == "票 据"
    assert fit("x" * 500, 200).endswith("…")


def test_names_that_the_font_has_not_are_told_and_harm_nothing_else():
    told = record(1)
    told["fields"]["lines"][0]["item"] = "𠮷野家 W" + "W" * 99
    names = {"issuer": "北京", "payer": "阿依努尔·买买提𬱖"}
    drawn = face_of(told, names, "https://city.example")
    (page,) = pymupdf.open(stream=to_pdf(drawn))
    text = page.get_text()
    assert "交款人：阿依努尔·买买提〓" in text and "〓野家" in text
    assert "U+2CC56" in text and "U+20BB7" in text
    assert all(word[2] <= page.rect.width for word in page.get_text("words"))
    ((seen, *_), _) = texts(to_ofd(drawn))
    assert "交款人：阿依努尔·买买提𬱖" in seen


def test_a_great_sum_in_capitals_leaves_room_for_its_figures():
    told = record(1)
    told["fields"]["amount"] = 10**18 - 1
    (page,) = pymupdf.open(stream=to_pdf(face_of(told, NAMES, "https://c.example")))
    (figures,) = page.search_for("（小写）")
    (capitals,) = page.search_for("玖角玖分")
    assert capitals.x1 <= figures.x0
