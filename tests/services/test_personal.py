"""Which columns are proposed as personal, and which must not be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huabiao.services.databases import population
from huabiao.services.scanner import ColumnScan
from huabiao.services.scanner.personal import is_about_people, propose

PEOPLE = population.people(11, 60)
NUMBERS = [person.identity_number for person in PEOPLE]
NAMES = [person.name for person in PEOPLE]
MOBILES = [person.mobile for person in PEOPLE]
MAILS = [person.email for person in PEOPLE]
HOMES = [person.address for person in PEOPLE]
CARDS = [person.bank_card for person in PEOPLE]
FIRMS = [firm.name for firm in population.enterprises(11, 60)]
DISTRICTS = [name for _, name in population.DISTRICTS] * 3
AIRLINES = ["Endeavor Air Inc.", "American Airlines Inc.", "Alaska Airlines Inc."] * 9
ENGLISH = [
    f"{first} {last}"
    for first in ("John", "Mary", "Robert", "Linda K.", "Anne", "Peter")
    for last in ("Smith", "Jones", "Brown", "Lee", "O'Neil")
]
RUNNING = [str(13_000_000_000 + n) for n in range(60)]
SERIALS = [str(13_000_000_000_000 + n) for n in range(60)]


def look(name, values=(), comment="", table="t", about="", letter="C"):
    column = ColumnScan(name, "text", letter, None, True, comment, None)
    (found,) = propose(table, about, [column], {name: list(values)})
    return found.personal and (found.personal.kind, found.personal.confidence)


@pytest.mark.parametrize(
    ("name", "comment", "values", "kind"),
    [
        ("sfzh", "", NUMBERS, "identity_number"),
        ("idCardNo", "", NUMBERS, "identity_number"),
        ("ID_CARD", "", NUMBERS, "identity_number"),
        ("c7", "公民身份号码", NUMBERS, "identity_number"),
        ("身份证号", "", NUMBERS, "identity_number"),
        ("sjh", "", MOBILES, "mobile"),
        ("mobilePhone", "", MOBILES, "mobile"),
        ("c8", "联系电话", MOBILES, "mobile"),
        ("full_name", "", ENGLISH, "name"),
        ("xingming", "", NAMES, "name"),
        ("c9", "姓名", NAMES, "name"),
        ("fr", "企业法定代表人", NAMES, "name"),
        ("home_address", "", HOMES, "address"),
        ("jtzz", "", HOMES, "address"),
        ("c1", "户籍地址", HOMES, "address"),
        ("email", "", MAILS, "email"),
        ("yhkh", "", CARDS, "bank_card"),
        ("c2", "银行卡号", CARDS, "bank_card"),
    ],
)
def test_a_clear_name_and_fitting_values_are_certain(name, comment, values, kind):
    assert look(name, values, comment) == (kind, "high")


@pytest.mark.parametrize(
    ("name", "comment", "kind"),
    [
        ("sfzh", "", "identity_number"),
        ("phone_number", "", "mobile"),
        ("c9", "姓名", "name"),
        ("home_address", "", "address"),
    ],
)
def test_an_empty_table_is_judged_by_name_with_less_confidence(name, comment, kind):
    assert look(name, [], comment) == (kind, "medium")


def test_pinyin_initials_need_the_values():
    assert look("xm", NAMES) == ("name", "medium")
    assert look("xm", FIRMS) is None  # 项目
    assert look("xm", []) is None
    assert look("xm", [], table="ryxx") == ("name", "medium")


def test_identity_numbers_speak_for_themselves():
    assert look("c17", NUMBERS) == ("identity_number", "high")
    assert look("c17", NUMBERS[:9]) is None
    spoiled = [n[:-1] + ("1" if n[-1] == "0" else "0") for n in NUMBERS]
    assert look("c17", spoiled) is None


def test_mobile_numbers_may_be_integers():
    assert look("sjh", MOBILES, letter="I") == ("mobile", "high")
    assert look("c5", MOBILES, letter="I") == ("mobile", "medium")


def test_masked_values_count_where_the_name_speaks():
    masked = [n[:3] + "*" * 11 + n[-4:] for n in NUMBERS]
    assert look("sfzh", masked) == ("identity_number", "high")
    assert look("c17", masked) is None


def test_encrypted_values_leave_a_doubt():
    assert look("sfzh", ["b64:" + "A" * 40] * 30) == ("identity_number", "medium")


@pytest.mark.parametrize(
    ("table", "name", "comment", "values"),
    [
        ("airlines", "name", "航空公司名称", AIRLINES),
        ("airlines", "name", "", AIRLINES),
        ("airports", "name", "", ["Lansdowne Airport", "Moton Field"] * 20),
        ("enterprises", "name", "企业名称", FIRMS),
        ("divisions", "name", "区划名称", DISTRICTS),
        ("divisions", "mc", "", DISTRICTS),
        ("files", "file_name", "", ENGLISH),
        ("orders", "serial", "订单号", SERIALS),
        ("orders", "tx_id", "", RUNNING),
        ("t", "ip_address", "", ["10.0.0.1"] * 30),
        ("t", "wz", "网址", ["http://example.com"] * 30),
        ("t", "phone_type", "", ["mobile", "fixed"] * 20),
        ("t", "sjlx", "手机型号", ["P60", "M9"] * 20),
        ("t", "gsd", "手机号归属地", DISTRICTS),
        ("t", "email_count", "", ["1", "2"] * 20),
        ("t", "id", "", [str(n) for n in range(60)]),
        ("t", "identity", "", ["admin", "guest"] * 20),
        ("enterprises", "address", "住所（经营场所）", HOMES),
        ("stations", "address", "", HOMES),
        ("t", "rs", "持有身份证人数", ["12", "13"] * 20),
    ],
)
def test_what_only_sounds_like_a_person(table, name, comment, values):
    assert look(name, values, comment, table=table) is None


def test_types_that_hold_no_such_value_are_left_alone():
    for letter in "DTLGBFY":
        assert look("sfzh", NUMBERS, letter=letter) is None


def test_the_table_makes_a_name_a_persons():
    assert look("name", [], table="employees") == ("name", "medium")
    assert look("name", ENGLISH, table="employees") == ("name", "medium")
    assert look("address", HOMES, table="t", about="参保人员") == ("address", "medium")
    assert not is_about_people("staff_count", "各单位参保人数")


def test_a_neighbour_with_identity_numbers_makes_an_address_a_home():
    columns = [
        ColumnScan(name, "text", "C", None, True, "", None)
        for name in ("sfzh", "address", "note")
    ]
    values = {"sfzh": NUMBERS, "address": HOMES, "note": ["x"] * 30}
    found = [c.personal and c.personal.kind for c in propose("t", "", columns, values)]
    assert found == ["identity_number", "address", None]


def test_an_enterprises_representative_does_not_make_its_address_a_home():
    columns = [
        ColumnScan("frdb", "text", "C", None, True, "法定代表人", None),
        ColumnScan("address", "text", "C", None, True, "", None),
    ]
    values = {"frdb": NAMES, "address": HOMES}
    found = [c.personal and c.personal.kind for c in propose("qy", "", columns, values)]
    assert found == ["name", None]


def test_a_contacts_telephone_is_no_name():
    assert look("c", MOBILES, "联系人电话") == ("mobile", "medium")
    assert look("contact_phone", MOBILES)[0] == "mobile"


def test_grades_and_reasons_are_given_and_quote_no_value():
    column = ColumnScan("sfzh", "text", "C", None, True, "身份证号", None)
    (found,) = propose("t", "", [column], {"sfzh": NUMBERS})
    assert found.personal.grade == "sensitive"
    assert len(found.personal.reasons) == 2
    said = " ".join(found.personal.reasons)
    assert "身份证号" in said
    assert "GB" not in said or "11643" in said
    assert not [number for number in NUMBERS if number in said]


@given(st.text(max_size=20), st.text(max_size=20), st.lists(st.text(max_size=30)))
def test_no_name_and_no_value_breaks_it(name, comment, values):
    look(name, values, comment)
