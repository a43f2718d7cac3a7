"""A city with the platform's contracts and one scenario: founded in an instant."""

import pytest

from huabiao.node.catalogue import shipped_sources
from huabiao.testing.city import City

CLASSES = (
    "Governance", "Membership", "Identity", "Recovery", "Evidence", "Privacy",
    "HazardousWaste",
)  # fmt: skip
SOURCES = [
    source
    for source in shipped_sources()
    if any(f"class {name}(Scenario)" in source for name in CLASSES)
]


@pytest.fixture
def city(tmp_path):
    made = City(tmp_path, sources=SOURCES)
    yield made
    made.close()


@pytest.fixture
def sm_city(tmp_path):
    made = City(tmp_path, "sm", sources=SOURCES)
    yield made
    made.close()
