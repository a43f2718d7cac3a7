"""A record on paper: the code says the digest of the very proof that it offers."""

import hashlib
import re

import httpx
import pytest
from served_city import Served

from huabiao.proofs.verify import verify


@pytest.fixture(scope="module")
def plant(served: Served, case: str) -> httpx.Client:
    return served.browser("plant")


def test_the_digest_is_that_of_the_proof(served: Served, plant: httpx.Client) -> None:
    page = plant.get("/paper/hazardous_waste/m1").text
    found = re.search(r'href="(/proofs/hazardous_waste/m1\?at=(\d+))"', page)
    assert found is not None
    proof = plant.get(found[1]).content
    digest = hashlib.sha256(proof).hexdigest()
    assert f"{served.url}/verify?sha256={digest}" in page
    verdict = verify(proof, served.node.port.trust())
    assert verdict.ok and verdict.statement["height"] == int(found[2])
    assert 'src="data:image/svg' in page and "<script" not in page


def test_a_paper_stands_for_its_height(served: Served, plant: httpx.Client) -> None:
    steps = httpx.get(
        f"{served.url}/api/scenarios/hazardous_waste/records/m1/history"
    ).json()["steps"]
    drafted = next(each["height"] for each in steps if each["operation"] == "draft")
    address = f"{served.url}/paper/hazardous_waste/m1?at={drafted}"
    page = plant.get(address).text
    assert "已填报" in page and "draft" in page and "collect</span>" not in page


def test_a_paper_is_for_whom_the_proof_is(served: Served, case: str) -> None:
    address = f"{served.url}/paper/hazardous_waste/m1"
    assert httpx.get(address).status_code == 401
    answer = served.browser("stranger").get(address)
    assert answer.status_code == 403 and "900-041-49" not in answer.text


def test_the_verifier_says_a_printed_digest_and_nothing_else(served: Served) -> None:
    digest = "5f" * 32
    assert digest in httpx.get(f"{served.url}/verify?sha256={digest}").text
    for other in ("<script>", "5f" * 31, "5F" * 32):
        answer = httpx.get(f"{served.url}/verify", params={"sha256": other})
        assert answer.status_code == 422
