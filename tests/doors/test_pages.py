"""The pages: they open, they escape, they say their language, they keep secrets."""

import html
import re

import httpx
import pytest
from served_city import Served

from huabiao.client.signing import call
from huabiao.crypto.address import show

ACCOUNT = "/accounts/" + show(bytes(range(20)))
PAGES = (
    "/", "/blocks", "/blocks/1", "/scenarios", "/scenarios/hazardous_waste",
    "/scenarios/governance", "/scenarios/hazardous_waste/m1", "/directory?q=数据",
    "/me", "/me/webhooks", "/values?scenario=s&record=r&field=f", "/crossings",
    "/levels", "/find", "/find?q=hazardous", "/events", "/events?until=1",
    "/accounts", "/accounts?scenario=hazardous_waste", "/accounts?q=x", ACCOUNT,
    "/envelopes", "/envelopes?refused=true&before=2",
    "/verify", "/plan", "/bills", "/bills?number=x&code=y",
)  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_well_formed(served: Served, case: str, path: str) -> None:
    answer = httpx.get(served.url + path)
    assert answer.status_code == 200
    assert '<html lang="zh-CN">' in answer.text
    assert len(re.findall("<h1>", answer.text)) == 1
    assert 'name="viewport"' in answer.text
    acts = path.startswith("/scenarios/")
    exports = 'data-export="' in answer.text
    assert answer.text.count("<script") == (path == "/verify") + acts + exports
    for name in re.findall(r'<(?:input|select) id="([^"]+)"', answer.text):
        assert f'<label for="{name}">' in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert ("script-src 'self'" in policy) >= ("<script" in answer.text)
    assert ("connect-src 'self'" in policy) >= exports


def test_what_happened_leads_somewhere(served: Served, case: str) -> None:
    """Also where it was about an entry that has no page of its own, such as a role."""
    with httpx.Client(base_url=served.url) as browser:
        height = browser.get("/api/status").json()["height"]
        blocks = [f"/blocks/{n}" for n in range(1, height + 1)]
        links = {
            link
            for page in ("/", "/events", *blocks)
            for link in re.findall(r'href="(/(?:scenarios|events)[^"#]*)"',
                                   browser.get(page).text)
        }  # fmt: skip
        assert any(link.startswith("/events?scenario=governance") for link in links)
        assert f"/scenarios/hazardous_waste/{case}" in links
        for link in sorted(links):
            answer = browser.get(html.unescape(link))
            assert answer.status_code == 200, link


def test_a_page_that_is_not_there_says_so(served: Served) -> None:
    answer = httpx.get(served.url + "/blocks/999999")
    assert answer.status_code == 404 and "没有高度" in answer.text


def test_what_people_wrote_is_escaped(served: Served) -> None:
    note = "<script>alert(1)</script>"
    outcome = served.remote().send(
        served.keys("clerk"),
        call("evidence", "notarize", digests=[b"n" * 32], note=note),
    )
    page = httpx.get(f"{served.url}/envelopes/{outcome.envelope}").text
    assert note not in page and "&lt;script&gt;" in page
    search = httpx.get(served.url + "/directory", params={"q": note}).text
    assert note not in search


def test_a_record_opens_after_signing_in(served: Served, case: str) -> None:
    path = f"{served.url}/scenarios/hazardous_waste/{case}"
    assert "900-041-49" not in httpx.get(path).text
    with httpx.Client(base_url=served.url, follow_redirects=True) as browser:
        token = served.remote().token(served.keys("plant"))["token"]
        assert browser.post("/me", data={"token": token}).status_code == 200
        assert "900-041-49" in browser.get(path).text
        browser.post("/me/leave")
        assert "900-041-49" not in browser.get(path).text


def test_a_form_of_another_site_is_refused(served: Served) -> None:
    answer = httpx.post(
        f"{served.url}/me",
        data={"token": "x"},
        headers={"sec-fetch-site": "cross-site"},
    )
    assert answer.status_code == 403
