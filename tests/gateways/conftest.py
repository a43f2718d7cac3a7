"""One served city and one real geth for the tests of this room that are `long`."""

from collections.abc import Iterator

import pytest
from ethereum_town import CONFIRMATIONS, Gate, ethereum_town
from served_city import Served

from huabiao.testing.geth.node import Geth


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Geth]]:
    with ethereum_town(tmp_path_factory.mktemp("town")) as made:
        yield made


@pytest.fixture
def gate(town, request) -> Gate:
    name = request.node.name.removeprefix("test_")[:30]
    return Gate(*town, name, CONFIRMATIONS)
