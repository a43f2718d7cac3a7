"""Bills by the doors: files for who may see them, a public check that tells nothing."""

import io
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pypdf
import pytest
from served_city import Served

from huabiao.client.remote import Answered
from huabiao.crypto.address import show
from huabiao.doors.bills import BillChecks, Limit, is_valid
from huabiao.doors.city import City
from huabiao.doors.problems import Problem
from huabiao.doors.sessions import Sessions

NUMBER = "11060126-0000000001"


@pytest.fixture(scope="module")
def code(served: Served) -> str:
    """A bill that `museum` issued to `visitor`; its check code."""
    for role, name in (("bureau", "treasury"), ("issuer", "museum")):
        served.grant("e_bill", role, name)
    museum, city = served.keys("museum"), served.remote()
    segment: dict[str, Any] = {
        "code": "11060126", "first": 1, "last": 1000, "issuer": show(museum.account),
    }  # fmt: skip
    treasury = served.keys("treasury")
    allotted = city.call(treasury, "e_bill", "allot", "", segment)
    assert allotted.accepted, allotted
    bill = {
        "payer": show(served.keys("visitor").account),
        "lines": [{"item": "门票", "quantity": 1, "amount": 6_000}],
        "amount": 6_000,
    }
    issued = city.call(museum, "e_bill", "issue", NUMBER, bill)
    assert issued.accepted, issued
    record = served.remote("visitor").get(f"/api/scenarios/e_bill/records/{NUMBER}")
    return str(record["fields"]["check_code"])


@pytest.fixture(autouse=True)
def unasked(served: Served) -> None:
    """As if nobody had asked yet: all tests come from one address."""
    served.services["bill_checks"] = BillChecks()


def path(form: str, number: str = NUMBER) -> str:
    return f"/api/bills/{number}/bill.{form}"


def test_its_parties_get_the_file(served: Served, code: str) -> None:
    for name in ("museum", "visitor"):
        pdf = served.remote(name).octets(path("pdf"))
        text = pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
        assert f"校验码：{code}" in text and "60.00" in text
        ofd = served.remote(name).octets(path("ofd"))
        assert "OFD.xml" in zipfile.ZipFile(io.BytesIO(ofd)).namelist()


def test_strangers_do_not(served: Served, code: str) -> None:
    for form in ("pdf", "ofd"):
        with pytest.raises(Answered) as nobody:
            served.remote().octets(path(form))
        assert nobody.value.status == 401
        with pytest.raises(Answered) as other:
            served.remote("stranger").octets(path(form))
        assert other.value.status == 403
    for wrong in (path("docx"), path("pdf", "11060126-0000000999")):
        with pytest.raises(Answered) as unknown:
            served.remote("visitor").octets(wrong)
        assert unknown.value.status == 404


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("11060126 0000000001", True), ("110601260000000001", True),
        (" 11060126－0000000001", True), ("１１060126—0000000001", True),
        ("11060126-000000001", False), ("x11060126-0000000001", False),
        ("11060126/0000000001", False), ("", False),
    ],
)  # fmt: skip
def test_a_bill_is_found_as_people_copy_it(
    served: Served, code: str, number: str, valid: bool
) -> None:
    for typed in (code, f" {code[:3]} {code[3:].upper()}"):
        asked = {"number": number, "code": typed}
        answer = httpx.get(f"{served.url}/api/bills/check", params=asked).json()
        assert answer == {"number": number, "valid": valid}
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in code)
    asked = {"number": NUMBER, "code": wide}
    assert "此票据真实有效" in httpx.get(f"{served.url}/bills", params=asked).text


def test_the_page_gives_the_file_to_a_session(served: Served, code: str) -> None:
    token = served.remote().token(served.keys("visitor"))["token"]
    with httpx.Client(base_url=served.url) as browser:
        assert browser.get(f"/bills/{NUMBER}/bill.pdf").status_code == 401
        browser.post("/me", data={"token": token})
        answer = browser.get(f"/bills/{NUMBER}/bill.pdf")
        assert answer.headers["content-type"] == "application/pdf"
        record = browser.get(f"/scenarios/e_bill/{NUMBER}").text
        assert f"/bills/{NUMBER}/bill.ofd" in record


def test_the_check_says_yes_or_no_and_nothing_else(served: Served, code: str) -> None:
    wrong = "000000" if code != "000000" else "000001"
    asked = [(NUMBER, code), (NUMBER, wrong), ("11060126-0000000999", code), ("x", "")]
    answers = [
        served.remote().get("/api/bills/check", number=number, code=given)
        for number, given in asked
    ]
    assert answers == [
        {"number": number, "valid": place == 0}
        for place, (number, _) in enumerate(asked)
    ]


def test_the_page_of_the_qr_code(served: Served, code: str) -> None:
    good = httpx.get(f"{served.url}/bills", params={"number": NUMBER, "code": code})
    assert good.status_code == 200 and "真实有效" in good.text
    for secret in ("60.00", "6000", "门票", "hb1"):
        assert secret not in good.text
    bad = httpx.get(f"{served.url}/bills", params={"number": NUMBER, "code": "ffffff"})
    assert "查无此有效票据" in bad.text
    attack = {"number": "<script>alert(1)</script>", "code": "x"}
    assert "<script>alert" not in httpx.get(f"{served.url}/bills", params=attack).text


def test_by_the_command_line(served: Served, code: str, tmp_path: Path) -> None:
    for form in ("pdf", "ofd"):
        file = tmp_path / f"bill.{form}"
        words = ["bill", "render", NUMBER, "-o", str(file), "--as", "visitor"]
        assert served.run(*words).exit_code == 0
        assert file.read_bytes()[:2] in (b"%P", b"PK")
    refused = served.run("bill", "render", NUMBER, "-o", str(tmp_path / "bill.txt"))
    assert refused.exit_code == 1 and ".pdf" in refused.output
    assert served.run("bill", "check", NUMBER, code).exit_code == 0
    assert served.run("bill", "check", NUMBER, "zzzzzz").exit_code == 1


def test_guessing_ends_per_address_and_per_number(served: Served, code: str) -> None:
    now = [0.0]
    services = {"bill_checks": BillChecks(lambda: now[0])}
    port = served.node.port
    city = City(port, served.node.index, services, Sessions(port.chain))
    for guess in range(30):
        assert not is_valid(city, NUMBER, f"{guess:06}x", f"10.0.0.{guess}")
    with pytest.raises(Problem, match="Too many"):
        is_valid(city, NUMBER, code, "10.0.1.1")
    now[0] = 3_600.0
    assert is_valid(city, NUMBER, code, "10.0.1.1")
    for _ in range(29):
        is_valid(city, NUMBER, code, "10.0.1.1")
    with pytest.raises(Problem, match="Too many"):
        is_valid(city, NUMBER, code, "10.0.1.1")
    assert is_valid(city, NUMBER, code, "10.0.1.2")


def test_a_limit_has_a_fixed_memory() -> None:
    limit = Limit(1, 60, lambda: 0.0)
    before = len(limit._counts)
    for number in range(20_000):
        limit.count(str(number))
    assert len(limit._counts) == before and limit.reached("anything")
