"""Envelopes of the whole chain as a list: page by page, the refused ones, as CSV, and
who sent them to those alone who may see."""

import contextlib
import csv
import io
import re
from typing import Any

import pytest
from served_city import Served

from huabiao.client.remote import Answered, Remote
from huabiao.client.signing import call
from huabiao.crypto.address import show

WASTE = "hazardous_waste"


def whole(city: Remote, **asked: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    before: str | None = ""
    while before is not None:
        page = city.get("/api/envelopes", **asked, limit=7, before=before or None)
        assert page["envelopes"]
        found += page["envelopes"]
        before = page["next"]
    return found


def blocks(served: Served) -> list[str]:
    """The envelopes that the blocks hold, newest first."""
    port = served.node.port
    found = [port.block(height) for height in range(port.height, 0, -1)]
    return [each.id.hex() for block in found if block for each in block.envelopes[::-1]]


@pytest.fixture(scope="module")
def refused(served: Served, case: str) -> str:
    outcome = served.remote().send(
        served.keys("truck"), call(WASTE, "collect", "listed-refused", weighed=1)
    )
    assert not outcome.accepted
    return outcome.envelope


def test_all_that_the_blocks_hold_newest_first(served: Served, refused: str) -> None:
    found = whole(served.remote())
    assert [each["envelope"] for each in found] == blocks(served)
    of_those = [each["envelope"] for each in found if each["code"] != "ok"]
    rows = whole(served.remote(), refused=True)
    assert refused in of_those and [each["envelope"] for each in rows] == of_those


def test_who_sent_it_is_for_those_who_see_what_it_was_about(
    served: Served, case: str, refused: str
) -> None:
    truck = show(served.keys("truck").account)

    def senders(city: Remote, key: str) -> set[str | None]:
        rows = [each for each in whole(city) if each["key"] == key]
        assert rows
        return {each.get("sender") for each in rows}

    for viewer in (served.remote(), served.remote("clerk")):
        assert senders(viewer, case) == senders(viewer, "listed-refused") == {None}
        assert truck not in viewer.octets("/api/envelopes.csv").decode()
    for name in ("truck", "plant", "bureau"):
        assert truck in senders(served.remote(name), case), name
    assert senders(served.remote("bureau"), "listed-refused") == {truck}


def test_the_page_pages_filters_and_exports(served: Served, refused: str) -> None:
    with contextlib.closing(served.browser("bureau")) as browser:
        seen, address = [], "/envelopes"
        while address:
            page = browser.get(address).text
            seen += re.findall(r'/envelopes/([0-9a-f]{64})"', page)
            older = re.search(r'href="\?before=([0-9-]+)"', page)
            address = f"/envelopes?before={older[1]}" if older else ""
        assert seen == blocks(served)
        page = browser.get("/envelopes?refused=true").text
        assert refused in page and ">通过<" not in page
        text = browser.get("/envelopes.csv?refused=true").text.removeprefix("\ufeff")
        rows = {each["envelope"]: each for each in csv.DictReader(io.StringIO(text))}
        assert rows[refused]["sender"] == show(served.keys("truck").account)
        for door in ("/", "/blocks"):
            assert 'href="/envelopes"' in browser.get(door).text


@pytest.mark.parametrize("spoiled", ["x", "1-", "-1", "99999999999", "1-2-3"])
def test_what_is_no_place_is_a_sentence(served: Served, spoiled: str) -> None:
    account = show(served.keys("plant").account)
    for list_ in ("envelopes", "envelopes.csv", f"accounts/{account}"):
        with pytest.raises(Answered) as refused:
            served.remote().get(f"/api/{list_}", before=spoiled)
        assert refused.value.code == "envelopes.place"
