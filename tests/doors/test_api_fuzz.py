"""
The API fuzzed from its own OpenAPI document (Schemathesis): nothing that a stranger
sends makes it fail, and every answer is one that the document announces.
"""

from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from served_city import Served

CHECKS = (
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
EXAMPLES = 25


def test_the_api_keeps_its_word(served: Served, case: str) -> None:
    """Each operation of the document, on a city that has lived a little."""
    schema = schemathesis.openapi.from_url(f"{served.url}/api/openapi.json")
    tried = []
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path == "/api/events":
            continue  # its answer has no end; tests/doors/test_event_stream.py
        tried.append(operation.label)

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(asked=operation.as_strategy())
        def keeps_its_word(asked: Any) -> None:
            asked.call_and_validate(checks=CHECKS, timeout=30)

        keeps_its_word()
    assert len(tried) > 20, tried
