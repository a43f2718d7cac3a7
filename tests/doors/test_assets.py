"""What pages load is kept for a year by its digest, and pages are compressed for those
who are not signed in."""

import gzip
import re
from importlib import resources

import httpx
import pytest
from served_city import Served

STATIC = resources.files("huabiao.doors.pages") / "static"
FOREVER = "public, max-age=31536000, immutable"


def raw(served: Served, path: str, accepts: str, cookie: str = "") -> httpx.Response:
    """An answer with its content as it came over the wire."""
    headers = {"accept-encoding": accepts} | ({"cookie": cookie} if cookie else {})
    with httpx.stream("GET", served.url + path, headers=headers) as answer:
        answer._content = b"".join(answer.iter_raw())
    return answer


def test_every_file_of_a_page_is_there_by_its_digest(served: Served) -> None:
    for path in ("/", "/keys", "/verify", "/scenarios/hazardous_waste"):
        page = httpx.get(served.url + path).text
        loaded = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
        assert len(loaded) >= 2, path
        for address in loaded:
            answer = httpx.get(served.url + address)
            name = address.rpartition("/")[2]
            assert answer.content == (STATIC / name).read_bytes()
            assert answer.headers["cache-control"] == FOREVER


def test_a_digest_of_before_gives_the_file_of_now_and_is_not_kept(
    served: Served,
) -> None:
    answer = httpx.get(served.url + "/static/0123456789abcdef/style.css")
    assert answer.content == (STATIC / "style.css").read_bytes()
    assert answer.headers["cache-control"] == "no-cache"
    for path in ("/static/0123456789abcdef/none.js", "/static/style.css"):
        assert httpx.get(served.url + path).status_code == 404


@pytest.mark.parametrize(
    ("accepts", "packed"),
    [("gzip", True), ("br, GZIP;q=0.5", True), ("identity", False), ("gzip;q=0", False),
     ("gzip; q=0.0", False), ("gzip;q=1.0", True)],
)  # fmt: skip
def test_who_reads_gzip_has_gzip(served: Served, accepts: str, packed: bool) -> None:
    page = raw(served, "/", accepts)
    script = re.search(rb"/static/\w+/style\.css", httpx.get(served.url).content)
    assert script is not None
    for answer in (page, raw(served, script[0].decode(), accepts)):
        assert answer.headers.get("content-encoding") == ("gzip" if packed else None)
        plain = gzip.decompress(answer.content) if packed else answer.content
        assert b"</html>" in plain or b"--" in plain
        assert "accept-encoding" in answer.headers["vary"]


def test_what_a_session_reads_is_never_compressed(served: Served, case: str) -> None:
    browser = served.browser("plant")
    answer = browser.get(f"/scenarios/hazardous_waste/{case}")
    assert "900-041-49" in answer.text
    assert "content-encoding" not in answer.headers
