"""
A member's machine is lost after a person had a value erased, and its backup is older:
the key comes back with the backup, and goes again as the others' chain comes along.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from commanding import huabiao, refused, until

from huabiao.services.vault.vault import RESTORED
from huabiao.testing.network.manifest import Manifest
from huabiao.testing.network.nodes import Nodes

WASTE, DRIVERS = "hazardous_waste", {"erased": "赵司机 13900000001", "kept": "钱司机"}

pytestmark = pytest.mark.long


class Member:
    """A member's command line, whatever its home is at the moment."""

    def __init__(self, nodes: Nodes, name: str) -> None:
        self.nodes, self.name = nodes, name

    @property
    def home(self) -> Path:
        return self.nodes.homes[self.name]

    def does(self, *words: str) -> dict[str, Any]:
        return huabiao(*words, "--home", str(self.home))

    def keys(self) -> set[str]:
        """The values whose keys lie in its vault."""
        return {path.name for path in (self.home / "vault/keys").glob("*/*")}


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[Nodes]:
    made = Nodes(Manifest(), tmp_path / "net", [])
    try:
        for name in made.manifest.nodes:
            made.start(name)
        for name in made.manifest.nodes:
            made.wait_until_serving(name)
        yield made
    finally:
        made.close()


def name_drivers(member: Member) -> dict[str, str]:
    """Two loads on the road, each with its driver's name; their places in the vault."""
    places = {}
    for role in ("generator", "carrier"):
        account = member.does("key", "new", role)["account"]
        granted = (f"scenario={WASTE}", f"role={role}", f"account={account}")
        member.does("call", "governance", "grant_role", "test", *granted,
                    "--as", "operator")  # fmt: skip
    for load, driver in DRIVERS.items():
        before = member.keys()
        member.does("call", WASTE, "draft", load, "waste_code=900-041-49",
                    "declared=10", "--as", "generator")  # fmt: skip
        member.does("call", WASTE, "collect", load, "weighed=9", f"driver={driver}",
                    "--as", "carrier")  # fmt: skip
        (places[load],) = member.keys() - before
    return places


def test_what_was_erased_since_the_backup_is_erased_again(
    nodes: Nodes, tmp_path: Path
) -> None:
    member, file = Member(nodes, "org-2"), str(tmp_path / "org-2.backup")
    places = name_drivers(member)
    member.does("backup", "-o", file)
    told = member.does("vault", "erase", WASTE, "erased", "driver", "--reason", "asked",
                       "--as", "carrier")  # fmt: skip
    assert told["state"] == "erased" and member.keys() == {places["kept"]}
    nodes.kill("org-2")
    # The blocks with the erasure are with the others alone.
    top = nodes.height("org-1")

    old, new = member.home, tmp_path / "again"
    huabiao("restore", file, "--home", str(new))
    shutil.copy(old / "passphrase", new / "passphrase")
    shutil.rmtree(old)
    nodes.homes["org-2"] = new
    assert member.keys() == set(places.values()), "the backup has both"
    nodes.start("org-2")
    nodes.wait_until_serving("org-2")
    until(lambda: nodes.height("org-2") >= top)
    until(lambda: member.keys() == {places["kept"]})

    look = ("driver", "--purpose", "check", "--as", "carrier")
    assert (
        member.does("vault", "open", WASTE, "kept", *look)["value"] == DRIVERS["kept"]
    )
    gone = refused("vault", "open", WASTE, "erased", *look, "--home", str(new))
    assert "This was erased" in gone
    # With a block from after the restore there is nothing left to look for.
    until(lambda: not (new / "vault" / RESTORED).exists())
