"""The OpenAPI page: everything that it loads comes from here."""

import re

import httpx
from served_city import Served


def test_the_page_loads_its_parts_from_here_under_a_strict_policy(
    served: Served,
) -> None:
    with httpx.Client(base_url=served.url) as city:
        page = city.get("/api/docs")
        assert page.status_code == 200
        policy = page.headers["content-security-policy"]
        assert "script-src 'self'" in policy and "http" not in policy
        parts = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        ours = [part for part in parts if not part.startswith("data:")]
        assert len(ours) == 3 and all(part.startswith("/api/docs/") for part in ours)
        for part in ours:
            answer = city.get(part)
            assert answer.status_code == 200 and len(answer.content) > 100, part
        assert "<script>" not in page.text
