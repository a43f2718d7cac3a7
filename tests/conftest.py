"""
How the tests are shared out: two processes, and networks one after another.

A network of real nodes waits most of its time and wants both cores for the rest; two at
once would wait for each other. They are one group and come first, because they last
longest. Every other module is a group of its own, so that its fixtures are made once.
"""

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
ONE_BY_ONE = "network"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        folder = item.path.relative_to(TESTS).parts[0]
        group = folder if folder == ONE_BY_ONE else item.path.stem
        item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: ONE_BY_ONE not in item.path.parts)  # stable
