"""One real city for the tests of this room: a node, its doors, an address."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from served_city import Served, serving

from huabiao.client.wallets import passphrase
from huabiao.crypto import keystore


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("city"), "intl") as city:
        yield city


@pytest.fixture
def served_in_sm(tmp_path: Path) -> Iterator[Served]:
    """A city of suite sm whose header key of suite pq is there from the start."""
    home = tmp_path / "city"
    keystore.create(home / "member-pq.json", "pq", "city", passphrase(home))
    with serving(home, "sm") as city:
        yield city


@pytest.fixture(scope="session")
def case(served: Served) -> str:
    """A manifest that `plant` drafted and `truck` collected; strangers see little."""
    served.grant("hazardous_waste", "generator", "plant")
    served.grant("hazardous_waste", "carrier", "truck")
    served.grant("hazardous_waste", "supervisor", "bureau")
    drafted = served.remote().call(
        served.keys("plant"), "hazardous_waste", "draft", "m1",
        {"waste_code": "900-041-49", "declared": "1000"},
    )  # fmt: skip
    assert drafted.accepted, drafted
    collected = served.remote().call(
        served.keys("truck"), "hazardous_waste", "collect", "m1", {"weighed": 990}
    )
    assert collected.accepted, collected
    return "m1"
