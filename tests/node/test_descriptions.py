"""Readers are shown the Description that is in force, not one that waits."""

from pathlib import Path
from typing import Any

import pytest

from huabiao.doors.city import City as Doors
from huabiao.engines.embedded import EmbeddedEngine
from huabiao.engines.signers import HeldKeys
from huabiao.node.catalogue import founding_sources
from huabiao.node.local_port import LocalPort
from huabiao.testing.city import City

BELL = '''
"""A bell."""
from huabiao.contracts import Role, Scenario, Title, does


class Bell(Scenario):
    """Rings."""

    title = Title(zh="钟", en="TITLE")
    ringer = Role("敲钟人", "Ringer")

    @does(by=ringer)
    def ring(self) -> None:
        """Ring it."""
'''


@pytest.fixture
def city(tmp_path: Path) -> Any:
    made = City(tmp_path, sources=founding_sources())
    yield made
    made.close()


def install(city: City, title: str, start: int) -> None:
    source = BELL.replace("TITLE", title)
    change = {"action": "install_contract", "source": source, "active_from": start}
    city.call(city.admin, "governance", "propose", title, **change)
    city.call(city.admin, "governance", "approve", title)


def test_a_version_is_shown_from_the_block_before_its_own(city: City) -> None:
    engine = EmbeddedEngine(
        city.ledger, HeldKeys({city.member.public: city.member.sign})
    )
    port: Any = LocalPort(engine, None)  # type: ignore[arg-type]
    nothing: Any = None
    doors = Doors(port, nothing, {}, nothing)

    def title() -> str | None:
        engine.height = city.ledger.height
        shown = [each.descriptions().get("bell") for each in (port, doors)]
        assert shown[0] == shown[1]
        return shown[0]["title"]["en"] if shown[0] else None

    assert title() is None
    install(city, "old", 6)
    seen = {}
    for _ in range(4):
        city.block()
        seen[city.ledger.height] = title()
    assert seen == {3: None, 4: None, 5: "old", 6: "old"}
    assert port.status()["contracts"]["bell"] == 1
    install(city, "new", 12)
    assert title() == "old" and port.status()["contracts"]["bell"] == 1
    while city.ledger.height < 11:
        city.block()
    assert title() == "new" and port.status()["contracts"]["bell"] == 2
    for version, kept in ((1, "old"), (2, "new")):
        document, roles = city.read(f"governance/descriptions/bell@{version}")
        assert f'"en":"{kept}"' in document and roles == ["ringer"]
