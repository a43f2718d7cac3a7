"""A city and a district that run, for the tests of this room that reach them."""

import pytest
from running_levels import Town, stop, up

from huabiao.client.remote import Remote
from huabiao.testing.ports import free_port


@pytest.fixture(scope="session")
def towns(tmp_path_factory):
    """The city (intl) and Haidian (sm), in one process."""
    home = tmp_path_factory.mktemp("levels")
    ports = free_port(), free_port()
    words = ("--port", str(ports[0]), "--districts", f"海淀:sm:{ports[1]}")
    process, told = up(home, *words)
    (its,) = told["districts"]
    assert (told["suite"], its["suite"], its["name"]) == ("intl", "sm", "haidian")
    with Remote(told["url"]) as city, Remote(its["url"]) as district:
        yield Town(home, city), Town(home / "districts" / "haidian", district)
    stop(process)
