"""The first page's figures, the catalogue in the plan's order, and drawn counts."""

import re
from typing import Any

import httpx
import pytest
from served_city import Served

from huabiao.client.signing import call
from huabiao.codec import encode
from huabiao.doors.at_a_glance import members_seen, pace
from huabiao.doors.charts import Bar, bars
from huabiao.doors.glimpses import Glimpse


def block(
    time: int, envelopes: int, signers: tuple[int, ...] = (), set_: int = 0
) -> Glimpse:
    """A block as far as a glance looks at it."""
    certificate = encode([[each, b""] for each in signers]) if signers else b""
    header = {"envelopes": envelopes}
    return Glimpse(header, time, bytes([set_]), certificate, [])


@pytest.mark.parametrize(
    ("blocks", "now", "expected"),
    [
        # What was made after the oldest block's time: 300 + 100 in two seconds.
        ([block(4_000, 300), block(3_000, 100), block(2_000, 999)], 4_500, 200.0),
        ([block(4_000, 300), block(2_000, 1)], 64_001, 0.0),  # a minute of silence
        ([block(4_000, 300), block(4_000, 1)], 4_500, 0.0),  # no time between them
        ([block(4_000, 300)], 4_500, 0.0),
        ([], 4_500, 0.0),
    ],
)
def test_pace_is_envelopes_over_the_time_of_blocks(
    blocks: list[Any], now: int, expected: float
) -> None:
    assert pace(blocks, now) == expected


def test_a_member_is_seen_by_its_signature() -> None:
    members = [{"name": name} for name in "abc"]
    blocks = [block(3, 1), block(2, 1, (0,)), block(1, 1, (0, 2))]
    assert [each["signs"] for each in members_seen(members, blocks)] == [
        True, False, True,
    ]  # fmt: skip
    earlier = [block(3, 1, (0,)), block(2, 1, (1, 2), set_=1)]
    seen = [each["signs"] for each in members_seen(members, earlier)]
    assert seen == [True, False, False], "an earlier list of members tells nothing"


def test_the_first_page_says_how_the_city_is(served: Served) -> None:
    noted = call("evidence", "notarize", digests=[bytes(32)])
    assert served.remote().send(served.keys("clerk"), noted).accepted
    page = httpx.get(served.url).text
    height = served.node.port.height
    shown = re.findall(r"<b>(\d+)</b>", page)
    assert int(shown[0]) in (height, height - 1)
    assert "<b>1/1</b>" in page and "没有签名" not in page
    assert 'href="/scenarios/evidence"' in page, "what happened last"


def test_the_catalogue_stands_in_the_order_of_the_plan(served: Served) -> None:
    page = httpx.get(f"{served.url}/scenarios", cookies={"lang": "en"}).text
    tasks = [int(each) for each in re.findall(r'class="en">task (\d+)</span>', page)]
    assert tasks == sorted(set(tasks)) and {6, 7, 10} <= set(tasks)
    waste = page.index('"/scenarios/hazardous_waste"')
    assert page.index("task 10<") < waste


def test_a_chart_says_its_figures_and_has_them_in_a_table(
    served: Served, case: str
) -> None:
    address = "/scenarios/hazardous_waste"
    moving = served.remote().get(f"/api{address}/records")["counts"]["moving"]
    page = httpx.get(served.url + address).text
    chart = page[page.index('<svg class="chart"') :]
    chart = chart[: chart.index("</svg>")]
    assert 'role="img"' in chart and f"运输中 On the road {moving}；" in chart
    row = rf'<a href="\?state=moving">.*?</a></td><td>{moving}</td>'
    assert re.search(row, page)


def test_bars_are_to_scale_and_escaped() -> None:
    drawn = bars(
        "x", "<b>", [Bar("<i>", "&", 10), Bar("半", "half", 5), Bar("无", "", 0)]
    )
    assert "<b>" not in drawn and "<i>" not in drawn
    whole, half, none = (
        int(n) for n in re.findall(r'width="(\d+)" height="20"', drawn)
    )
    assert whole == 2 * half and none == 0
    assert bars("x", "t", []) == ""
