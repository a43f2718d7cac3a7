"""Events of all contracts on one page: by kind, page by page, exported, and kept to
whom they concern."""

import contextlib
import csv
import io
import re

import httpx
import pytest
from served_city import Served

ABOUT = {"scenario": "hazardous_waste", "record": "m1"}


def shown(browser: httpx.Client, **asked: str) -> str:
    answer = browser.get("/events", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.text


def rows(browser: httpx.Client, **asked: str) -> list[dict[str, str]]:
    answer = browser.get("/events.csv", params=asked)
    assert answer.headers["content-disposition"].endswith('"events.csv"')
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def test_all_see_that_it_happened_and_the_parties_who_did_it(
    served: Served, case: str
) -> None:
    stranger, plant = served.browser(), served.browser("plant")
    with contextlib.closing(stranger), contextlib.closing(plant):
        for browser, sees in ((stranger, False), (plant, True)):
            page = shown(browser, **ABOUT)
            assert "填报联单" in page or "draft" in page
            assert f"/scenarios/hazardous_waste/{case}" in page
            assert ("不公开" in page) is not sees
        assert [each["sender"] for each in rows(stranger, **ABOUT)] == ["", ""]
        collected, drafted = rows(plant, **ABOUT)
        assert (collected["event"], drafted["event"]) == ("collect", "draft")
        assert drafted["sender"].startswith("hb1") and "drafted" in drafted["detail"]


def test_kinds_heights_and_pages(served: Served, case: str) -> None:
    with contextlib.closing(served.browser()) as browser:
        height = rows(browser, **ABOUT, event="draft")[0]["height"]
        assert len(rows(browser, **ABOUT, until=height)) == 1
        every = rows(browser)
        assert {each["scenario"] for each in every} >= {"governance", "hazardous_waste"}
        page, cursors = shown(browser), 0
        while older := re.search('before=([^"]+)"', page):
            page, cursors = shown(browser, before=older[1]), cursors + 1
        assert cursors == -(-len(every) // 50) - 1  # none leads to an empty page
        assert f'/blocks/{every[-1]["height"]}"' in page


@pytest.mark.parametrize("spoiled", [{"before": "x"}, {"until": "-1"}, {"until": "²"}])
def test_what_is_no_place_on_the_chain_is_a_sentence(
    served: Served, spoiled: dict[str, str]
) -> None:
    answer = httpx.get(served.url + "/events", params=spoiled)
    assert answer.status_code == 422 and "notice" in answer.text
