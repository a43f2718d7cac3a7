"""Each scenario's own OpenAPI document, and the routes that it names."""

from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator
from served_city import Served
from test_api_fuzz import CHECKS

WASTE = "hazardous_waste"


def document(served: Served, scenario: str) -> Any:
    answer = httpx.get(f"{served.url}/api/scenarios/{scenario}/openapi.json")
    assert answer.status_code == 200
    return answer.json()


def told(drawn: Any, name: str) -> Draft202012Validator:
    """A schema of the document, as what it says of others finds them."""
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", **drawn})


def prepared(served: Served, who: str, operation: str, **given: Any) -> Any:
    path = f"{served.url}/api/scenarios/{WASTE}/prepare/{operation}"
    public = served.keys(who).public.hex()
    return httpx.post(path, json={"signer": public, **given})


def sent(served: Served, who: str, made: Any) -> Any:
    """As a client does that knows the document alone: sign, and send where it says."""
    signature = served.keys(who).sign(bytes.fromhex(made["message"])).hex()
    body = {"body": made["body"], "signature": signature}
    if made["openings"]:
        body["openings"] = made["openings"]
    return httpx.post(served.url + made["send_to"], json=body).json()


def test_every_scenario_has_a_document_of_its_own(served: Served) -> None:
    for name, description in served.remote().get("/api/scenarios")["scenarios"].items():
        drawn = document(served, name)
        assert drawn["openapi"] == "3.1.0" and description["title"]["zh"] in str(drawn)
        schemathesis.openapi.from_dict(drawn).validate()
        acts = {
            path.rpartition("/")[2] for path in drawn["paths"] if "/prepare/" in path
        }
        assert acts == {
            operation
            for operation, facts in description["operations"].items()
            if facts["manner"] != "answers"
        }
    missing = httpx.get(f"{served.url}/api/scenarios/nothing/openapi.json")
    assert missing.status_code == 404


def test_a_client_made_from_the_document_acts(served: Served) -> None:
    served.grant(WASTE, "generator", "drawn plant")
    served.grant(WASTE, "carrier", "drawn truck")
    drawn = document(served, WASTE)
    given = {"waste_code": "900-041-49", "declared": 1000}
    answer = prepared(served, "drawn plant", "draft", key="drawn-1", arguments=given)
    assert not list(told(drawn, "Prepared").iter_errors(answer.json()))
    assert sent(served, "drawn plant", answer.json())["accepted"]
    weighed = {"weighed": 900, "driver": "张师傅"}
    answer = prepared(
        served, "drawn truck", "collect", key="drawn-1", arguments=weighed
    )
    assert answer.json()["send_to"] == "/api/vault/envelopes"
    assert "张师傅".encode().hex() not in answer.json()["body"]
    assert sent(served, "drawn truck", answer.json())["accepted"]
    seen = served.remote("drawn plant").get(f"/api/scenarios/{WASTE}/records/drawn-1")
    assert not list(told(drawn, "Seen").iter_errors(seen))
    assert seen["fields"]["collected"] == 900


@pytest.mark.parametrize(
    ("operation", "given", "code"),
    [
        ("draft", {"waste_code": "900-041-49"}, "argument.malformed"),
        ("draft", {"waste_code": "900-041-49", "declared": "x"}, "argument.malformed"),
        ("fly", {}, "operation.unknown"),
    ],
)
def test_what_does_not_fit_is_refused(
    served: Served, operation: str, given: Any, code: str
) -> None:
    answer = prepared(served, "drawn plant", operation, key="drawn-2", arguments=given)
    assert answer.status_code in (404, 422) and answer.json()["code"] == code


def test_the_page_shows_the_document_of_a_scenario(served: Served) -> None:
    page = httpx.get(f"{served.url}/scenarios/{WASTE}").text
    assert f'href="/api/docs?scenario={WASTE}"' in page


def test_the_routes_keep_the_documents_word(served: Served) -> None:
    schema = schemathesis.openapi.from_dict(document(served, WASTE))
    schema.config.update(base_url=served.url)
    tried = []
    for found in schema.get_all_operations():
        operation = found.ok()
        tried.append(operation.label)

        @settings(
            max_examples=5, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(asked=operation.as_strategy())
        def keeps_its_word(asked: Any) -> None:
            asked.call_and_validate(checks=CHECKS, timeout=30)

        keeps_its_word()
    assert len(tried) >= 8, tried
