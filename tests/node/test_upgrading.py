"""
A chain of an older Huabiao is brought to the contracts that ship, by the command line.

The chain was founded without the levels, and with a directory of its time.
"""

import pytest
from older_chain import LATER, changed_since, found_older
from served_city import serving

from huabiao.node.upgrading import Change, Missing, asked_by, require_whole, shipped


@pytest.fixture
def older(tmp_path):
    """A city that runs what shipped before there were levels."""
    found_older(tmp_path)
    with serving(tmp_path, "intl") as city:
        city.grant("supervision", "supervisor", "clerk")
        yield city


def test_an_older_chain_gets_what_ships_in_one_block(older):
    listed = older.json("contract", "list")["contracts"]
    changed = {name for name, each in listed.items() if each["differs"]}
    assert changed == changed_since() > LATER | {"library", "sharing"}
    assert not listed["levels"]["version"] and listed["sharing"]["version"] == 1
    alone = older.run("contract", "upgrade", "docking", "--as", "operator")
    assert alone.exit_code == 1, alone.output
    assert "levels, locks" in alone.stderr and "first" in alone.stderr
    height = older.node.port.height
    assert older.json("contract", "upgrade", "--as", "operator")["accepted"]
    assert older.node.port.height == height + 1
    listed = older.json("contract", "list")["contracts"]
    assert not any(each["differs"] for each in listed.values())
    older.grant("levels", "coordinator", "operator")
    again = older.json("contract", "upgrade", "--as", "operator")
    assert again == {"upgraded": []}
    stranger = older.run("contract", "upgrade", "nothing", "--as", "operator")
    assert stranger.exit_code == 1 and "nothing" in stranger.stderr


def test_whom_a_contract_asks_is_read_from_its_source():
    asked = {name: asked_by(source) for name, source in shipped().items()}
    assert {"levels", "library", "directory", "calendar"} <= asked["sharing"]
    assert {"remote_sharing", "identity"} & asked["sharing"]
    assert {"packets", "sharing", "routes"} <= asked["remote_sharing"]
    assert "transfers" in asked["exchanges"], "by a constant of the module"
    assert "governance" in asked["gateways"], "by a part"
    assert not asked["governance"] - {"governance"}


def test_what_is_not_whole_is_told():
    change = Change("exchanges", 0, shipped()["exchanges"])
    require_whole([change], {"transfers": ()})
    with pytest.raises(Missing, match="transfers"):
        require_whole([change], {"evidence": ()})
