"""
Lists at the API, on the command line and on the pages: filter, order, pages, CSV, and
that nobody finds out by a list what he may not see.
"""

import csv
import io
import threading
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from served_city import Served

from huabiao.client.remote import Answered, Remote
from huabiao.crypto.address import show
from huabiao.doors.city import MOST_EXPORTS
from huabiao.doors.listing import cell
from huabiao.doors.lists_asked import csv_download
from huabiao.doors.problems import Problem

LIST = "/api/scenarios/hazardous_waste/records"
IDS = ["m1", "w1", "w2", "w3"]


@pytest.fixture(scope="module")
def loads(served: Served, case: str) -> list[str]:
    """Beside the case, three loads of another plant."""
    served.grant("hazardous_waste", "generator", "mill")
    for number, id_ in enumerate(IDS[1:]):
        code = "261-071-11" if number else "900-041-49"
        outcome = served.remote().call(
            served.keys("mill"), "hazardous_waste", "draft", id_,
            {"waste_code": code, "declared": 100 + number},
        )  # fmt: skip
        assert outcome.accepted, outcome
    assert served.node.index.wait_for(served.node.port.height, 30)
    return IDS


def ids(city: Remote, **asked: Any) -> list[str]:
    """The whole list, two records a page."""
    found: list[str] = []
    after: str | None = ""
    while after is not None:
        page = city.get(LIST, **asked, limit=2, after=after or None)
        found += [each["id"] for each in page["records"]]
        after = page["next"]
    return [each for each in found if each in IDS]


def code_of(city: Remote, **asked: Any) -> str:
    with pytest.raises(Answered) as refused:
        city.get(LIST, **asked)
    return refused.value.code


def test_filter_and_order_page_by_page(served: Served, loads: list[str]) -> None:
    bureau = served.remote("bureau")
    assert ids(bureau) == IDS
    assert ids(bureau, sort="-id") == IDS[::-1]
    assert ids(bureau, state="drafted", sort="-state") == ["w3", "w2", "w1"]
    assert ids(bureau, where="waste_code=261-071-11") == ["w2", "w3"]
    assert ids(bureau, sort="-waste_code") == ["w1", "m1", "w3", "w2"]
    mill = show(served.keys("mill").account)
    both = [f"generator={mill}", "waste_code=900-041-49"]
    assert ids(bureau, where=both) == ["w1"]


def test_a_stranger_learns_nothing_by_asking(served: Served, loads: list[str]) -> None:
    mill = show(served.keys("mill").account)
    stranger = served.remote("clerk")
    for asked in ({"where": f"generator={mill}"}, {"sort": "generator"}):
        assert code_of(served.remote(), **asked) == "session.missing"
        assert code_of(stranger, **asked) == "list.private"
    assert ids(stranger) == IDS, "that there is a record is public"
    shown = stranger.get(LIST)["records"]
    assert all(not each["fields"] and not each["complete"] for each in shown)
    exported = stranger.octets(f"{LIST}.csv").decode()
    assert "900-041-49" not in exported and mill not in exported
    page = httpx.get(served.url + "/scenarios/hazardous_waste").text
    assert "w1" in page and "261-071-11" not in page and mill not in page
    refused = httpx.get(
        served.url + "/scenarios/hazardous_waste",
        params={"field": "generator", "value": mill},
    )
    assert refused.status_code == 401


def test_a_party_lists_its_own_by_any_field(served: Served, loads: list[str]) -> None:
    mill, truck = served.remote("mill"), served.remote("truck")
    own = show(served.keys("mill").account)
    assert ids(mill, where=f"generator={own}") == ["w1", "w2", "w3"]
    assert ids(mill, own=True, sort="-waste_code") == ["w1", "w3", "w2"]
    assert ids(truck, own=True) == ["m1"]
    assert code_of(truck, where=f"generator={own}") == "list.private"
    assert code_of(served.remote(), own=True) == "session.missing"


def test_what_cannot_be_listed_by_is_told(served: Served, loads: list[str]) -> None:
    bureau = served.remote("bureau")
    assert code_of(bureau, where="declared=1000") == "list.unindexed"
    assert code_of(bureau, sort="declared") == "list.unindexed"
    assert code_of(bureau, where="waste_code") == "list.filters"
    assert code_of(bureau, where=["waste_code=a", "waste_code=b"]) == "list.filters"
    assert code_of(bureau, where="generator=nobody") == "argument.malformed"
    assert code_of(bureau, sort="waste_code", after="m1") == "list.cursor"


def test_the_csv_is_the_list_as_far_as_it_is_seen(
    served: Served, loads: list[str]
) -> None:
    content = served.remote("mill").octets(f"{LIST}.csv", own=True, sort="-id")
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row["id"] for row in rows] == ["w3", "w2", "w1"]
    assert [row["declared"] for row in rows] == ["102", "101", "100"]
    assert {row["generator"] for row in rows} == {show(served.keys("mill").account)}


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"), ("  =HYPERLINK(1)", "'  =HYPERLINK(1)"), ("+1", "'+1"),
        ("-x", "'-x"), ("@SUM", "'@SUM"), ("\t=1", "'\t=1"), ("＝1", "'＝1"),
        (-5, -5), (None, ""), ("plain", "plain"), (["=1"], '["=1"]'),
    ],
)  # fmt: skip
def test_no_text_becomes_a_formula(value: Any, written: Any) -> None:
    assert cell(value) == written


def test_the_command_line_lists_and_exports(served: Served, loads: list[str]) -> None:
    words = ("list", "hazardous_waste", "--as", "mill", "--own", "--sort", "-id")
    found = served.json(*words, "--limit", "2")
    assert [each["id"] for each in found["records"]] == ["w3", "w2"]
    rest = served.json(*words, "--after", found["next"])
    assert [each["id"] for each in rest["records"]] == ["w1"]
    text = served.run("list", "hazardous_waste", "--as", "bureau", "--state", "moving",
                      "--where", "waste_code=900-041-49").stdout  # fmt: skip
    assert "m1" in text and "w1" not in text
    exported = served.run(*words, "--csv").stdout
    assert exported.count("\n") == 4 and "261-071-11" in exported


def test_an_export_says_how_many_rows_come(served: Served, loads: list[str]) -> None:
    """Of all and of one state; not where the node would have to look through them."""
    bureau = served.remote("bureau")
    for asked, known in (
        ({}, True),
        ({"state": "drafted"}, True),
        ({"own": True}, False),
    ):
        with bureau.rows(f"{LIST}.csv", **asked) as (total, parts):
            rows = b"".join(parts).count(b"\r\n") - 1
        assert total == (rows if known else None)
    with (
        pytest.raises(Answered) as refused,
        served.remote().rows(f"{LIST}.csv", own=True),
    ):
        pass
    assert refused.value.code == "session.missing"


def test_the_page_of_a_scenario_lists_sorts_and_exports(
    served: Served, loads: list[str]
) -> None:
    with httpx.Client(base_url=served.url) as browser:
        token = served.run("key", "token", "mill").stdout.split()[-1]
        assert browser.post("/me", data={"token": token}).status_code == 303
        asked = {"own": "true", "sort": "-waste_code"}
        page = browser.get("/scenarios/hazardous_waste", params=asked).text
        assert page.index(">w1<") < page.index(">w3<") < page.index(">w2<")
        assert "261-071-11" in page and ">m1<" not in page
        link = "/export/hazardous_waste.csv?sort=-waste_code&amp;own=true"
        assert link in page
        exported = browser.get(link.replace("&amp;", "&"))
        assert exported.headers["content-type"].startswith("text/csv")
        assert exported.text.count("\n") == 4


def test_a_node_makes_few_exports_at_once() -> None:
    """Each that was begun is counted until it was read or let go of."""
    city: Any = SimpleNamespace(exports=threading.BoundedSemaphore(MOST_EXPORTS))
    begun = [csv_download(city, iter(["a", "b"]), "n") for _ in range(MOST_EXPORTS)]
    with pytest.raises(Problem) as refused:
        csv_download(city, iter(["a"]), "n")
    assert (refused.value.status, refused.value.code) == (503, "export.full")
    begun.pop()
    assert csv_download(city, iter(["a"]), "n").status_code == 200
