"""Two chains, of two suites, that follow each other: made once for a file's tests."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "crossing"))

from relay_town import connect, lay_out, serving  # noqa: E402


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    homes = lay_out(
        tmp_path_factory.mktemp("two"), {"beijing": "intl", "haidian": "sm"}
    )
    with (
        serving("beijing", homes["beijing"]) as one,
        serving("haidian", homes["haidian"]) as other,
    ):
        connect(one, other)
        yield one, other
