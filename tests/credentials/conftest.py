"""One town for each suite, for all tests; what a test revokes or spoils is its own."""

from collections.abc import Iterator

import pytest
from credential_town import Town, make_town

from huabiao.crypto import SUITES


@pytest.fixture(scope="session", params=SUITES)
def town(request, tmp_path_factory) -> Iterator[Town]:
    made = make_town(tmp_path_factory.mktemp("town"), request.param)
    yield made
    made.city.close()
