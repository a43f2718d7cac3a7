"""Anything is found by what one has in hand."""

from urllib.parse import quote, unquote

import httpx
import pytest
from served_city import Served

from huabiao.crypto.address import show


def led_to(served: Served, text: str) -> str:
    """Where the page of a search leads at once; "" where it lists."""
    answer = httpx.get(f"{served.url}/find?q={quote(text)}")
    assert answer.status_code in (200, 303), answer.text
    return unquote(answer.headers.get("location", ""))


def test_what_has_one_name_is_opened_at_once(served: Served, case: str) -> None:
    city = served.remote()
    block = city.get("/api/blocks/1")
    envelope = block["items"][0]["envelope"]
    account = show(served.keys("plant").account)
    for text, page in (
        ("1", "/blocks/1"),
        (" 0001 ", "/blocks/1"),
        (envelope, f"/envelopes/{envelope}"),
        (envelope[:16], f"/envelopes/{envelope}"),
        (f"{envelope}.0", f"/envelopes/{envelope}"),
        (account, f"/accounts/{account}"),
        (f"hazardous_waste/{case}", f"/scenarios/hazardous_waste/{case}"),
    ):
        assert led_to(served, text) == page, text
        assert httpx.get(served.url + quote(page)).status_code == 200


# Other tests share this city: no word of its directory may be among these.
NOWHERE = (
    "9" * 12, "9" * 200, "ab" * 8, "hb1" + "qz" * 5, "../qzqz", "<b>qzqz</b>",
    "qzqz/b/c", "qzqz%00",
)  # fmt: skip


@pytest.mark.parametrize("text", NOWHERE)
def test_what_is_not_there_says_what_to_try(served: Served, text: str) -> None:
    answer = httpx.get(f"{served.url}/find?q={quote(text)}")
    assert answer.status_code == 200 and "没有找到" in answer.text
    assert "<b>" not in answer.text.partition("<main")[2]


def test_there_is_no_block_before_the_first(served: Served) -> None:
    answer = httpx.get(f"{served.url}/find?q=0")
    assert answer.status_code == 200 and "/blocks/0" not in answer.text
