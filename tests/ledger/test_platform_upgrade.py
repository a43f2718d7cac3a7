"""A contract of the platform is replaced at a height; the log replays from block 1."""

from pathlib import Path

import pytest

from huabiao.ledger.recovery import replay
from huabiao.node.catalogue import founding_sources, shipped_sources
from huabiao.testing.city import City

EVIDENCE = [each for each in shipped_sources() if "class Evidence(" in each]
SOURCES = [*founding_sources(), *EVIDENCE]
REMARK = '''
    @does(by=anyone, keyed=True, title="备注")
    def remark(self, remark: Text) -> None:
        """Say something of anything."""
        self.emit("remarked", remark=remark)
'''


@pytest.mark.parametrize("name", ["evidence", "governance"])
@pytest.mark.parametrize("from_log_alone", [False, True])
def test_an_upgrade_of_the_platform_replays(
    tmp_path: Path, name: str, from_log_alone: bool
) -> None:
    city = City(tmp_path, sources=SOURCES)
    clerk = city.cast("clerk")
    (source,) = [each for each in SOURCES if f"class {name.capitalize()}(" in each]
    start = city.ledger.height + 7
    change = {"source": source + REMARK, "active_from": start}
    city.call(
        city.admin, "governance", "propose", "up", action="install_contract", **change
    )
    city.call(city.admin, "governance", "approve", "up")
    while city.ledger.height + 1 < start:
        city.call(clerk, "evidence", "notarize", digests=[bytes(32)])
        city.refused("operation.unknown", clerk, name, "remark", "m1", remark="r")
    city.call(clerk, name, "remark", "m1", remark="r")
    city.call(clerk, "evidence", "notarize", digests=[bytes(32)])
    city.grant("supervision", "supervisor", clerk)
    expected = city.ledger.height, city.ledger.state.root
    city.close()
    assert replay(city.folder, city.genesis) == expected
    if from_log_alone:
        for file in (city.folder / "state").iterdir():
            file.unlink()
    city.reopen()
    assert (city.ledger.height, city.ledger.state.root) == expected
    city.call(clerk, name, "remark", "m2", remark="r")
    city.close()
