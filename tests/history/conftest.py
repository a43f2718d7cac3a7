"""One city with a past for each test of this room."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from old_city import OldCity


@pytest.fixture(params=["intl"])
def old(request: Any, tmp_path: Path) -> Iterator[OldCity]:
    made = OldCity(tmp_path, request.param)
    yield made
    made.city.close()
